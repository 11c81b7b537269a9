"""Who may see and change orders, payments and the khata."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant

grant(
    "orders.view",
    says=_("See orders"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)
grant("orders.edit", says=_("Write orders and returns"), salesman="branch", counter="branch")
grant(
    "payments.view",
    says=_("See payments and the khata"),
    salesman="branch",
    agent="all",
    analyst="all",
    counter="branch",
)
grant("payments.edit", says=_("Receive payments"), salesman="branch", counter="branch")
