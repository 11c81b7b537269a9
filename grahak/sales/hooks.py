"""What sales hangs into the shell and into the pages of lower rooms, and what it listens to."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.events import on
from grahak.core.registry import NavLink, registry
from grahak.sales import columns, panels
from grahak.sales.models import LedgerEntry, Order
from grahak.sales.search import orders


def hang() -> None:
    """Called once, when the apps are ready."""
    registry.add(
        NavLink(_("Orders"), "sales:list", "order", "orders.view", order=30, phone=True, key="o"),
        NavLink(_("Khata"), "sales:khata", "khata", "payments.view", order=40, phone=True, key="k"),
    )
    registry.add_new(
        NavLink(pgettext_lazy("new", "Order"), "sales:new_order", "order", "orders.edit", order=10, key="o"),
        NavLink(
            pgettext_lazy("new", "Payment"), "sales:new_payment", "cash", "payments.edit", order=20, key="p"
        ),
        NavLink(
            pgettext_lazy("new", "Goods back"),
            "sales:new_return",
            "return",
            "orders.edit",
            order=30,
            key="r",
        ),
    )
    columns.register()
    panels.register()
    registry.searches.append(orders)
    registry.currency_locks.append(has_amounts)
    on("catalogue.codes.changed", restate_bills)


def restate_bills(codes: list[str]) -> None:
    """Bring past bills in step in the background, once the change of the codes is certain."""
    from grahak.sales.jobs import reclassify_codes

    transaction.on_commit(lambda: reclassify_codes.enqueue(codes=codes))


def has_amounts() -> bool:
    """Whether amounts in the present currency exist, so that it cannot be changed any more."""
    return Order.objects.exists() or LedgerEntry.objects.exists()
