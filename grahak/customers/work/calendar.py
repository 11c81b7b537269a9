"""The calendar: tasks with a day, meetings and the shop's holidays on the days of a month, a week or a day."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import formats

from grahak.core import business
from grahak.core.holidays import shop_holidays
from grahak.customers.models import Meeting, Task
from grahak.customers.work.days import meetings_between, waiting, with_rows

VIEWS = ("month", "week", "day")
MOST = 600  # lines of a month; a shop with more looks at one person


@dataclass(frozen=True)
class Line:
    """A task or a meeting on a day. FROM and UNTIL by the shop's clock; None for a whole day."""

    thing: Task | Meeting
    begin: dt.time | None = None
    until: dt.time | None = None

    @property
    def is_meeting(self) -> bool:
        return isinstance(self.thing, Meeting)

    @property
    def url(self) -> str:
        return reverse(f"customers:{'meeting' if self.is_meeting else 'task'}", args=[self.thing.pk])

    @property
    def move_url(self) -> str:
        return reverse(f"customers:{'meeting' if self.is_meeting else 'task'}_move", args=[self.thing.pk])


@dataclass
class Day:
    date: dt.date
    inside: bool = True
    today: bool = False
    holiday: str = ""
    lines: list[Line] = field(default_factory=list)


@dataclass
class Page:
    """What a view of the calendar shows, and where one goes from it."""

    view: str
    on: dt.date
    weeks: list[list[Day]]
    before: dt.date
    following: dt.date

    @property
    def days(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day.inside]

    @property
    def busy(self) -> list[Day]:
        """The days with something on them, and today: the calendar of a phone."""
        return [day for day in self.days if day.lines or day.holiday or day.today]


def day_asked(text: str) -> dt.date:
    """The day of "2026-11-23" (or the month of "2026-11"); today where that is none."""
    try:
        return dt.date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return business.today()


def first_weekday() -> int:
    """The day on which weeks begin in the reader's language: 0 Monday … 6 Sunday."""
    return (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7


def _dates(view: str, on: dt.date) -> list[list[dt.date]]:
    if view == "day":
        return [[on]]
    if view == "week":
        begin = on - dt.timedelta(days=(on.weekday() - first_weekday()) % 7)
        return [[begin + dt.timedelta(days=n) for n in range(7)]]
    return calendar.Calendar(first_weekday()).monthdatescalendar(on.year, on.month)


def _neighbours(view: str, on: dt.date) -> tuple[dt.date, dt.date]:
    if view == "month":
        first = on.replace(day=1)
        return (first - dt.timedelta(days=1)).replace(day=1), (first + dt.timedelta(days=32)).replace(day=1)
    step = dt.timedelta(days=7 if view == "week" else 1)
    return on - step, on + step


def page(user: Any, view: str, on: dt.date, whose: str = "mine") -> Page:
    """The calendar of this person (or of the people they lead) around a day."""
    view = view if view in VIEWS else "month"
    on = min(max(on, dt.date(1990, 1, 1)), dt.date(2200, 12, 31))
    dates = _dates(view, on)
    first, last = dates[0][0], dates[-1][-1]
    lines = _lines(user, first, last, whose)
    holidays, today = shop_holidays(first, last), business.today()
    weeks = [
        [
            Day(
                date,
                inside=view != "month" or date.month == on.month,
                today=date == today,
                holiday=holidays.get(date, ""),
                lines=sorted(lines[date], key=lambda line: (line.begin or dt.time.min, line.thing.pk)),
            )
            for date in week
        ]
        for week in dates
    ]
    before, following = _neighbours(view, on)
    return Page(view, on, weeks, before, following)


def _lines(user: Any, first: dt.date, last: dt.date, whose: str) -> dict[dt.date, list[Line]]:
    found: dict[dt.date, list[Line]] = defaultdict(list)
    due = with_rows(
        waiting(user, whose).filter(due_on__range=(first, last)).order_by("due_on", "due_time", "pk")
    )
    for task in due[:MOST]:
        if task.due_on is not None:
            found[task.due_on].append(Line(task, task.due_time))
    begin, end = business.day_start(first), business.day_start(last + dt.timedelta(days=1))
    for meeting in meetings_between(user, begin, end, whose)[:MOST]:
        zone = business.zone()
        starts, ends = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
        day = max(starts.date(), first)
        while day <= last and (
            day < ends.date() or (day == ends.date() and (day == starts.date() or ends.time()))
        ):
            found[day].append(
                Line(
                    meeting,
                    starts.time() if day == starts.date() else None,
                    ends.time() if day == ends.date() else None,
                )
            )
            day += dt.timedelta(days=1)
    return found
