"""What can happen to a customer over this room, as the timeline says it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {"connect.order.sent": _("Order sent out")}
ICONS = {"connect.order.sent": "truck"}
