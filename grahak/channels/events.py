"""What can happen to a message, as the timeline says it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "channels.message.sent": _("E-mail sent"),
    "channels.message.failed": _("E-mail could not be delivered"),
    "channels.message.sent:whatsapp": _("WhatsApp message sent"),
    "channels.message.sent:sms": _("SMS sent"),
    "channels.message.failed:whatsapp": _("WhatsApp message could not be delivered"),
    "channels.message.failed:sms": _("SMS could not be delivered"),
    "channels.message.received": _("Wrote to us"),
    "channels.message.received:whatsapp": _("Wrote to us on WhatsApp"),
    "channels.message.received:sms": _("Wrote to us by SMS"),
    "channels.message.bounced": _("A message came back"),
    "channels.message.complained": _("Called a message spam"),
    "channels.link.followed": _("Followed a link"),
    "channels.contact.unsubscribed": _("Unsubscribed"),
}
ICONS = {
    "channels.message.sent": "mail",
    "channels.message.sent:whatsapp": "whatsapp",
    "channels.message.sent:sms": "chat",
    "channels.message.received": "chat",
    "channels.message.received:whatsapp": "whatsapp",
    "channels.message.failed": "alert",
    "channels.message.bounced": "alert",
    "channels.message.complained": "ban",
    "channels.link.followed": "link",
    "channels.contact.unsubscribed": "x",
}
