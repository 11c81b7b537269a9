"""Who may see and change orders, payments and the khata."""

from django.utils.translation import gettext_lazy as _

from grahak.core.access import ROWS, grant
from grahak.core.audit import describe

grant(
    "orders.view",
    says=_("See orders"),
    reach=ROWS,
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)
grant("orders.edit", says=_("Write orders and returns"), reach=ROWS, salesman="branch", counter="branch")
grant(
    "payments.view",
    says=_("See payments and the khata"),
    reach=ROWS,
    salesman="branch",
    agent="all",
    analyst="all",
    counter="branch",
)
grant("payments.edit", says=_("Receive payments"), reach=ROWS, salesman="branch", counter="branch")
grant(
    "deals.view",
    says=_("See deals, boards and the forecast"),
    reach=ROWS,
    salesman="branch",
    marketer="all",
    agent="all",
    analyst="all",
    counter="branch",
)
grant(
    "deals.edit", says=_("Add deals, move, win and lose them"), reach=ROWS, salesman="branch", marketer="all"
)
grant("deals.export", says=_("Download lists of deals"), reach=ROWS, analyst="all")
grant("deals.settings", says=_("Set up pipelines, stages and reasons"))

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
        "sales.deal.added": _("Deal added"),
        "sales.deal.edited": _("Deal changed"),
        "sales.deal.moved": _("Deal moved"),
        "sales.deal.won": _("Deal won"),
        "sales.deal.lost": _("Deal lost"),
        "sales.deal.reopened": _("Deal opened again"),
        "sales.deal.removed": _("Deal removed"),
        "sales.deal.linked": _("Order linked to a deal"),
        "sales.deal.unlinked": _("Order taken off a deal"),
        "sales.deals.exported": _("Deals downloaded"),
        "sales.pipeline.added": _("Pipeline added"),
        "sales.pipeline.edited": _("Pipeline changed"),
        "sales.pipeline.archived": _("Pipeline put away"),
        "sales.pipeline.restored": _("Pipeline brought back"),
        "sales.stage.added": _("Stage added"),
        "sales.stage.edited": _("Stage changed"),
        "sales.stage.moved": _("Stages put in another order"),
        "sales.stage.removed": _("Stage removed, its deals moved"),
        "sales.reason.added": _("Reason of lost deals added"),
        "sales.reason.edited": _("Reason of lost deals changed"),
        "sales.reason.archived": _("Reason of lost deals put away"),
        "sales.reason.restored": _("Reason of lost deals brought back"),
    }
)
