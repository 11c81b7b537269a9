"""Bars for amounts with a step for the same time before, as numbers that a template draws as SVG. Time
runs with the writing: right to left in Urdu."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.models import Branch, User
from grahak.core.money import short
from grahak.insight.metrics import days_of

WIDTH, HEIGHT, TOP, BASE = 720, 176, 14, 150
EDGE = 56  # left free for the words of the grid
FORTNIGHT = 14
LABELS_AT_MOST = 16


@dataclass(frozen=True)
class Slot:
    """One bar: a day or month, its amount, the amount before (None: not known). PART: it is not over yet."""

    label: str
    title: str
    amount: Decimal
    before: Decimal | None
    part: bool = False


@dataclass(frozen=True)
class Bar:
    """Where a slot stands in the picture, in its units."""

    slot: Slot
    x: str
    y: str
    width: str
    height: str
    middle: str
    step: str  # the path of the step for "before", "" without one
    shown: str  # its label, "" where there are too many


@dataclass(frozen=True)
class Chart:
    """A picture of slots with its table. LINES: (y, label) of the grid. CHANGE is per cent over the
    slots that are over and have an amount before."""

    title: str
    now_words: str
    before_words: str
    bars: list[Bar]
    lines: list[tuple[str, str]]
    total: Decimal
    before_total: Decimal | None
    change: int | None
    edge: str  # x where the grid's words begin; they run with the writing


def _place(slots: Sequence[Slot], top: Decimal, rtl: bool) -> list[Bar]:
    width = (WIDTH - EDGE) / len(slots)
    begin = 0 if rtl else EDGE
    every = -(-len(slots) // LABELS_AT_MOST)
    bars = []
    for index, slot in enumerate(slots):
        at = len(slots) - 1 - index if rtl else index
        left, middle = begin + at * width, begin + (at + 0.5) * width
        height = float(max(slot.amount, Decimal(0)) / top) * (BASE - TOP)
        step = ""
        if slot.before is not None:
            y = BASE - float(max(slot.before, Decimal(0)) / top) * (BASE - TOP)
            step = f"M{left + 0.12 * width:.1f} {y:.1f}h{0.76 * width:.1f}"
        shown = slot.label if (len(slots) - 1 - index) % every == 0 else ""
        bars.append(
            Bar(
                slot,
                x=f"{left + 0.24 * width:.1f}",
                y=f"{BASE - height:.1f}",
                width=f"{0.52 * width:.1f}",
                height=f"{height:.1f}",
                middle=f"{middle:.1f}",
                step=step,
                shown=shown,
            )
        )
    return bars


def nice_step(highest: Decimal) -> Decimal:
    """A round step (1, 2 or 5 times a power of ten) of which at most four reach the highest value."""
    if highest <= 0:
        return Decimal(1)
    power = Decimal(10) ** (highest / 4).adjusted()
    return next(power * times for times in (1, 2, 5, 10) if power * times * 4 >= highest)


def chart(title: str, slots: Sequence[Slot], now_words: str, before_words: str) -> Chart:
    """Lay slots out."""
    rtl = get_language() == "ur"
    highest = max([slot.amount for slot in slots] + [slot.before or Decimal(0) for slot in slots])
    step = nice_step(highest)
    count = max(1, int((highest / step).to_integral_value("ROUND_CEILING")))
    top = step * count
    known = [slot.before for slot in slots if slot.before is not None]
    total = sum((slot.amount for slot in slots), Decimal(0))
    before = sum(known, Decimal(0)) if known else None
    whole = [slot for slot in slots if not slot.part and slot.before is not None]
    earlier = sum((slot.before or Decimal(0) for slot in whole), Decimal(0))
    change = None
    if earlier > 0:
        change = round((sum((slot.amount for slot in whole), Decimal(0)) - earlier) * 100 / earlier)
    return Chart(
        title=title,
        now_words=now_words,
        before_words=before_words if known else "",
        bars=_place(slots, top, rtl),
        lines=[
            (f"{BASE - (BASE - TOP) * index / count:.1f}", short(step * index))
            for index in range(1, count + 1)
        ],
        total=total,
        before_total=before,
        change=change,
        edge=str(WIDTH if rtl else 0),
    )


def _by_day(user: User, branch: Branch | None, first: dt.date, last: dt.date) -> dict[dt.date, Decimal]:
    rows = days_of(user, branch).filter(day__range=(first, last)).values("day").annotate(sum=Sum("net"))
    return {row["day"]: row["sum"] for row in rows.order_by("day")}


def sales_chart(user: User, code: str, branch: Branch | None, first_ever: dt.date | None) -> Chart | None:
    """Net revenue: the last fortnight by day, this month by day, or this fiscal year by month; beside it
    the same days 52 weeks before if records reach back so far, else the fortnight, month or year before.
    None without any records."""
    if first_ever is None:
        return None
    today = business.today()
    if code == "year":
        return _year(user, branch, today, first_ever)
    back: list[dt.date | None]
    if code == "month":
        days = _days(today.replace(day=1), today)
        back = _same_days_before(days)
        title, words = date_format(today, "F Y"), _("the month before")
    else:
        days = _days(today - dt.timedelta(days=FORTNIGHT - 1), today)
        a_year = days[0] - dt.timedelta(days=364) >= first_ever
        back = [day - dt.timedelta(days=364 if a_year else FORTNIGHT) for day in days]
        title = _("Sales, last fourteen days")
        words = _("the same weekdays last year") if a_year else _("the fortnight before")
    amounts = _by_day(user, branch, min(day for day in [*back, days[0]] if day), today)
    zero = Decimal(0)
    slots = [
        Slot(
            label=str(day.day),
            title=date_format(day, "D j M"),
            amount=amounts.get(day, zero),
            before=amounts.get(earlier, zero) if earlier is not None and earlier >= first_ever else None,
            part=day == today,
        )
        for day, earlier in zip(days, back, strict=True)
    ]
    now_words = f"{date_format(days[0], 'j M')} – {date_format(today, 'j M')}"
    return chart(title, slots, now_words, words)


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=index) for index in range((last - first).days + 1)]


def _same_days_before(days: list[dt.date]) -> list[dt.date | None]:
    """The same days of the month before; None for one it does not have."""
    last = days[0] - dt.timedelta(days=1)
    return [last.replace(day=day.day) if day.day <= last.day else None for day in days]


def _year(user: User, branch: Branch | None, today: dt.date, first_ever: dt.date) -> Chart:
    first = business.fiscal_year_start(today)
    months = [_month(first, index) for index in range(12) if _month(first, index) <= today]
    before_first = _month(first, -12)
    sums: dict[dt.date, Decimal] = defaultdict(Decimal)
    for day, amount in _by_day(user, branch, before_first, today).items():
        sums[day.replace(day=1)] += amount
    zero = Decimal(0)
    slots = [
        Slot(
            label=date_format(month, "M"),
            title=date_format(month, "F Y"),
            amount=sums.get(month, zero),
            before=sums.get(_month(month, -12), zero)
            if _month(month, -12) >= first_ever.replace(day=1)
            else None,
            part=month == today.replace(day=1),
        )
        for month in months
    ]
    title = _("Sales since %(month)s") % {"month": date_format(first, "F Y")}
    return chart(title, slots, _("this year"), _("a year before"))


def _month(first: dt.date, index: int) -> dt.date:
    """The first day of the month INDEX months after FIRST's."""
    count = first.year * 12 + first.month - 1 + index
    return dt.date(count // 12, count % 12 + 1, 1)
