"""Orders that came of deals: linked, taken off, refused; and offered when they seem to belong (rule in `fits`)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.bulk import pieces
from grahak.core.models import User
from grahak.sales.actions.lines import LineDraft
from grahak.sales.actions.orders import place_order
from grahak.sales.deals.actions.moving import locked
from grahak.sales.models import Deal, DealLine, DealOrder, Order, OrderKind, OrderLine, StageKind
from grahak.sales.totals import line_tax

WON_LATELY = dt.timedelta(days=30)
State = DealOrder.State


@transaction.atomic
def link_order(deal: Deal, order: Order, *, by: User | None) -> DealOrder:
    """Say that the order came of the deal. ValidationError for a return, a cancelled order, another customer's, and
    one that came of another deal."""
    deal = locked(deal)
    if order.is_return or order.cancelled_at is not None:
        raise ValidationError(_("%s is cancelled or a return.") % order.number)
    if order.customer_id != deal.customer_id:
        raise ValidationError(_("%s belongs to another customer.") % order.number)
    Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
    other = (
        DealOrder.objects.filter(order=order, state=State.LINKED)
        .exclude(deal=deal)
        .select_related("deal")
        .first()
    )
    if other is not None:
        raise ValidationError(
            _("%(order)s came of “%(deal)s” already.") % {"order": order.number, "deal": other.deal.title}
        )
    link, _new = DealOrder.objects.update_or_create(
        deal=deal, order=order, defaults={"state": State.LINKED, "at": timezone.now(), "by": by}
    )
    DealOrder.objects.filter(order=order, state=State.OFFERED).delete()
    audit.record("sales.deal.linked", deal, by=by, order=order.number, total=str(order.total))
    return link


@transaction.atomic
def unlink_order(deal: Deal, order: Order, *, by: User | None) -> None:
    """Take a linked order off; it is not offered again."""
    if DealOrder.objects.filter(deal=deal, order=order, state=State.LINKED).update(
        state=State.REFUSED, at=timezone.now(), by=by
    ):
        audit.record("sales.deal.unlinked", deal, by=by, order=order.number)


@transaction.atomic
def refuse_order(deal: Deal, order: Order, *, by: User | None) -> None:
    """An offered order has nothing to do with this deal."""
    if DealOrder.objects.filter(deal=deal, order=order, state=State.OFFERED).update(
        state=State.REFUSED, at=timezone.now(), by=by
    ):
        audit.record("sales.deal.unlinked", deal, by=by, order=order.number)


@transaction.atomic
def order_of_lines(deal: Deal, *, by: User | None) -> Order:
    """Write an order of the deal's lines for its customer, nothing paid yet, and link it. ValidationError without
    lines. The same lines make one order, however often it is asked: changed ones are rows of their own."""
    lines = list(deal.lines.select_related("product"))
    if not lines:
        raise ValidationError(_("This deal has no lines to make an order of."))
    drafts = [
        LineDraft(
            product=line.product,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.rate,
            tax=line_tax(line.amount, line.product.tax_rate)
            if line.product and line.product.tax_rate
            else Decimal(0),
        )
        for line in lines
    ]
    order = place_order(
        by=by, customer=deal.customer, lines=drafts, branch=deal.branch, note=deal.title,
        once=f"deal-{deal.pk}-{lines[0].pk}",
    )  # fmt: skip
    link_order(deal, order, by=by)
    return order


def offer_orders(customer_ids: Iterable[int] | None = None) -> int:
    """Look whether orders of these customers (None: of all who have a deal) seem to come of their deals, and offer
    them. Returns how many new offers. Safe to repeat."""
    lately = timezone.now() - WON_LATELY
    rows = Deal.objects.filter(Q(state=StageKind.OPEN) | Q(state=StageKind.WON, closed_at__gte=lately))
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=list(customer_ids))
    won = Q(state=StageKind.WON, order_links__state=State.LINKED)
    ids = rows.exclude(pk__in=rows.filter(won).values("pk")).order_by("pk").values_list("pk", flat=True)
    return sum(_offer(piece) for piece in pieces(ids.iterator(2_000), 500))


@transaction.atomic
def _offer(ids: list[int]) -> int:
    deals = list(Deal.objects.filter(pk__in=ids))
    first = min((deal.created_at for deal in deals), default=None)
    if first is None:
        return 0
    since = business.day_start(business.day_of(first))
    orders = Order.objects.filter(
        customer_id__in={deal.customer_id for deal in deals}, kind=OrderKind.SALE, cancelled_at=None,
        placed_at__gte=since,
    ).exclude(deal_links__state=State.LINKED)  # fmt: skip
    of: dict[int | None, list[Order]] = defaultdict(list)
    for order in orders:
        of[order.customer_id].append(order)
    items = _items(deals, [order for found in of.values() for order in found])
    offers = [
        DealOrder(deal=deal, order=order)
        for deal in deals
        for order in of[deal.customer_id]
        if fits(deal, order, common=bool(items[0][deal.pk] & items[1][order.pk]))
    ]
    known = set(DealOrder.objects.filter(deal_id__in=ids).values_list("deal_id", "order_id"))
    fresh = [offer for offer in offers if (offer.deal_id, offer.order_id) not in known]
    DealOrder.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return len(fresh)


def _items(deals: list[Deal], orders: list[Order]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The items of the lines of deals and of orders."""
    of_deals: dict[int, set[int]] = defaultdict(set)
    of_orders: dict[int, set[int]] = defaultdict(set)
    lines = DealLine.objects.filter(deal__in=deals).exclude(product=None).values_list("deal_id", "product_id")
    for deal, product in lines:
        of_deals[deal].add(product)  # type: ignore[arg-type]
    if of_deals:
        for piece in pieces(order.pk for order in orders):
            found = OrderLine.objects.filter(order_id__in=piece).exclude(product=None)
            for order, product in found.values_list("order_id", "product_id"):
                of_orders[order].add(product)  # type: ignore[arg-type]
    return of_deals, of_orders


def fits(deal: Deal, order: Order, *, common: bool) -> bool:
    """Whether an order of the same customer seems to come of a deal: placed on the day the deal was written or later,
    and with an item in COMMON with its lines, or (without an amount on the deal) any, or worth between half and
    double its amount."""
    if business.day_of(order.placed_at) < business.day_of(deal.created_at):
        return False
    return common or not deal.amount or deal.amount / 2 <= order.total <= deal.amount * Decimal(2)
