"""What can happen to a message, as the timeline says it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "channels.message.sent": _("E-mail sent"),
    "channels.message.failed": _("E-mail could not be delivered"),
    "channels.message.bounced": _("A message came back"),
    "channels.message.complained": _("Called a message spam"),
    "channels.link.followed": _("Followed a link"),
    "channels.contact.unsubscribed": _("Unsubscribed"),
}
ICONS = {
    "channels.message.sent": "mail",
    "channels.message.failed": "alert",
    "channels.message.bounced": "alert",
    "channels.message.complained": "ban",
    "channels.link.followed": "link",
    "channels.contact.unsubscribed": "x",
}
