"""Which campaigns a list asks for, and what went out or will go out on the days of a month."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import DispatchState
from grahak.core import business
from grahak.marketing.models import Campaign

MOVING = (DispatchState.FREEZING, DispatchState.SENDING, DispatchState.PAUSED)
ENDED = (DispatchState.DONE, DispatchState.STOPPED)
_UNSENT = Q(dispatch=None) | Q(dispatch__state=DispatchState.DRAFT)
_PLANNED = _UNSENT & (Q(scheduled_for__isnull=False) | Q(stale_since__isnull=False))
# The lists of the page: name in the address → (words, which campaigns)
SHELVES: dict[str, tuple[Any, Q]] = {
    "": (_("All in use"), Q(archived_at=None)),
    "drafts": (_("Drafts"), Q(archived_at=None) & _UNSENT & ~_PLANNED),
    "planned": (_("Planned"), Q(archived_at=None) & _PLANNED),
    "moving": (_("On their way"), Q(archived_at=None, dispatch__state__in=MOVING)),
    "done": (_("Sent"), Q(archived_at=None, dispatch__state__in=ENDED)),
    "away": (_("Put away"), Q(archived_at__isnull=False)),
}
CHANNELS: dict[str, tuple[Any, str]] = {
    "email": (_("E-mail"), "mail"),
    "whatsapp": (_("WhatsApp"), "whatsapp"),
    "sms": (_("SMS"), "chat"),
}


@dataclass(frozen=True)
class Shelf:
    """What a list of campaigns asks for; what cannot be read asks for all."""

    show: str = ""
    channel: str = ""
    text: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Shelf:
        """From an address."""
        show, channel = asked.get("show", ""), asked.get("channel", "")
        text = " ".join(asked.get("q", "").replace("\x00", "").split())[:100]
        return cls(show if show in SHELVES else "", channel if channel in CHANNELS else "", text)

    def rows(self) -> QuerySet[Campaign]:
        """The campaigns, with their dispatch, in no order."""
        rows = Campaign.objects.filter(SHELVES[self.show][1]).select_related("dispatch", "by")
        if self.channel:
            rows = rows.filter(channel=self.channel)
        if self.text:
            rows = rows.filter(Q(name__icontains=self.text) | Q(note__icontains=self.text))
        return rows

    @property
    def is_open(self) -> bool:
        """Whether it asks for less than all of them."""
        return not (self.show or self.channel or self.text)


@dataclass
class Day:
    """A day of the calendar, with what goes out on it in the order of the hours."""

    date: dt.date
    inside: bool
    today: bool
    campaigns: list[Campaign] = field(default_factory=list)


@dataclass
class Month:
    """The weeks of a month, whole; NEXT and BEFORE are the first days of its neighbours."""

    first: dt.date
    weeks: list[list[Day]]
    before: dt.date
    following: dt.date

    @property
    def busy(self) -> list[Day]:
        """The days of the month with something on them: the calendar of a phone."""
        return [day for week in self.weeks for day in week if day.inside and day.campaigns]


def month_asked(text: str) -> dt.date:
    """The first day of the month of "2026-11"; of this month where that is none."""
    try:
        return dt.datetime.strptime(text[:7], "%Y-%m").date()
    except ValueError:
        return business.today().replace(day=1)


def month_of(first: dt.date, channel: str = "") -> Month:
    """What went out and what is planned in the month that begins on FIRST, by the shop's clock. Two queries."""
    week_starts = (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % 7  # Django counts from Sunday
    dates = calendar.Calendar(week_starts).monthdatescalendar(first.year, first.month)
    zone, today = business.zone(), business.today()
    begin = dt.datetime.combine(dates[0][0], dt.time(), zone)
    end = dt.datetime.combine(dates[-1][-1] + dt.timedelta(days=1), dt.time(), zone)
    rows = (
        Shelf(channel=channel)
        .rows()
        .annotate(moment=Coalesce("dispatch__launched_at", "scheduled_for"))
        .filter(moment__gte=begin, moment__lt=end)
        .order_by("moment", "pk")
    )
    on: dict[dt.date, list[Campaign]] = defaultdict(list)
    for row in rows:
        on[row.moment.astimezone(zone).date()].append(row)
    weeks = [
        [Day(date, date.month == first.month, date == today, on.get(date, [])) for date in week]
        for week in dates
    ]
    before = (first - dt.timedelta(days=1)).replace(day=1)
    return Month(first, weeks, before, (first + dt.timedelta(days=32)).replace(day=1))
