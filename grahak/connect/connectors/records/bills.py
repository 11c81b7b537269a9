"""Writes one order or return as it should stand, and only where it stands otherwise: its lines, what it puts on
the khata, its line on the timeline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.connect.connectors.models import ShopObject
from grahak.connect.connectors.records.touched import Work
from grahak.core import audit
from grahak.customers.actions import tell
from grahak.customers.models import Activity, Customer
from grahak.sales.actions import posting
from grahak.sales.models import Order, OrderKind, OrderLine
from grahak.sales.totals import UNIT, totals_of

SAME_ORDER = dt.timedelta(days=7)


@dataclass
class BillLine:
    """A line as it should stand; KEY is the shop's name of it. On returns quantity, amount and tax are
    negative."""

    ordinal: int
    product_id: int | None
    code: str
    description: str
    quantity: Decimal
    amount: Decimal
    tax: Decimal
    is_service: bool
    key: str = ""
    of_ordinal: int | None = None

    @property
    def unit_price(self) -> Decimal:
        return (self.amount / self.quantity).quantize(UNIT)


@dataclass
class Bill:
    """An order or return as it should stand."""

    kind: OrderKind
    number: str
    customer_id: int | None
    placed_at: dt.datetime
    lines: list[BillLine]
    received: Decimal
    how: str = ""
    note: str = ""
    cancelled: bool = False
    cancelled_at: dt.datetime | None = None
    sent_at: dt.datetime | None = None
    returns_id: int | None = None


def write(work: Work, order: Order | None, bill: Bill, row: ShopObject) -> Order:
    """Bring ORDER in step with BILL (None: make it). ROW is the shop's object, which an order of the same
    number in an earlier file may become."""
    is_new = order is None
    if order is None:
        order = _of_a_file(work, bill, row) or Order(
            source=work.connector.source, branch=work.connector.branch, placed_at=bill.placed_at
        )
    before = _standing(order) if order.pk else {}
    was = (order.customer_id, order.placed_at)
    _set_head(work, order, bill)
    same_lines = order.pk is not None and _lines_stand(order, bill.lines)
    if order.pk and same_lines and _standing(order) == before:
        if order.customer is not None and bool(bill.sent_at and not order.cancelled_at) != _is_sent(order):
            _tell(order, bill)
            work.changed = True
        return order
    order.save()
    if not same_lines:
        _write_lines(order, bill.lines)
        order.save()
    khata = _post(order, bill)
    _tell(order, bill)
    if before:
        work.touch(was[0], was[1], khata=khata)
    work.touch(order.customer_id, order.placed_at, khata=khata)
    if is_new or not before:
        action = "connect.order.added"
    elif before["cancelled"] != bool(order.cancelled_at):
        action = "connect.order.cancelled" if order.cancelled_at else "connect.order.restored"
    else:
        action = "connect.order.changed"
    audit.record(action, order, by=None, total=str(order.total), source=order.source)
    return order


def _set_head(work: Work, order: Order, bill: Bill) -> None:
    order.kind, order.customer_id, order.placed_at = bill.kind, bill.customer_id, bill.placed_at
    order.customer = Customer.objects.get(pk=bill.customer_id) if bill.customer_id else None
    if order.number != bill.number:
        order.number = _free_number(work, order, bill.number)
    order.note, order.returns_id = bill.note, bill.returns_id
    if bill.cancelled:
        order.cancelled_at = order.cancelled_at or bill.cancelled_at or timezone.now()
    else:
        order.cancelled_at = None
    totals = totals_of(bill.lines)
    order.net, order.service, order.tax, order.total = totals.net, totals.service, totals.tax, totals.total
    order.received = bill.received if bill.customer_id is not None else totals.total
    order.received_how = bill.how if order.received else ""


def _free_number(work: Work, order: Order, number: str) -> str:
    """The number, or with a count behind it where another order of this shop bears it."""
    taken = Order.objects.filter(source=work.connector.source).exclude(pk=order.pk)
    if order.number.startswith(f"{number} (") and order.number.endswith(")"):
        return order.number
    name, place = number, 1
    while taken.filter(number=name).exists():
        place += 1
        name = f"{number} ({place})"
    return name


def _of_a_file(work: Work, bill: Bill, row: ShopObject) -> Order | None:
    """The order of the same number and week that a file brought in under this source, and that is no other
    object's yet."""
    found = Order.objects.filter(source=work.connector.source, number=bill.number).first()
    if found is None or ShopObject.objects.filter(order=found).exclude(pk=row.pk).exists():
        return None
    return found if abs(found.placed_at - bill.placed_at) <= SAME_ORDER else None


def _standing(order: Order) -> dict[str, Any]:
    """What of an order's head can differ."""
    return {
        "customer": order.customer_id,
        "number": order.number,
        "placed_at": order.placed_at,
        "sums": (order.net, order.service, order.tax, order.total, order.received),
        "how": order.received_how,
        "note": order.note,
        "returns": order.returns_id,
        "cancelled": bool(order.cancelled_at),
    }


def _is_sent(order: Order) -> bool:
    return Activity.objects.filter(subject="order", subject_id=order.pk, kind="connect.order.sent").exists()


def _lines_stand(order: Order, lines: list[BillLine]) -> bool:
    there = {
        line.ordinal: (
            line.product_id, line.code, line.description, line.quantity, line.amount, line.tax,
            line.is_service, line.of_ordinal,
        )
        for line in order.lines.all()
    }  # fmt: skip
    wanted = {
        line.ordinal: (
            line.product_id, line.code, line.description, line.quantity, line.amount, line.tax,
            line.is_service, line.of_ordinal,
        )
        for line in lines
    }  # fmt: skip
    return there == wanted


def _write_lines(order: Order, lines: list[BillLine]) -> None:
    order.lines.all().delete()
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            ordinal=line.ordinal,
            product_id=line.product_id,
            code=line.code,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax=line.tax,
            amount=line.amount,
            is_service=line.is_service,
            of_ordinal=line.of_ordinal,
        )
        for line in lines
    )


def _post(order: Order, bill: Bill) -> bool:
    """What the order puts on the khata, reversed and written anew where it differs. True where it changed."""
    standing = list(order.ledger.filter(reverses=None, reversed_by=None, payment=None))
    wanted = Decimal(0) if order.cancelled_at or order.customer_id is None else order.total - order.received
    if [(one.customer_id, one.amount, one.at) for one in standing] == (
        [(order.customer_id, wanted, order.placed_at)] if wanted else []
    ):
        return False
    posting.reverse(standing, by=None, note=_("Order changed"))
    if wanted:
        posting.post_order(order, by=None)
    return True


def _tell(order: Order, bill: Bill) -> None:
    lines = Activity.objects.filter(subject="order", subject_id=order.pk)
    if order.customer is None:
        lines.delete()
        return
    posting.tell_order(order, by=None)
    if order.cancelled_at and bill.kind == OrderKind.SALE:
        _say(order, "sales.order.cancelled", order.cancelled_at)
    else:
        lines.filter(kind="sales.order.cancelled").delete()
    if bill.sent_at and not order.cancelled_at:
        _say(order, "connect.order.sent", bill.sent_at)
    else:
        lines.filter(kind="connect.order.sent").delete()


def _say(order: Order, kind: str, at: dt.datetime) -> None:
    assert order.customer is not None
    tell(
        order.customer, kind, group="orders", at=at, subject="order", subject_id=order.pk, title=order.number
    )
