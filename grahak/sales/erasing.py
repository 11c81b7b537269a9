"""What stays in the books when a customer is erased: orders, payments and the khata with their figures, without the
words that people wrote beside them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.customers import erasing
from grahak.customers.erasing import Keeper, Line, Traces
from grahak.sales.models import Deal, DealLine, LedgerEntry, Order, Payment


def _lines(traces: Traces) -> list[Line]:
    mine = {"customer": traces.customer_id}
    notes = Order.objects.filter(**mine).exclude(note="").count()
    notes += Payment.objects.filter(**mine).exclude(note="", reference="").count()
    return [
        Line(_("Notes on orders and payments"), notes),
        Line(_("What deals were called, their notes and lines"), Deal.objects.filter(**mine).count()),
        Line(_("Orders and returns, with their figures"), Order.objects.filter(**mine).count(), stays=True),
        Line(_("Payments, with their figures"), Payment.objects.filter(**mine).count(), stays=True),
        Line(_("Entries of the khata"), LedgerEntry.objects.filter(**mine).count(), stays=True),
        Line(_("Deals, with their stages and figures"), Deal.objects.filter(**mine).count(), stays=True),
    ]


def _erase(traces: Traces) -> dict[str, int]:
    mine = {"customer": traces.customer_id}
    Payment.objects.filter(**mine).update(note="", reference="")
    LedgerEntry.objects.filter(**mine).update(note="")
    DealLine.objects.filter(deal__customer=traces.customer_id, product=None).update(description="–")
    Deal.objects.filter(**mine).update(title="–", note="", why="", contact=None)
    return {"orders_kept": Order.objects.filter(**mine).update(note="")}


def register() -> None:
    """Hang this room's part in."""
    erasing.add("sales", Keeper(_lines, _erase))
    erasing.keep("sales.Order", "sales.Payment", "sales.LedgerEntry", "sales.CustomerFigures", "sales.Deal")
