"""What sales hangs into the shell and into the pages of lower rooms, and what it listens to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grahak.core import changes
from grahak.core.events import on
from grahak.core.money import figure, written
from grahak.core.registry import DayList, NavLink, Need, registry
from grahak.sales import columns, erasing, merging, panels
from grahak.sales.daylist import deals_told, due_to_reorder, list_address
from grahak.sales.deals import hooks as deal_hooks
from grahak.sales.debts import debts, totals_of_debts
from grahak.sales.models import CustomerFigures, Deal, LedgerEntry, Order, OrderLine, Payment
from grahak.sales.search import orders
from grahak.sales.slow import kept_in_a_large_shop


def hang() -> None:
    """Called once, when the apps are ready."""
    follow_changes()
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
    erasing.register()
    merging.register()
    registry.searches.append(orders)
    registry.currency_locks.append(has_amounts)
    registry.abouts["sales.deal"] = deals_told
    registry.add(
        DayList("due", _("Due to reorder"), due_to_reorder, list_address, "customers.view", order=20)
    )
    registry.add(Need("sales.khata", khata_needs, "payments.view", order=30))
    deal_hooks.hang()
    on("catalogue.codes.changed", restate_bills)
    on("core.day.began", grow_older)


def restate_bills(codes: list[str]) -> None:
    """Bring past bills in step in the background, once the change of the codes is certain."""
    from grahak.sales.jobs import reclassify_codes

    transaction.on_commit(lambda: reclassify_codes.enqueue(codes=codes))


def grow_older(day: dt.date) -> None:
    """Every day debts age by a day."""
    from grahak.sales.jobs import age_debts

    transaction.on_commit(lambda: age_debts.enqueue())


def khata_needs(user: Any, limit: int) -> list[dict[str, Any]]:
    """What of the khata wants somebody: limits passed, debts older than ninety days."""
    found = []
    over = kept_in_a_large_shop("over", user, None, lambda: {"many": debts(user, "over").order_by().count()})
    totals = kept_in_a_large_shop("old", user, None, lambda: totals_of_debts(debts(user, "old")))
    if many := over["many"]:
        found.append(
            {
                "icon": "lock",
                "tone": "wait",
                "title": ngettext(
                    "%(n)s customer is over the limit", "%(n)s customers are over their limits", many
                )
                % {"n": figure(many)},
                "text": gettext("Ask for a payment before the next order."),
                "url": reverse("sales:khata") + "?show=over",
                "label": gettext("Look"),
            }
        )
    if totals["many"]:
        found.append(
            {
                "icon": "khata",
                "tone": "owed",
                "title": gettext("%s is older than 90 days") % written(totals["parts"][3]),
                "text": ngettext("%(n)s customer", "%(n)s customers", totals["many"])
                % {"n": figure(totals["many"])},
                "url": reverse("sales:khata") + "?show=old",
                "label": gettext("Look"),
            }
        )
    return found[:limit]


def has_amounts() -> bool:
    """Whether amounts in the present currency exist, so that it cannot be changed any more."""
    return Order.objects.exists() or LedgerEntry.objects.exists() or Deal.objects.exists()


def follow_changes() -> None:
    """What of this room the change log notes. Lines come with their order, so the order's row stands for them:
    whoever adds lines to an order also sets its updated_at. Lines changed or taken away note their order."""
    every = [str(field.column) for field in Order._meta.concrete_fields]
    changes.follow("order", Order, customer="customer_id", columns=every)
    of_order = "(SELECT customer_id FROM sales_order WHERE id = {}.order_id)"
    changes.follow("order", OrderLine, customer=of_order, row="order_id", on="ud")
    changes.follow("payment", Payment, customer="customer_id")
    changes.follow("entry", LedgerEntry, customer="customer_id")
    changes.follow("figures", CustomerFigures, customer="customer_id")
