"""What a campaign sold by the last message before an order, counted at once: for a few lines of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from grahak.marketing.models import Campaign
from grahak.marketing.report.attribution import LAST_MESSAGE
from grahak.marketing.report.figures import figures


@dataclass(frozen=True)
class Sold:
    """Orders that count for a campaign. NET is after returns; BUYERS are customers with at least one order."""

    orders: int = 0
    buyers: int = 0
    net: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    order_ids: list[int] = field(default_factory=list)


def sold(campaign: Campaign) -> Sold:
    """Count what a sent campaign sold until now."""
    found = figures(campaign, LAST_MESSAGE)
    whole = found.whole
    return Sold(whole.orders, whole.buyers, whole.net, whole.returned, found.order_ids)
