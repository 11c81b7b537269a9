"""Who may see and change orders, payments and the khata."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import grant
from grahak.core.audit import describe

grant(
    "orders.view",
    says=_("See orders"),
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)
grant("orders.edit", says=_("Write orders and returns"), salesman="branch", counter="branch")
grant(
    "payments.view",
    says=_("See payments and the khata"),
    salesman="branch",
    agent="all",
    analyst="all",
    counter="branch",
)
grant("payments.edit", says=_("Receive payments"), salesman="branch", counter="branch")

describe(
    {
        "sales.order.placed": _("Order written"),
        "sales.order.edited": _("Order changed"),
        "sales.order.cancelled": _("Order cancelled"),
        "sales.order.restored": _("Order brought back"),
        "sales.order.returned": _("Goods taken back"),
        "sales.payment.received": _("Payment received"),
        "sales.payment.voided": _("Payment struck out"),
        "sales.balance.opened": _("Opening balance written"),
        "sales.demo.told": _("Demo's orders told"),
    }
)
