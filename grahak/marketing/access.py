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
grant("campaigns.approve", says=_("Approve campaigns that a colleague asks about"), marketer="all")
grant("campaigns.export", says=_("Download who got a campaign"), marketer="all", analyst="all")

describe(
    {
        "marketing.campaign.begun": _("Message to many begun"),
        "marketing.campaign.aimed": _("Whom a campaign is for changed"),
        "marketing.campaign.varied": _("Variant of a campaign changed"),
        "marketing.campaign.scheduled": _("Campaign put on the schedule"),
        "marketing.campaign.unscheduled": _("Campaign taken off the schedule"),
        "marketing.campaign.asked": _("Approval of a campaign asked for"),
        "marketing.campaign.approved": _("Campaign approved"),
        "marketing.campaign.refused": _("Campaign not approved"),
        "marketing.campaign.held": _("Campaign held: it asks first"),
        "marketing.campaign.confirmed": _("Late campaign let go after all"),
        "marketing.campaign.decided": _("Winner of a test decided"),
        "marketing.clock.jumped": _("The machine’s clock jumped"),
        "marketing.campaign.archived": _("Campaign put away"),
        "marketing.campaign.restored": _("Campaign brought back"),
        "marketing.campaign.edited": _("Message to many changed"),
        "marketing.campaign.removed": _("Message to many thrown away"),
        "marketing.campaign.exported": _("People of a campaign downloaded"),
        "marketing.campaign.sent": _("Message to many sent"),
        "marketing.campaign.tried": _("Test message sent"),
        "marketing.campaign.worded": _("Message written in a language"),
        "marketing.letter.created": _("Letter begun"),
        "marketing.letter.copied": _("Letter copied"),
        "marketing.letter.edited": _("Letter changed"),
        "marketing.letter.renamed": _("Letter renamed"),
        "marketing.letter.archived": _("E-mail template put away"),
        "marketing.letter.restored": _("E-mail template brought back"),
        "marketing.letter.tried": _("Test of a letter sent"),
        "marketing.letter.written": _("Letter written"),
        "marketing.letter.language_set": _("Language of a letter chosen"),
        "marketing.block.saved": _("Block kept for other letters"),
        "marketing.block.forgotten": _("Kept block removed"),
        "marketing.brand.changed": _("Look of our mails changed"),
        "marketing.demo.told": _("Messages made up for the demo"),
        "marketing.campaign.unworded": _("Language taken off a message"),
    }
)
