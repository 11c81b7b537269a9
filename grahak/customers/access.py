"""Who may see and change customers."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant

grant(
    "customers.view",
    says=_("See customers"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)
grant(
    "customers.edit",
    says=_("Add and edit customers"),
    salesman="branch",
    agent="all",
    counter="branch",
    marketer="all",
)
grant("customers.export", says=_("Download lists of customers"), analyst="all", marketer="all")
grant("customers.mass", says=_("Change many customers at once"), salesman="branch", marketer="all")
grant("customers.archive", says=_("Put customers away"))
