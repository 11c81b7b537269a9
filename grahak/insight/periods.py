"""The spans a figure is asked for, and the span it is compared with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.core import business

SPANS = {
    "today": gettext_lazy("Today"),
    "month": gettext_lazy("This month"),
    "year": gettext_lazy("This year"),
}


@dataclass(frozen=True)
class Span:
    """Business days FIRST to LAST, both included, the last one only until the clock says UNTIL (None: all
    of it)."""

    first: dt.date
    last: dt.date
    until: dt.time | None = None

    def end(self) -> dt.datetime:
        """The first moment that no longer belongs to it."""
        if self.until is None:
            return business.day_start(self.last + dt.timedelta(days=1))
        return dt.datetime.combine(self.last, self.until, business.zone())


@dataclass(frozen=True)
class Period:
    """A span up to now and the span it is compared with. BEFORE_WORDS names the latter: "last Monday at
    11:40"."""

    code: str
    now: Span
    before: Span
    label: str
    before_words: str


def clock_words(moment: dt.datetime) -> str:
    return moment.strftime("%H:%M")


def period(code: str, now: dt.datetime | None = None) -> Period:
    """The period of a code of SPANS. Rules: today is compared with the same weekday a week before, the
    month with the month before, the fiscal year with the one before, each up to the same day and time; a
    day that the shorter month lacks is its last one, whole."""
    local = (now or timezone.now()).astimezone(business.zone())
    today, clock = local.date(), local.time()
    if code == "month":
        first = today.replace(day=1)
        before_first = (first - dt.timedelta(days=1)).replace(day=1)
        before = _same_day(before_first, before_first, today.day, clock)
        words = _("the same days of %(month)s") % {"month": date_format(before_first, "F")}
        return Period(code, Span(first, today), before, str(SPANS["month"]), words)
    if code == "year":
        first = business.fiscal_year_start(today)
        before_first = first.replace(year=first.year - 1)
        month = dt.date(today.year - 1, today.month, 1)
        before = _same_day(before_first, month, today.day, clock)
        label = _("Since %(month)s") % {"month": date_format(first, "F")}
        return Period(code, Span(first, today), before, label, _("the same days last year"))
    week_ago = today - dt.timedelta(days=7)
    words = _("last %(weekday)s at %(time)s") % {
        "weekday": date_format(week_ago, "l"),
        "time": clock_words(local),
    }
    return Period("today", Span(today, today), Span(week_ago, week_ago, clock), str(SPANS["today"]), words)


def _same_day(first: dt.date, month: dt.date, day: int, clock: dt.time) -> Span:
    """From FIRST to the same day of MONTH at the same time; its last day, whole, where it has no such day."""
    following = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    last = following - dt.timedelta(days=1)
    if day > last.day:
        return Span(first, last)
    return Span(first, month.replace(day=day), clock)


def labels(now: Any = None) -> list[tuple[str, str]]:
    """The codes with what their buttons say."""
    return [(code, period(code, now).label) for code in SPANS]
