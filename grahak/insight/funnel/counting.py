"""The funnel: what became of the leads that were captured in a time, by month, source or colleague.

A lead is counted where it was captured, whatever happened later (a cohort): *qualified* if it was ever found to be a
prospect or bought, *ordered* with a first order, *again* with a second one, *lapsed* if they ordered and are silent
now. Days are medians over those who took the step; NET is the net revenue of the cohort's customers up to today. A
customer's money stands with one lead only: the one by which they came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core import business
from grahak.core.access import scoped
from grahak.core.models import User
from grahak.customers.models import Lead, LeadSource, Lifecycle

STEPS: Final = ("captured", "qualified", "ordered", "again", "lapsed")
WORDS: Final[dict[str, Any]] = {
    "captured": gettext_lazy("Captured"),
    "qualified": gettext_lazy("Prospects"),
    "ordered": gettext_lazy("First order"),
    "again": gettext_lazy("Second order"),
    "lapsed": gettext_lazy("Lapsed since"),
}
WAYS: Final = ("month", "source", "owner")
MONTHS: Final = (3, 6, 12, 24)
_DAY: Final = dt.timedelta(days=1)


@dataclass
class Cohort:
    """Leads that were captured together. HOURS to the first word, DAYS by step since capture ("again": since the
    first order)."""

    key: Any
    label: str
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STEPS, 0))
    lost: int = 0
    net: Decimal = Decimal(0)
    hours: list[float] = field(default_factory=list)
    days: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})

    def rate(self, step: str) -> int | None:
        """Per cent of those captured (of those who ordered, for "lapsed"), half up; None of nobody."""
        whole = self.counts["ordered" if step == "lapsed" else "captured"]
        return (self.counts[step] * 200 + whole) // (2 * whole) if whole else None

    def took(self, step: str) -> float | None:
        """The median of the days, to a tenth; None where nobody took the step."""
        return round(median(self.days[step]), 1) if self.days[step] else None

    @property
    def first_word(self) -> float | None:
        """The median of hours from capture to the first word, to a tenth."""
        return round(median(self.hours), 1) if self.hours else None

    @property
    def line(self) -> list[dict[str, Any]]:
        """The steps as a row of the table."""
        return [
            {"step": step, "many": self.counts[step], "rate": self.rate(step), "days": self.took(step)}
            for step in STEPS
        ]


@dataclass(frozen=True)
class Funnel:
    whole: Cohort
    cohorts: list[Cohort]
    began: dt.date
    until: dt.date


def month_start(day: dt.date, back: int = 0) -> dt.date:
    """The first day of the month that is BACK months before DAY's."""
    count = day.year * 12 + day.month - 1 - back
    return dt.date(count // 12, count % 12 + 1, 1)


def count(
    user: User, *, months: int = 12, way: str = "month", source: int | None = None, owner: int | None = None
) -> Funnel:
    """The funnel of the last MONTHS months, this one included, of the leads this person may see. One query."""
    today = business.today()
    began = month_start(today, months - 1)
    rows: Any = scoped(
        Lead.objects.filter(captured_at__gte=business.day_start(began)), user, "insight.funnel",
        owner="customer__owner", branch="customer__branch", shared="customer_id",
    )  # fmt: skip
    rows = rows.filter(source_id=source) if source else rows
    rows = rows.filter(customer__owner_id=owner) if owner else rows
    whole, found = Cohort("", _("Together")), _empty(way, began, today)
    told = rows.order_by("captured_at", "pk").values_list(
        "captured_at", "first_talk_at", "qualified_at", "first_order_at", "second_order_at", "state",
        "customer__lifecycle", "customer__figures__net", "source_id", "customer__owner_id", "customer__owner__name",
    )  # fmt: skip
    names = {one.pk: str(one) for one in LeadSource.objects.all()} if way == "source" else {}
    for one in told.iterator(5_000):
        key, label = _place(way, one, names)
        cohort = found.setdefault(key, Cohort(key, label))
        for here in (whole, cohort):
            _add(here, one)
    cohorts = list(found.values())
    if way != "month":
        cohorts.sort(key=lambda cohort: (-cohort.counts["captured"], cohort.label))
    return Funnel(whole, cohorts, began, today)


def _empty(way: str, began: dt.date, today: dt.date) -> dict[Any, Cohort]:
    """Months without a lead stand in the table too."""
    found: dict[Any, Cohort] = {}
    month = began
    while way == "month" and month <= today:
        found[month] = Cohort(month, date_format(month, "M Y"))
        month = month_start(month, -1)
    return found


def _place(way: str, one: Any, names: dict[int, str]) -> tuple[Any, str]:
    if way == "source":
        return one[8], names.get(one[8], "")
    if way == "owner":
        return one[9] or 0, one[10] or _("nobody")
    month = month_start(business.day_of(one[0]))
    return month, date_format(month, "M Y")


def _add(cohort: Cohort, one: Iterable[Any]) -> None:
    at, talked, qualified, first, second, state, life, net, *_rest = one
    cohort.counts["captured"] += 1
    if talked:
        cohort.hours.append(max(0.0, (talked - at).total_seconds() / 3600))
    if qualified or first:
        cohort.counts["qualified"] += 1
        _took(cohort, "qualified", at, qualified or first)
    cohort.lost += state == "lost"
    if not first:
        return
    cohort.counts["ordered"] += 1
    _took(cohort, "ordered", at, first)
    cohort.net += net or Decimal(0)
    if second:
        cohort.counts["again"] += 1
        _took(cohort, "again", first, second)
    cohort.counts["lapsed"] += life == Lifecycle.LAPSED


def _took(cohort: Cohort, step: str, since: dt.datetime, until: dt.datetime) -> None:
    cohort.days[step].append(max(0.0, (until - since) / _DAY))
