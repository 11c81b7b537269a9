"""The size of segments over time: a small line for the list, a picture with its table for the page. Time runs with
the writing, from right to left in Urdu."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import get_language

from grahak.core import business
from grahak.core.money import figure
from grahak.insight.chart import nice_step
from grahak.insight.models import Segment, SegmentSize

WEEKS: Final = 12
WIDTH, HEIGHT, TOP, BASE, EDGE = 720, 176, 22, 150, 56
LABELS: Final = 6


def sizes_of(segment_ids: Iterable[int], days: int = WEEKS * 7) -> dict[int, list[tuple[dt.date, int]]]:
    """(day, members) of the last DAYS for each of these segments, the oldest first. One query."""
    since = business.today() - dt.timedelta(days=days)
    found: dict[int, list[tuple[dt.date, int]]] = {pk: [] for pk in segment_ids}
    rows = SegmentSize.objects.filter(segment_id__in=list(found), day__gte=since).order_by("day")
    for pk, day, members in rows.values_list("segment_id", "day", "members"):
        found[pk].append((day, members))
    return found


def change_since(sizes: Sequence[tuple[dt.date, int]], members: int, days: int = 7) -> int | None:
    """How many more (or fewer) than DAYS ago; None where it was not counted then."""
    then = business.today() - dt.timedelta(days=days)
    before = [count for day, count in sizes if day <= then]
    return members - before[-1] if before else None


def spark(sizes: Sequence[tuple[dt.date, int]]) -> str:
    """The points of a small line in a box of 100 by 20; "" for fewer than two days."""
    if len(sizes) < 2:
        return ""
    first, last = sizes[0][0].toordinal(), sizes[-1][0].toordinal()
    most = max(count for _day, count in sizes) or 1
    least = min(count for _day, count in sizes)
    low = least if most - least >= most * 0.02 else 0
    span, height = max(1, last - first), max(1, most - low)
    return " ".join(
        f"{(day.toordinal() - first) * 100 / span:.1f},{19 - (count - low) * 18 / height:.1f}"
        for day, count in sizes
    )


@dataclass(frozen=True)
class Point:
    """A day in the picture."""

    day: dt.date
    members: int
    x: str
    y: str
    label: str  # "" where there is no room


@dataclass(frozen=True)
class Picture:
    """A line with its grid: LINES are (y, words), EDGE the x where the words begin."""

    points: list[Point]
    path: str
    lines: list[tuple[str, str]]
    edge: str
    last: Point


def picture(segment: Segment, sizes: Sequence[tuple[dt.date, int]]) -> Picture | None:
    """The last twelve weeks up to now; None for fewer than two days."""
    today = business.today()
    days = [one for one in sizes if one[0] < today] + [(today, segment.members)]
    if len(days) < 2:
        return None
    rtl = get_language() == "ur"
    step = nice_step(Decimal(max(count for _day, count in days)))
    step = max(step, Decimal(1))
    count = max(1, int((max(count for _day, count in days) / step).to_integral_value("ROUND_CEILING")))
    top = int(step * count)
    first, span = days[0][0].toordinal(), max(1, today.toordinal() - days[0][0].toordinal())
    every = max(1, -(-len(days) // LABELS))
    points = []
    for index, (day, members) in enumerate(days):
        along = (day.toordinal() - first) / span
        x = (WIDTH - EDGE - 24) * (1 - along) + 12 if rtl else EDGE + 12 + (WIDTH - EDGE - 24) * along
        shown = (len(days) - 1 - index) % every == 0
        y = BASE - members / top * (BASE - TOP)
        points.append(Point(day, members, f"{x:.1f}", f"{y:.1f}", date_format(day, "j M") if shown else ""))
    lines = [
        (f"{BASE - (BASE - TOP) * index / count:.1f}", figure(int(step * index)))
        for index in range(1, count + 1)
    ]
    path = " ".join(f"{one.x},{one.y}" for one in points)
    return Picture(points, path, lines, str(WIDTH if rtl else 0), points[-1])
