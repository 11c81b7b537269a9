"""Who may write to many."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant(
    "campaigns.view",
    says=_("See messages to many and what they sold"),
    marketer="all",
    analyst="all",
    agent="all",
)
grant("campaigns.edit", says=_("Prepare messages to many"), marketer="all")
grant("campaigns.send", says=_("Send messages to many"), marketer="all")
grant("campaigns.export", says=_("Download who got a campaign"), marketer="all", analyst="all")

describe(
    {
        "marketing.campaign.begun": _("Message to many begun"),
        "marketing.campaign.aimed": _("Whom a campaign is for changed"),
        "marketing.campaign.varied": _("Variant of a campaign changed"),
        "marketing.campaign.archived": _("Campaign put away"),
        "marketing.campaign.restored": _("Campaign brought back"),
        "marketing.campaign.edited": _("Message to many changed"),
        "marketing.campaign.removed": _("Message to many thrown away"),
        "marketing.campaign.exported": _("People of a campaign downloaded"),
        "marketing.campaign.sent": _("Message to many sent"),
        "marketing.campaign.tried": _("Test message sent"),
        "marketing.campaign.worded": _("Message written in a language"),
        "marketing.demo.told": _("Messages made up for the demo"),
        "marketing.campaign.unworded": _("Language taken off a message"),
    }
)
