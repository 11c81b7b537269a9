"""An order is placed, changed, cancelled, and brought back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.durable import durable
from grahak.core.events import announce
from grahak.core.models import Branch, User
from grahak.customers.actions import tell
from grahak.customers.models import Activity, Customer
from grahak.sales.actions import posting
from grahak.sales.actions.lines import LARGEST, LineDraft, checked, write_lines
from grahak.sales.actions.numbers import HAND, checked_number, take_number
from grahak.sales.actions.payments import receive_payment, void_payment
from grahak.sales.models import Order, OrderKind, PaymentMethod


def place_order(
    *,
    by: User | None,
    customer: Customer | None,
    lines: Sequence[LineDraft],
    placed_at: dt.datetime | None = None,
    received: Decimal | None = None,
    received_how: str = PaymentMethod.CASH,
    branch: Branch | None = None,
    number: str = "",
    note: str = "",
    once: str = "",
) -> Order:
    """Write an order. RECEIVED is what was paid with it (None: nothing by a customer, all by a stranger);
    the rest goes to the khata, so an order without a customer must be paid in full. The same ONCE gives
    the same order. ValidationError under placed_at, received, number, or lines ("Line 3: …")."""

    def make() -> Order:
        checked(lines)
        order = Order(
            kind=OrderKind.SALE,
            source=HAND,
            number=checked_number(number) if number.strip() else "",
            customer=customer,
            branch=branch,
            taken_by=by,
            placed_at=posting.checked_moment(placed_at, "placed_at"),
            note=note.strip(),
            once=once or None,
        )
        order.number = order.number or take_number(OrderKind.SALE)
        order.save()
        write_lines(order, lines)
        _take_money(order, received, received_how)
        order.save()
        posting.post_order(order, by=by)
        posting.tell_order(order, by=by)
        audit.record("sales.order.placed", order, by=by, total=str(order.total), received=str(order.received))
        announce("sales.order.added", order_id=order.pk)
        posting.settle(
            [order.customer_id],
            [business.day_of(order.placed_at)],
            orders=True,
            khata=order.total != order.received,
        )
        return order

    return posting.only_once(Order, once, make)


def _take_money(order: Order, received: Decimal | None, how: str) -> None:
    """Set what was paid with an order, after its total is known. ValidationError under "received"."""
    if received is None:
        received = Decimal(0) if order.customer_id else order.total
    posting.nothing_less(received, "received", LARGEST)
    if order.customer_id is None and received != order.total:
        raise ValidationError(
            {"received": _("An order without a customer goes on nobody’s khata: it must be paid in full.")}
        )
    order.received = received
    order.received_how = PaymentMethod(how).value if received else ""


def locked(order: Order, seen: dt.datetime | None = None) -> Order:
    """The order as it stands now, held until the transaction ends. ValidationError if somebody changed it
    after SEEN, the moment at which the person's form was drawn."""
    now = Order.objects.select_for_update(of=("self",)).select_related("customer").get(pk=order.pk)
    if seen is not None and now.updated_at != seen:
        raise ValidationError(_("Somebody changed this order meanwhile: look at it again, then change it."))
    return now


def _snapshot(order: Order) -> dict[str, Any]:
    return {
        "customer": order.customer,
        "branch": order.branch_id,
        "placed_at": order.placed_at.isoformat(),
        "received": order.received,
        "total": order.total,
        "note": order.note,
        "lines": [
            f"{line.code or line.description} {line.quantity} × {line.unit_price}"
            for line in order.lines.all()
        ],
    }


