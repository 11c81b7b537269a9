"""What a campaign sold.

The rule, told on the screen too: an order counts for the last message that its customer got before it,
whichever campaign sent that message, if it came within the campaign's days after the message. With the
customer's orders in that time their returns in the same time are taken off. Net revenue is that of goods,
without tax, services and fees. Nothing is claimed about cause: who would have bought anyway is counted too.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max, Min

from grahak.channels.models import Message, MessageState
from grahak.core.bulk import pieces
from grahak.marketing.models import Campaign
from grahak.sales.models import Order, OrderKind


@dataclass(frozen=True)
class Sold:
    """Orders that count for a campaign. NET is after returns; BUYERS are customers with at least one
    order."""

    orders: int = 0
    buyers: int = 0
    net: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    order_ids: list[int] = field(default_factory=list)


def sold(campaign: Campaign) -> Sold:
    """Count what a sent campaign sold until now."""
    if campaign.dispatch_id is None:
        return Sold()
    window = dt.timedelta(days=campaign.attribution_days)
    sent = Message.objects.filter(dispatch_id=campaign.dispatch_id, state=MessageState.SENT)
    span = sent.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    if span["first"] is None:
        return Sold()
    rows = (
        Order.objects.filter(
            placed_at__gte=span["first"],
            placed_at__lt=span["last"] + window,
            cancelled_at=None,
            customer__messages__dispatch_id=campaign.dispatch_id,
            customer__messages__state=MessageState.SENT,
        )
        .order_by("placed_at", "pk")
        .values_list("pk", "customer_id", "kind", "net", "placed_at", "customer__messages__sent_at")
    )
    inside = [row for row in rows.iterator(chunk_size=2_000) if row[5] <= row[4] < row[5] + window]  # type: ignore[operator]
    later = _messages_of({row[1] for row in inside}, campaign.dispatch_id)
    mine = [row for row in inside if not any(row[5] < at <= row[4] for at in later[row[1]])]  # type: ignore[operator]
    buyers = {row[1] for row in mine if row[2] == OrderKind.SALE}
    counted = [row for row in mine if row[1] in buyers]
    sales = [row for row in counted if row[2] == OrderKind.SALE]
    return Sold(
        orders=len(sales),
        buyers=len(buyers),
        net=sum((row[3] for row in counted), Decimal(0)),
        returned=-sum((row[3] for row in counted if row[2] == OrderKind.RETURN), Decimal(0)),
        order_ids=[row[0] for row in counted],
    )


def _messages_of(customers: set[int], besides: int) -> dict[int, list[dt.datetime]]:
    """When these customers got messages of other campaigns."""
    found: dict[int, list[dt.datetime]] = defaultdict(list)
    for piece in pieces(customers):
        rows = Message.objects.filter(customer_id__in=piece, state=MessageState.SENT).exclude(
            dispatch_id=besides
        )
        for customer_id, at in rows.values_list("customer_id", "sent_at"):
            if at is not None:
                found[customer_id].append(at)
    return found
