"""What can happen in sales, as the timeline says it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "sales.order.placed": _("Order"),
    "sales.order.returned": _("Return"),
    "sales.order.cancelled": _("Order cancelled"),
    "sales.payment.received": _("Payment received"),
    "sales.payment.voided": _("Payment taken back"),
    "sales.balance.opened": _("Opening balance"),
    "sales.deal.added": _("Deal begun"),
    "sales.deal.won": _("Deal won"),
    "sales.deal.lost": _("Deal lost"),
    "sales.deal.reopened": _("Deal open again"),
}
ICONS = {
    "sales.order.placed": "order",
    "sales.order.returned": "return",
    "sales.order.cancelled": "x",
    "sales.payment.received": "cash",
    "sales.payment.voided": "undo",
    "sales.balance.opened": "khata",
    "sales.deal.added": "trend-up",
    "sales.deal.won": "check",
    "sales.deal.lost": "x",
    "sales.deal.reopened": "undo",
}
