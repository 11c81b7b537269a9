"""Who may see what was sent, and change how it is sent."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant("channels.sender.edit", says=_("Change the mail account"), manager="")
grant(
    "channels.mailbox.view",
    says=_("Look into the demo's mailbox"),
    salesman="all",
    marketer="all",
    agent="all",
    analyst="all",
    counter="all",
)
grant("channels.accounts.edit", says=_("Connect WhatsApp and SMS"), manager="")
grant("channels.rules.edit", says=_("Change the rules of sending"))
grant("channels.suppression.edit", says=_("Change who is never written to"), marketer="all", agent="all")

describe(
    {
        "channels.sender.changed": _("Mail account changed"),
        "channels.sender.tested": _("Mail account tried"),
        "channels.whatsapp.changed": _("WhatsApp account changed"),
        "channels.whatsapp.tested": _("WhatsApp tried on a phone"),
        "channels.sms.changed": _("SMS account changed"),
        "channels.sms.tested": _("SMS tried on a phone"),
        "channels.mailbox.changed": _("Mailbox for returned mail changed"),
        "channels.aside.put_away": _("Unreadable mail looked at"),
        "channels.rules.changed": _("Rules of sending changed"),
        "channels.address.barred": _("Address is never written to"),
        "channels.address.allowed": _("Address may be written to again"),
        "channels.dispatch.launched": _("Sending begun"),
        "channels.dispatch.paused": _("Sending paused"),
        "channels.dispatch.repeated": _("Message to many sent again to those who failed"),
        "channels.dispatch.resumed": _("Sending goes on"),
        "channels.dispatch.stopped": _("Sending stopped"),
        "channels.demo.told": _("Consent made up for the demo"),
        "channels.links.changed": _("Rules of counting changed"),
        "channels.wish.changed": _("Somebody chose how often we write"),
    }
)

describe(
    {
        "channels.dispatch.launched": _("Message sent off"),
        "channels.dispatch.paused": _("Sending held"),
        "channels.dispatch.resumed": _("Sending resumed"),
        "channels.dispatch.stopped": _("Sending stopped"),
        "channels.sender.changed": _("Mail account changed"),
        "channels.sender.tested": _("Mail account tested"),
        "channels.address.barred": _("Address barred"),
        "channels.address.allowed": _("Address allowed again"),
    }
)
