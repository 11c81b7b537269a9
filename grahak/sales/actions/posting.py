"""What every verb does at its end: the khata entry, the line on the timeline, the recount, the
announcement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.durable import durable
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.actions import tell
from grahak.sales.models import LedgerEntry, LedgerKind, Order
from grahak.sales.recount import recount

OLDEST = dt.date(1970, 1, 1)
Row = TypeVar("Row", bound=models.Model)


def only_once(rows: type[Row], once: str, make: Callable[[], Row]) -> Row:
    """What MAKE makes in one durable transaction, or what was made before with the same token: a form
    sent twice by a double click makes one row. Without a token it makes."""
    try:
        with durable():
            found = rows._default_manager.filter(once=once).first() if once else None
            return found or make()
    except IntegrityError:  # on PostgreSQL two may look at the same moment and neither see the other
        found = rows._default_manager.filter(once=once).first() if once else None
        if found is None:
            raise
        return found


def checked_moment(moment: dt.datetime | None, field: str) -> dt.datetime:
    """A moment that is believable for a bill or payment: not before 1970, not after today."""
    if moment is None:
        return timezone.now()
    day = business.day_of(moment)
    if day < OLDEST:
        raise ValidationError({field: _("That is before 1970.")})
    if day > business.today():
        raise ValidationError({field: _("That day is still to come.")})
    return moment


def post_order(order: Order, *, by: User | None) -> LedgerEntry | None:
    """Put what was not paid with an order (or credited by a return) on the customer's khata."""
    open_amount = order.total - order.received
    if order.customer is None or not open_amount:
        return None
    days = order.customer.credit_days
    due = (
        None
        if order.is_return or days is None
        else business.day_of(order.placed_at) + dt.timedelta(days=days)
    )
    return LedgerEntry.objects.create(
        customer=order.customer,
        kind=LedgerKind.RETURN if order.is_return else LedgerKind.ORDER,
        amount=open_amount,
        at=order.placed_at,
        due_on=due,
        order=order,
        by=by,
    )


def reverse(entries: Iterable[LedgerEntry], *, by: User | None, note: str = "") -> bool:
    """Write the opposite of entries that nothing has reversed yet, on the day of each, so that the khata
    reads as if they had never been written. Returns whether there was one."""
    found = [entry for entry in entries if entry.reverses_id is None and not _is_reversed(entry)]
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            customer_id=entry.customer_id,
            kind=LedgerKind.CORRECTION,
            amount=-entry.amount,
            at=entry.at,
            order_id=entry.order_id,
            payment_id=entry.payment_id,
            reverses=entry,
            by=by,
            note=note[:200],
        )
        for entry in found
    )
    return bool(found)


def _is_reversed(entry: LedgerEntry) -> bool:
    return LedgerEntry.objects.filter(reverses=entry).exists()


def tell_order(order: Order, *, by: User | None) -> None:
    """The order's line on the timeline; an edited or cancelled order rewrites its line."""
    if order.customer is None:
        return
    tell(
        order.customer,
        "sales.order.returned" if order.is_return else "sales.order.placed",
        group="orders",
        at=order.placed_at,
        by=by,
        subject="order",
        subject_id=order.pk,
        title=order.number,
        amount=None if order.cancelled_at else order.total,
        facts={
            "lines": order.lines.count(),
            "net": str(order.net),
            **({"cancelled": True} if order.cancelled_at else {}),
        },
    )


def settle(customer_ids: Iterable[int | None], days: Iterable[dt.date], *, orders: bool, khata: bool) -> None:
    """Recount and tell the rooms above."""
    ids = sorted({pk for pk in customer_ids if pk is not None})
    touched = sorted(set(days))
    recount(ids, touched)
    if orders:
        announce("sales.orders.changed", customer_ids=ids, days=touched)
    if khata and ids:
        announce("sales.ledger.changed", customer_ids=ids)


def nothing_less(amount: Decimal, field: str, largest: Decimal) -> None:
    """ValidationError unless 0 ≤ AMOUNT ≤ LARGEST."""
    if amount < 0:
        raise ValidationError({field: _("Must be zero or more.")})
    if amount > largest:
        raise ValidationError({field: _("The amount is too large.")})
