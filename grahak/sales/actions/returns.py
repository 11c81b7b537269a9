"""Goods come back: from an order, at the rate they were sold, or without one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.events import announce
from grahak.core.models import Branch, User
from grahak.customers.models import Customer
from grahak.sales.actions import posting
from grahak.sales.actions.lines import LineDraft, checked, named, write_lines
from grahak.sales.actions.numbers import HAND, take_number
from grahak.sales.models import Order, OrderKind, OrderLine, PaymentMethod
from grahak.sales.totals import UNIT


def left_to_return(order: Order) -> dict[int, Decimal]:
    """How much of each line (by ordinal) has not come back yet."""
    back: dict[int, Decimal] = defaultdict(Decimal)
    returned = OrderLine.objects.filter(
        order__returns=order, order__cancelled_at=None, of_ordinal__isnull=False
    )
    for ordinal, quantity in returned.values_list("of_ordinal", "quantity"):
        back[ordinal or 0] -= quantity
    return {line.ordinal: max(Decimal(0), line.quantity - back[line.ordinal]) for line in order.lines.all()}


def lines_to_return(order: Order, quantities: Mapping[int, Decimal]) -> list[LineDraft]:
    """Drafts of what comes back of an order, {ordinal: quantity}, at the rate and with the share of tax
    it was sold. ValidationError under "lines" where more would come back than is left."""
    left, wrong, drafts = left_to_return(order), [], []
    for line in order.lines.select_related("product"):
        quantity = quantities.get(line.ordinal, Decimal(0))
        if not quantity:
            continue
        if quantity < 0:
            wrong.append(named(line.ordinal, _("the quantity must be more than zero.")))
        elif quantity > left[line.ordinal]:
            most = f"{left[line.ordinal].normalize():f}"
            wrong.append(named(line.ordinal, _("at most %(most)s can come back.") % {"most": most}))
        drafts.append(
            LineDraft(
                quantity=quantity,
                unit_price=line.unit_price,
                product=line.product,
                code=line.code,
                description=line.description,
                tax=(line.tax * quantity / line.quantity).quantize(UNIT, ROUND_HALF_UP),
                of_ordinal=line.ordinal,
            )
        )
    if set(quantities) - set(left):
        wrong.append(_("This order has no such line."))
    if wrong:
        raise ValidationError({"lines": wrong})
    return drafts


def take_return(
    order: Order | None,
    *,
    by: User | None,
    lines: Sequence[LineDraft],
    customer: Customer | None = None,
    placed_at: dt.datetime | None = None,
    refunded: Decimal | None = None,
    refunded_how: str = PaymentMethod.CASH,
    branch: Branch | None = None,
    note: str = "",
    once: str = "",
) -> Order:
    """Write a return of ORDER, or without one of CUSTOMER. REFUNDED is what was paid out at once (None:
    nothing to a customer, all to a stranger); the rest is credited to the khata. ValidationError under
    lines, placed_at, refunded."""

    def make() -> Order:
        checked(lines)
        if order is not None:
            _fits(order, lines)
        back = Order(
            kind=OrderKind.RETURN,
            source=HAND,
            customer=order.customer if order is not None else customer,
            branch=branch or (order.branch if order is not None else None),
            taken_by=by,
            returns=order,
            placed_at=posting.checked_moment(placed_at, "placed_at"),
            note=note.strip(),
            once=once or None,
        )
        if order is not None and business.day_of(back.placed_at) < business.day_of(order.placed_at):
            raise ValidationError({"placed_at": _("That is before the order.")})
        back.number = take_number(OrderKind.RETURN)
        back.save()
        write_lines(back, lines, sign=-1)
        _give_money(back, refunded, refunded_how)
        back.save()
        posting.post_order(back, by=by)
        posting.tell_order(back, by=by)
        audit.record("sales.order.returned", back, by=by, total=str(back.total), refunded=str(-back.received))
        announce("sales.order.added", order_id=back.pk)
        posting.settle(
            [back.customer_id],
            [business.day_of(back.placed_at)],
            orders=True,
            khata=back.total != back.received,
        )
        return back

    return posting.only_once(Order, once, make)


def _give_money(back: Order, refunded: Decimal | None, how: str) -> None:
    worth = -back.total
    if refunded is None:
        refunded = Decimal(0) if back.customer_id else worth
    posting.nothing_less(refunded, "refunded", worth)
    if back.customer_id is None and refunded != worth:
        raise ValidationError(
            {
                "refunded": _(
                    "A return without a customer goes on nobody’s khata: it must be refunded in full."
                )
            }
        )
    back.received = -refunded
    back.received_how = PaymentMethod(how).value if refunded else ""


def _fits(order: Order, lines: Sequence[LineDraft]) -> None:
    """ValidationError unless ORDER still has what LINES bring back. Locks the order."""
    now = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if now.cancelled_at or now.is_return:
        raise ValidationError(_("Nothing can come back of a return or of a cancelled order."))
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    for draft in lines:
        if draft.of_ordinal is not None:
            wanted[draft.of_ordinal] += draft.quantity
    lines_to_return(now, wanted)


def still_fits(back: Order) -> None:
    """ValidationError unless what a cancelled return brings back is still there to come back."""
    if back.returns is not None:
        lines_to_return(
            back.returns,
            {line.of_ordinal: -line.quantity for line in back.lines.all() if line.of_ordinal is not None},
        )
