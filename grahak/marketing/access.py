"""Who may write to many."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant

grant(
    "campaigns.view",
    says=_("See messages to many and what they sold"),
    marketer="all",
    analyst="all",
    agent="all",
)
grant("campaigns.edit", says=_("Prepare messages to many"), marketer="all")
grant("campaigns.send", says=_("Send messages to many"), marketer="all")
