"""What campaigns reached a customer and what they ordered after each: a piece of the customer's page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grahak.channels.models import Message, MessageState
from grahak.core.registry import Panel, registry
from grahak.customers.extras import ask, has
from grahak.customers.models import Customer
from grahak.marketing.models import Campaign
from grahak.sales.models import Order, OrderKind

SHOWN = 4


@dataclass(frozen=True)
class Reached:
    """A campaign that was sent to a customer, and the ORDERS they placed within its days, of which NET; whether they
    followed a link of it or at least OPENED it. The last campaign before an order has it."""

    campaign: Campaign
    at: dt.datetime
    clicked: bool
    opened: bool
    orders: int
    net: Decimal


def hang() -> None:
    """Called once, when the app is ready."""
    ask("messages", Message)
    registry.add(
        Panel(
            "marketing.reached",
            "related",
            "marketing/panels/reached.html",
            reached,
            order=65,
            action="campaigns.view",
        )
    )


def reached(customer: Any, request: Any) -> dict[str, Any] | None:
    """The newest campaigns that reached CUSTOMER; most pages do without and ask one cheap question."""
    if not has(customer, "messages"):
        return None
    rows = campaigns_of(customer)
    return {"rows": rows} if rows else None


def campaigns_of(customer: Customer) -> list[Reached]:
    """The newest campaigns sent to a customer, with the orders after each."""
    messages = (
        Message.objects.filter(customer=customer, state=MessageState.SENT, dispatch__campaign__isnull=False)
        .select_related("dispatch__campaign")
        .order_by("-sent_at", "-pk")[:SHOWN]
    )
    found = [row for row in messages if row.sent_at is not None]
    if not found:
        return []
    first = found[-1].sent_at
    orders = Order.objects.filter(
        customer=customer, kind=OrderKind.SALE, cancelled_at=None, placed_at__gte=first
    ).values_list("placed_at", "net")
    placed = list(orders)
    rows, before = [], None
    for row in found:
        campaign: Campaign = row.dispatch.campaign
        at = row.sent_at or first
        assert at is not None
        until = at + dt.timedelta(days=campaign.attribution_days)
        if before is not None and before < until:
            until = before
        mine = [net for placed_at, net in placed if at <= placed_at < until]
        rows.append(
            Reached(
                campaign, at, row.first_clicked_at is not None,
                row.first_opened_at is not None or row.read_at is not None, len(mine), sum(mine, Decimal(0)),
            )
        )  # fmt: skip
        before = at
    return rows


__all__ = ["campaigns_of", "hang", "reached"]
