"""An order of a shop and the refunds of it, written as an order and its returns.

What is kept of each is the newest state that the shop told; the records are made from these states alone. So an
old state, or one that is told again, changes nothing, and a refund may come before its order.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from grahak.connect.connectors.documents import (
    LineDoc,
    OrderDoc,
    RefundDoc,
    RefundLine,
    Unreadable,
    as_json,
    order_from,
    refund_from,
    sealed,
)
from grahak.connect.connectors.models import ObjectKind, ShopObject
from grahak.connect.connectors.records import bills, parties, products, states
from grahak.connect.connectors.records.bills import Bill, BillLine
from grahak.connect.connectors.records.touched import Work
from grahak.core import business
from grahak.sales.actions import posting
from grahak.sales.models import Order, OrderKind
from grahak.sales.totals import UNIT, coins

NOTHING = Decimal(0)
PENNY = Decimal("0.01")
OTHER = 990_001
SHIPPING = 900_001


def keep_order(work: Work, doc: OrderDoc) -> bool:
    """Work a state of an order; False where it is known or older. Raises Unreadable."""
    connector = work.connector
    known = states.found(connector, ObjectKind.ORDER, doc.external_id)
    _check(work, doc)
    news = [_keep_refund(work, one) for one in doc.refunds]
    plain = as_json(replace(doc, party=None, refunds=[]))
    version = sealed(doc.version, plain)
    if known is not None and known.doc and not states.is_newer(known, version):
        products.products_of(work, doc.lines, version)  # an old state may tell of items that are gone by now
        if known.order_id:
            work.order_id, work.customer_id = known.order_id, known.customer_id
        if doc.party is not None and doc.party.is_whole:
            parties.customer_of(work, doc.party, parties.weak_version(doc.happened_at, doc.party))
        elif doc.party is not None:
            parties.hear(work, known.customer_id, doc.party, late=True)
        if any(news):
            settle_order(work, known)
        return work.changed
    row = known or states.held(connector, ObjectKind.ORDER, doc.external_id)
    if doc.party is None:
        # The shop tells nobody any more: nobody it was, unless they were erased here
        row.customer_id = row.customer_id if parties.is_erased(row.customer) else None
    else:
        row.customer_id = parties.customer_of(
            work, doc.party, parties.weak_version(doc.happened_at, doc.party)
        )
    row.doc, row.version = plain, version
    row.save()
    settle_order(work, row)
    return True


def keep_refund(work: Work, doc: RefundDoc) -> bool:
    """Work a refund; False where it is known. Raises Waits where its order has not come yet: the refund is kept
    and taken over with the order."""
    own_currency(work, doc.currency)
    is_news = _keep_refund(work, doc)
    if not doc.order_id:
        return _return_of_nothing(work, doc) if is_news else False
    order = states.found(work.connector, ObjectKind.ORDER, doc.order_id)
    if order is None or not order.doc:
        raise Waits(doc.order_id)
    work.order_id, work.customer_id = order.order_id, order.customer_id
    if is_news:
        settle_order(work, order)
    return is_news


class Waits(Exception):
    """A refund whose order has not come yet."""

    def __init__(self, order_id: str) -> None:
        super().__init__(order_id)
        self.order_id = order_id


def own_currency(work: Work, currency: str) -> None:
    """Raises Unreadable with the code "currency" for another currency than the books have."""
    if currency and currency != work.currency:
        raise Unreadable("currency", "currency", text=currency, own=work.currency)


def _check(work: Work, doc: OrderDoc) -> None:
    own_currency(work, doc.currency)
    try:
        posting.checked_moment(doc.placed_at, "placed_at")
    except ValidationError:
        future = business.day_of(doc.placed_at) > business.today()
        raise Unreadable("created_at", "future" if future else "past") from None


def _keep_refund(work: Work, doc: RefundDoc) -> bool:
    row = states.held(work.connector, ObjectKind.REFUND, doc.external_id, parent=doc.order_id)
    plain = as_json(replace(doc, party=None))
    version = sealed(doc.version, plain)
    if not states.is_newer(row, version):
        return False
    row.doc, row.version, row.parent = plain, version, doc.order_id
    row.save()
    return True


# From states to records


def settle_order(work: Work, row: ShopObject) -> None:
    """Make the order and its returns as the states of both say, and change what differs."""
    doc = order_from(row.doc)
    bill = _sale(work, row, doc)
    order = bills.write(work, row.order, bill, row)
    row.order = order
    row.save(update_fields=["order"])
    work.order_id, work.customer_id = order.pk, row.customer_id
    for refund in ShopObject.objects.filter(connector=work.connector, parent=row.external_id).order_by("id"):
        if not refund.doc:
            continue
        back = refund_from(refund.doc)
        gone = doc.known_refunds is not None and back.external_id not in doc.known_refunds
        wanted = _return(order, bill, back, row.customer_id)
        # One that was taken back is written too, as it would stand had we heard of it in time
        wanted.cancelled = wanted.cancelled or gone or refund.is_gone or not wanted.lines
        if refund.order_id is None and not (back.lines or back.money):
            continue
        refund.order = bills.write(work, refund.order, wanted, refund)
        refund.customer_id = row.customer_id
        refund.save(update_fields=["order", "customer"])


def _sale(work: Work, row: ShopObject, doc: OrderDoc) -> Bill:
    items = products.products_of(work, doc.lines, row.version)
    lines = [_bill_line(work, line, items.get(line.key)) for line in doc.lines]
    whole = coins(sum((line.amount + line.tax for line in lines), NOTHING))
    received = whole if doc.received is None or row.customer_id is None else doc.received
    return Bill(
        kind=OrderKind.SALE,
        number=doc.number,
        customer_id=row.customer_id,
        placed_at=doc.placed_at,
        lines=lines,
        received=received,
        how=doc.how,
        note=doc.note,
        cancelled=doc.cancelled_at is not None or row.is_gone,
        cancelled_at=doc.cancelled_at or row.gone_at,
        sent_at=doc.sent_at,
    )


def _bill_line(work: Work, line: LineDoc, product_id: int | None) -> BillLine:
    code = " ".join(line.code.split()).upper()[:60]
    return BillLine(
        ordinal=line.ordinal,
        product_id=product_id,
        code=code,
        description=line.description[:200],
        quantity=line.quantity,
        amount=line.amount.quantize(UNIT, ROUND_HALF_UP),
        tax=line.tax.quantize(UNIT, ROUND_HALF_UP),
        is_service=line.is_service or code in work.services,
        key=line.key,
    )


def _return(order: Order | None, bill: Bill | None, back: RefundDoc, customer_id: int | None) -> Bill:
    """What a refund brings back: lines at the rate and with the share of tax they were sold, else as it says."""
    sold = {line.key: line for line in bill.lines} if bill else {}
    found = (_returned(place, one, sold.get(one.key)) for place, one in enumerate(back.lines, 1))
    lines = [line for line in found if line is not None]
    worth = -coins(sum((line.amount + line.tax for line in lines), NOTHING))
    money = worth if back.money is None else back.money
    rest = money - worth
    if rest >= PENNY or (rest <= -PENNY and lines and back.exact):
        lines.append(_other(rest))
        worth = money
    cancelled = back.cancelled or (bill is not None and bill.cancelled)
    return Bill(
        kind=OrderKind.RETURN,
        number=f"{bill.number}-R{back.external_id}"[:60] if bill else back.external_id[:60],
        customer_id=customer_id,
        placed_at=back.at,
        lines=lines,
        received=-money if customer_id is not None else -worth,
        how=back.how or (bill.how if bill else ""),
        note=back.note,
        cancelled=cancelled,
        cancelled_at=bill.cancelled_at if bill and bill.cancelled else back.happened_at,
        returns_id=order.pk if order else None,
    )


def _other(rest: Decimal) -> BillLine:
    """What was paid back beyond the worth of the goods (an allowance on their price), or kept back of it (a
    fee)."""
    count = Decimal(-1) if rest > 0 else Decimal(1)
    return BillLine(OTHER, None, "", "", count, -rest, NOTHING, is_service=rest < 0)


def _returned(place: int, one: RefundLine, sold: BillLine | None) -> BillLine | None:
    if sold is None and one.amount is None:
        return None  # a line that the order never had: the money tells what it was worth
    ordinal = place if not one.is_service else SHIPPING + place
    if sold is not None and one.amount is None:
        share = one.quantity / sold.quantity if sold.quantity else NOTHING
        amount, tax = sold.amount * share, sold.tax * share
    else:
        amount, tax = one.amount or NOTHING, one.tax or NOTHING
        if one.tax is None and sold is not None and sold.amount:
            tax = sold.tax * amount / sold.amount
    return BillLine(
        ordinal=ordinal,
        product_id=sold.product_id if sold else None,
        code=sold.code if sold else one.code.upper(),
        description=sold.description if sold else one.description,
        quantity=-(one.quantity or Decimal(1)),
        amount=-amount.quantize(UNIT, ROUND_HALF_UP),
        tax=-tax.quantize(UNIT, ROUND_HALF_UP),
        is_service=sold.is_service if sold else one.is_service,
        key="",
        of_ordinal=sold.ordinal if sold and one.quantity else None,
    )


def _return_of_nothing(work: Work, doc: RefundDoc) -> bool:
    """A return of no order that we know (a till's)."""
    row = states.held(work.connector, ObjectKind.REFUND, doc.external_id)
    if doc.party is not None:
        row.customer_id = parties.customer_of(work, doc.party, parties.weak_version(doc.at, doc.party))
    _write_alone(work, row, doc)
    return True


def _write_alone(work: Work, row: ShopObject, doc: RefundDoc) -> None:
    bill = _return(None, None, doc, row.customer_id)
    bill.cancelled = bill.cancelled or row.is_gone
    lines = [
        LineDoc(
            key=str(line.ordinal),
            ordinal=line.ordinal,
            quantity=line.quantity,
            amount=line.amount,
            code=line.code,
            description=line.description,
            is_service=line.is_service,
        )
        for line in bill.lines
    ]
    items = products.products_of(work, lines, row.version)
    bill.lines = [replace(line, product_id=items.get(str(line.ordinal))) for line in bill.lines]
    row.order = bills.write(work, row.order, bill, row)
    row.save()
    work.order_id, work.customer_id = row.order.pk, row.customer_id


def take_away(work: Work, kind: ObjectKind, external_id: str) -> bool:
    """The shop deleted an order or a return: it stays here, cancelled. False where that is known."""
    row = states.held(work.connector, kind, external_id)
    is_news = states.mark_gone(row, timezone.now())
    return _again(work, row) if is_news else False


def bring_back(work: Work, kind: ObjectKind, external_id: str) -> bool:
    """The shop brought it back from its bin."""
    row = states.held(work.connector, kind, external_id)
    is_news = states.mark_seen(row, timezone.now())
    return _again(work, row) if is_news else False


def _again(work: Work, row: ShopObject) -> bool:
    if row.kind == ObjectKind.REFUND and row.parent:
        order = states.found(work.connector, ObjectKind.ORDER, row.parent)
        if order is not None and order.doc:
            settle_order(work, order)
    elif row.kind == ObjectKind.ORDER and row.doc:
        settle_order(work, row)
    elif row.kind == ObjectKind.REFUND and row.doc:
        _write_alone(work, row, refund_from(row.doc))
    work.order_id = row.order_id
    return True
