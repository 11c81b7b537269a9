"""How many events came from each source each day, and when the last one: counted on as events arrive, so that no
page has to read millions of them. Days are the shop's; robots are counted apart.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from grahak.core import business
from grahak.core.models import Setting
from grahak.customers.models import Event, Rejected

DAYS = 14  # that are remembered
SETTLED = dt.timedelta(
    seconds=10
)  # after this no event with a lower id is still on its way into the database
PIECE = 200_000  # events counted at once
_NAME = "connect.tally"


@dataclass
class Tally:
    """One source: events by day ("2026-11-23"), robots among them, rejected ones of today, the last event."""

    days: dict[str, int] = field(default_factory=dict)
    robots: dict[str, int] = field(default_factory=dict)
    last_at: dt.datetime | None = None
    rejected: int = 0

    def of(self, day: dt.date) -> int:
        return self.days.get(day.isoformat(), 0)


@dataclass
class _Kept:
    upto: int
    sources: dict[int, Tally]


def catch_up(pieces: int = 5) -> int:
    """Count the settled events that came since the last time, at most so many PIECES, and keep the sums; gives how
    many. Called by the worker every few seconds; a kill counts nothing twice, for sums and place commit together."""
    total = 0
    for _piece in range(pieces):
        counted = _next_piece()
        total += counted
        if counted < PIECE:
            break
    return total


def _next_piece() -> int:
    with transaction.atomic():
        kept = _read(lock=True)
        until = timezone.now() - SETTLED
        new = Event.objects.filter(pk__gt=kept.upto, pk__lte=kept.upto + PIECE, received_at__lte=until)
        counted = _add(kept, new)
        if not counted and Event.objects.filter(pk__gt=kept.upto + PIECE, received_at__lte=until).exists():
            # a gap in the numbers as wide as a piece
            kept.upto = Event.objects.filter(pk__gt=kept.upto).aggregate(first=Min("pk"))["first"] - 1
            _write(kept)
        if counted:
            _write(kept)
    return counted


def by_source() -> dict[int, Tally]:
    """The sums up to this moment, by the id of the source: what is kept and what came after it (at most one
    piece: where the worker stands still, the newest are counted)."""
    kept = _read()
    newest = Event.objects.aggregate(last=Max("pk"))["last"] or 0
    _add(kept, Event.objects.filter(pk__gt=max(kept.upto, newest - PIECE)))
    began = _begin_of(business.today())
    for row in Rejected.objects.filter(at__gte=began).values("source").annotate(n=Count("pk")).order_by():
        if row["source"] is not None:
            kept.sources.setdefault(row["source"], Tally()).rejected = row["n"]
    return kept.sources


def _begin_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), business.zone())


def _add(kept: _Kept, events: Any) -> int:
    """Add EVENTS to the sums, day by day of the shop; gives how many."""
    span = events.aggregate(first=Min("received_at"), last=Max("received_at"), upto=Max("pk"))
    if span["first"] is None:
        return 0
    zone = business.zone()
    day, last_day = (span[end].astimezone(zone).date() for end in ("first", "last"))
    total = 0
    while day <= last_day:
        rows = events
        if span["first"] < _begin_of(day):
            rows = rows.filter(received_at__gte=_begin_of(day))
        next_day = day + dt.timedelta(days=1)
        if day < last_day:
            rows = rows.filter(received_at__lt=_begin_of(next_day))
        for row in rows.values("source", "bot").annotate(n=Count("pk"), last=Max("received_at")).order_by():
            one = kept.sources.setdefault(row["source"], Tally())
            sums = one.robots if row["bot"] else one.days
            sums[day.isoformat()] = sums.get(day.isoformat(), 0) + row["n"]
            one.last_at = max(filter(None, (one.last_at, row["last"])))
            total += row["n"]
        day = next_day
    kept.upto = span["upto"]
    return total


def _read(*, lock: bool = False) -> _Kept:
    rows = Setting.objects.select_for_update() if lock else Setting.objects
    value = rows.filter(pk=_NAME).values_list("value", flat=True).first() or {"upto": 0, "sources": {}}
    return _Kept(
        value["upto"],
        {
            int(source): Tally(
                one["days"], one["robots"], dt.datetime.fromisoformat(one["last"]) if one["last"] else None
            )
            for source, one in value["sources"].items()
        },
    )


def _write(kept: _Kept) -> None:
    oldest = (business.today() - dt.timedelta(days=DAYS)).isoformat()
    sources = {
        source: {
            "days": {day: n for day, n in one.days.items() if day >= oldest},
            "robots": {day: n for day, n in one.robots.items() if day >= oldest},
            "last": one.last_at.isoformat() if one.last_at else None,
        }
        for source, one in kept.sources.items()
    }
    Setting.objects.update_or_create(pk=_NAME, defaults={"value": {"upto": kept.upto, "sources": sources}})
