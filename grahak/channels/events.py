"""What can happen to a message, as the timeline says it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "channels.message.sent": _("E-mail sent"),
    "channels.message.failed": _("E-mail could not be delivered"),
    "channels.link.followed": _("Followed a link"),
    "channels.contact.unsubscribed": _("Unsubscribed"),
}
ICONS = {
    "channels.message.sent": "mail",
    "channels.message.failed": "alert",
    "channels.link.followed": "link",
    "channels.contact.unsubscribed": "x",
}
