"""Who gets how many campaigns, and what more of them do: asked of the warehouse, which has every message.

The n-th message of a customer is their n-th of the stretch looked at, whatever its channel; only offers that were sent
count. Nothing is claimed about cause: who buys much may also be written to more.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from grahak.customers.models import Customer
from grahak.marketing import intervals
from grahak.warehouse import lake

STRETCHES = (30, 90)
MOST = 8  # so many and more are one line


@dataclass(frozen=True)
class Times:
    """N messages (MORE: or more): CUSTOMERS who got as many; and of the MESSAGES that were a customer's n-th, how many
    were CLICKED and made somebody ask us to STOP."""

    n: int
    more: bool
    customers: int
    messages: int
    clicked: int
    stopped: int

    @property
    def click_share(self) -> Decimal | None:
        return _share(self.clicked, self.messages)

    @property
    def stop_share(self) -> Decimal | None:
        return _share(self.stopped, self.messages)

    @property
    def click_between(self) -> tuple[Decimal, Decimal]:
        """The 95 % interval of the share of clicks, in per cent."""
        low, high = intervals.wilson(self.clicked / self.messages if self.messages else 0.0, self.messages)
        return Decimal(repr(round(low * 100, 1))), Decimal(repr(round(high * 100, 1)))


def _share(part: int, whole: int) -> Decimal | None:
    """In per cent, to a hundredth."""
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01")) if whole else None


@dataclass(frozen=True)
class Fatigue:
    """DAYS looked at: NOBODY is how many customers got no offer, LINES the others by how many they got."""

    days: int
    nobody: int
    lines: list[Times]

    @property
    def customers(self) -> int:
        return self.nobody + sum(line.customers for line in self.lines)

    @property
    def messages(self) -> int:
        return sum(line.messages for line in self.lines)


def fatigue(days: int, *, now: dt.datetime | None = None) -> Fatigue:
    """Of the last DAYS days. Raises lake.Unavailable while the warehouse is being made."""
    since = ((now or timezone.now()) - dt.timedelta(days=days)).astimezone(dt.UTC).replace(tzinfo=None)
    rows = lake.ask(
        f"""WITH got AS (
            SELECT customer_id, first_clicked_at IS NOT NULL AS clicked, unsubscribed_at IS NOT NULL AS stopped,
                ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY sent_at, message_row) AS n,
                COUNT(*) OVER (PARTITION BY customer_id) AS whole
            FROM lake.messages
            WHERE state = 'sent' AND purpose = 'offers' AND sent_at >= ? AND customer_id IS NOT NULL)
        SELECT LEAST(n, {MOST}), COUNT(*) FILTER (n = LEAST(whole, {MOST})), COUNT(*), COUNT(*) FILTER (clicked),
            COUNT(*) FILTER (stopped)
        FROM got GROUP BY 1 ORDER BY 1""",  # noqa: S608 (a number of ours)
        [since],
    )
    lines = [Times(n, n == MOST, many, all_, clicked, stopped) for n, many, all_, clicked, stopped in rows]
    everybody = Customer.objects.filter(archived_at=None).count()
    return Fatigue(days, max(0, everybody - sum(line.customers for line in lines)), lines)