def edit_order(
    order: Order,
    *,
    by: User | None,
    lines: Sequence[LineDraft] | None = None,
    seen: dt.datetime | None = None,
    **changes: Any,
) -> Order:
    """Change an order's lines and any of customer, branch, placed_at, received, received_how, note. Its
    khata entry is reversed and written anew, on the khata of whoever it now belongs to. ValidationError
    as for place_order; also for a return, a cancelled order and one with returns."""
    unknown = set(changes) - {"customer", "branch", "placed_at", "received", "received_how", "note"}
    if unknown:
        raise TypeError(f"an order has no {', '.join(sorted(unknown))} to change")
    with durable():
        order = locked(order, seen)
        _may_change(order)
        before, customer_before, day_before = (
            _snapshot(order),
            order.customer_id,
            business.day_of(order.placed_at),
        )
        for name in ("customer", "branch", "note"):
            if name in changes:
                setattr(order, name, changes[name])
        if "placed_at" in changes:
            order.placed_at = posting.checked_moment(changes["placed_at"], "placed_at")
        if lines is not None:
            checked(lines)
            write_lines(order, lines)
        received = changes.get("received", order.received)
        _take_money(order, received, changes.get("received_how") or order.received_how or PaymentMethod.CASH)
        order.save()
        changed = audit.changed(before, _snapshot(order))
        if not changed:
            return order
        posting.reverse(order.ledger.all(), by=by, note=_("Order changed"))
        posting.post_order(order, by=by)
        if order.customer_id is None:
            Activity.objects.filter(subject="order", subject_id=order.pk).delete()
        posting.tell_order(order, by=order.taken_by)
        audit.record("sales.order.edited", order, by=by, changes=changed)
        posting.settle(
            [customer_before, order.customer_id],
            [day_before, business.day_of(order.placed_at)],
            orders=True,
            khata=True,
        )
        return order


def _may_change(order: Order) -> None:
    if order.cancelled_at:
        raise ValidationError(_("This order is cancelled."))
    if order.is_return:
        raise ValidationError(_("A return is not changed: cancel it and write it again."))
    if order.returned_by.filter(cancelled_at=None).exists():
        raise ValidationError(_("Goods of this order came back: cancel the return first."))


def cancel_order(order: Order, *, by: User | None, keep_money: bool = False) -> Order:
    """Cancel an order or a return: it counts nowhere, its khata entry is reversed. What was paid with it
    is given back, or with KEEP_MONEY stays as a payment on the customer's khata. Cancelling twice changes
    nothing. ValidationError for an order with returns, and for keeping money without a customer."""
    with durable():
        order = locked(order)
        if order.cancelled_at:
            return order
        if order.returned_by.filter(cancelled_at=None).exists():
            raise ValidationError(_("Goods of this order came back: cancel the return first."))
        order.cancelled_at = timezone.now()
        order.save()
        posting.reverse(order.ledger.all(), by=by, note=_("Order cancelled"))
        if keep_money and order.received:
            if order.customer is None:
                raise ValidationError(_("Money can stay only on the khata of a customer."))
            receive_payment(
                by=by,
                customer=order.customer,
                amount=order.received,
                method=order.received_how or PaymentMethod.CASH,
                reference=order.number,
                received_at=order.placed_at,
                branch=order.branch,
                order=order,
            )
        posting.tell_order(order, by=order.taken_by)
        if order.customer is not None:
            tell(
                order.customer,
                "sales.order.cancelled",
                group="orders",
                at=order.cancelled_at,
                by=by,
                subject="order",
                subject_id=order.pk,
                title=order.number,
            )
        audit.record("sales.order.cancelled", order, by=by, total=str(order.total), kept=keep_money)
        posting.settle([order.customer_id], [business.day_of(order.placed_at)], orders=True, khata=True)
        return order


def restore_order(order: Order, *, by: User | None) -> Order:
    """Bring a cancelled order back as it was; money that had stayed on the khata is the order's again. A
    return comes back only while what it returns is still there to return."""
    from grahak.sales.actions.returns import still_fits

    with durable():
        order = locked(order)
        if not order.cancelled_at:
            return order
        if order.is_return:
            still_fits(order)
        order.cancelled_at = None
        order.save()
        for payment in order.payments.filter(voided_at=None, reference=order.number):
            void_payment(payment, by=by)
        posting.post_order(order, by=by)
        Activity.objects.filter(kind="sales.order.cancelled", subject="order", subject_id=order.pk).delete()
        posting.tell_order(order, by=order.taken_by)
        audit.record("sales.order.restored", order, by=by)
        posting.settle([order.customer_id], [business.day_of(order.placed_at)], orders=True, khata=True)
        return order
