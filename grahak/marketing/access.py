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
grant("forms.view", says=_("See forms and what came in by them"), marketer="all", agent="all")
grant("forms.edit", says=_("Make forms, and sort what came in"), marketer="all")
grant("links.view", says=_("See short links and who followed them"), marketer="all", analyst="all")
grant("links.edit", says=_("Make short links"), marketer="all")
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
        "marketing.picture.taken": _("Picture for mails brought in"),
        "marketing.picture.removed": _("Picture for mails thrown away"),
        "marketing.codes.added": _("Coupon codes of a campaign brought in"),
        "marketing.codes.cleared": _("Free coupon codes of a campaign thrown away"),
        "marketing.brand.changed": _("Look of our mails changed"),
        "marketing.demo.told": _("Messages made up for the demo"),
        "marketing.campaign.unworded": _("Language taken off a message"),
    }
)

describe(
    {
        "marketing.form.begun": _("Form begun"),
        "marketing.form.changed": _("Form changed"),
        "marketing.form.archived": _("Form put away"),
        "marketing.form.restored": _("Form brought back"),
        "marketing.form.exported": _("What came in by a form downloaded"),
        "marketing.form.asked_again": _("Confirmation mails of a form sent again"),
        "marketing.form.taken_in": _("Taken in from a form"),
        "marketing.submission.released": _("Taken out of a form’s spam"),
        "marketing.submission.removed": _("What came in by a form thrown away"),
        "marketing.link.begun": _("Short link made"),
        "marketing.link.changed": _("Short link changed"),
        "marketing.link.archived": _("Short link put away"),
        "marketing.link.restored": _("Short link brought back"),
    }
)
