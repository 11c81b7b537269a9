"""The live rows and the picture of the last half hour, ready for their templates in the reader's language."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from grahak.connect.intake.refusals import REASONS
from grahak.connect.web.happenings import Eyes, Happening
from grahak.connect.web.picture import Bars, bars_of
from grahak.connect.web.watch import MINUTES, Minute, Rates, minute_of
from grahak.connect.web.words import what


@dataclass(frozen=True)
class Line:
    """A row as drawn: WORDS for what was done ("" where NAME, as sent, must do), ABOUT what, who KNOWN is set."""

    row: Happening
    words: Any
    name: str
    icon: str
    about: Any
    known: bool


@dataclass(frozen=True)
class DrawnRates:
    """The last half hour: BARS of events a minute (the last not over), what came in the last whole minute and in
    all. SINCE is set where the picture begins later than half an hour ago, because more came than is read."""

    bars: Bars
    minute: int
    total: int
    robots: int
    rejected: int
    since: dt.datetime | None


def lines_of(rows: list[Happening], eyes: Eyes) -> list[Line]:
    return [_line(row, eyes.knows(row)) for row in rows]


def _line(row: Happening, known: bool) -> Line:
    words, icon = what(row.kind, row.name)
    about: Any = row.subject
    if row.kind == "rejected":
        about = REASONS.get(row.name) or row.subject or row.name
    return Line(row, words, "" if words else row.name, icon, about, known)


def drawn_rates(rates: Rates, since: Minute | None, source: int | None) -> DrawnRates:
    """RATES of all sources or of one."""
    now = minute_of(timezone.now())
    began = now - dt.timedelta(minutes=MINUTES - 1)
    minutes = [_of(rates.get(began + dt.timedelta(minutes=n), Counter()), source) for n in range(MINUTES)]
    events = [one["event"] for one in minutes]
    return DrawnRates(
        bars_of(events),
        minute=events[-2],
        total=sum(events),
        robots=sum(one["robot"] for one in minutes),
        rejected=sum(one["rejected"] for one in minutes),
        since=since if since is not None and since > began else None,
    )


def _of(counts: Counter[tuple[int | None, str]], source: int | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for (one, kind), number in list(counts.items()):
        if source is None or one == source:
            found[kind] += number
    return found
