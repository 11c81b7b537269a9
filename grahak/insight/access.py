"""Who may see the business's figures."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant

grant(
    "insight.home",
    says=_("See today's figures"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)
