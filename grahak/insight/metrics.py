"""The business's figures by name, each with one definition that every screen uses.

All come from the roll-up of days (sales.DaySales), which is recounted whenever orders change, so a figure
costs the same with a thousand orders and with millions. Only a day that is cut at a time of day is read
from orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Min, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.access import scope_of, scoped
from grahak.core.models import Branch, User
from grahak.insight.periods import Period, Span
from grahak.sales.models import DaySales
from grahak.sales.recount import rows_between

SUMMED = (
    "orders", "returns", "net", "returned", "service", "tax", "anonymous", "new_customers", "returning_customers",
    "received",
)  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """DaySales added up over days and branches; see there for what each is."""

    orders: int = 0
    returns: int = 0
    net: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)
    service: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    anonymous: Decimal = Decimal(0)
    new_customers: int = 0
    returning_customers: int = 0
    received: Decimal = Decimal(0)

    def __add__(self, other: Sums) -> Sums:
        return Sums(**{name: getattr(self, name) + getattr(other, name) for name in SUMMED})


@dataclass(frozen=True)
class Metric:
    """A named figure. SAYS is its definition, shown to people. UNIT: "money", "count" or "customers"."""

    name: str
    label: Any
    says: Any
    unit: str
    of: Callable[[Sums], Decimal | None]


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "net",
            _("Net revenue"),
            _("Quantity × rate of all goods sold, less what came back; without tax, services and fees."),
            "money",
            lambda sums: sums.net,
        ),
        Metric(
            "orders",
            _("Orders"),
            _("Orders that were not cancelled; returns are not orders."),
            "count",
            lambda sums: Decimal(sums.orders),
        ),
        Metric(
            "new",
            _("New customers"),
            _("Customers whose first order ever was on that day."),
            "count",
            lambda sums: Decimal(sums.new_customers),
        ),
        Metric(
            "returning",
            _("Returning customers"),
            _("Customers who ordered and had ordered on an earlier day, counted once a day."),
            "count",
            lambda sums: Decimal(sums.returning_customers),
        ),
        Metric(
            "average",
            _("Average order"),
            _("Net revenue divided by orders."),
            "money",
            lambda sums: sums.net / sums.orders if sums.orders else None,
        ),
        Metric(
            "received",
            _("Received"),
            _("Money that came in with orders and as payments, less what was paid back."),
            "money",
            lambda sums: sums.received,
        ),
    )
}


@dataclass(frozen=True)
class Compared:
    """A metric's value beside its value in the span before; None where there is nothing to compare with."""

    metric: Metric
    value: Decimal | None
    before: Decimal | None

    @property
    def change(self) -> int | None:
        """Per cent, halves away from zero; None where the earlier value is nothing or less."""
        if self.value is None or self.before is None or self.before <= 0:
            return None
        return int(((self.value - self.before) * 100 / self.before).quantize(Decimal(1), "ROUND_HALF_UP"))


def days_of(user: User, branch: Branch | None = None) -> QuerySet[DaySales]:
    """The roll-up rows whose figures this person may see: all, or their branch's and those of no branch."""
    rows: QuerySet[DaySales] = scoped(DaySales.objects.all(), user, "insight.home", owner="pk")
    return rows.filter(branch=branch) if branch is not None else rows


def may_see_all(user: User) -> bool:
    return scope_of(user, "insight.home") == "all"


def sums(user: User, span: Span, branch: Branch | None = None) -> Sums:
    """What a span added up to. One query; one more where its last day is cut at a time."""
    whole_to = span.last if span.until is None else span.last - dt.timedelta(days=1)
    found = days_of(user, branch).filter(day__gte=span.first, day__lte=whole_to)
    row = found.aggregate(**{f"sum_{name}": Sum(name) for name in SUMMED})
    total = Sums(**{name: row[f"sum_{name}"] for name in SUMMED if row[f"sum_{name}"] is not None})
    if span.until is not None:
        total += _added(_visible(rows_between(business.day_start(span.last), span.end()), user, branch))
    return total


def _visible(rows: Iterable[DaySales], user: User, branch: Branch | None) -> Iterable[DaySales]:
    own = None if may_see_all(user) else {user.branch_id, None}
    for row in rows:
        if (own is None or row.branch_id in own) and (branch is None or row.branch_id == branch.pk):
            yield row


def _added(rows: Iterable[DaySales]) -> Sums:
    total = Sums()
    for row in rows:
        total += Sums(**{name: getattr(row, name) for name in SUMMED})
    return total


def first_day(user: User, branch: Branch | None = None) -> dt.date | None:
    """The first day with anything in it: nothing is compared with days before it."""
    found: dt.date | None = days_of(user, branch).aggregate(first=Min("day"))["first"]
    return found


class Figures(dict[str, Compared]):
    """Every metric of a period by name; SUMS is what the period itself added up to."""

    def __init__(self, now: Sums, before: Sums | None) -> None:
        super().__init__(
            (name, Compared(metric, metric.of(now), metric.of(before) if before is not None else None))
            for name, metric in METRICS.items()
        )
        self.sums = now


def compared(
    user: User, period: Period, branch: Branch | None = None, *, first: dt.date | None = None
) -> Figures:
    """Every metric of a period beside the span before. Nothing is compared where the records begin later
    than that span; FIRST is `first_day` where the caller knows it."""
    first = first or first_day(user, branch)
    known = first is not None and first <= period.before.first
    return Figures(sums(user, period.now, branch), sums(user, period.before, branch) if known else None)
