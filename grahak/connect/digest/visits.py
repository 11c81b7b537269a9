"""Keeps visits: runs of a visitor's deeds with no gap of over 30 minutes. Events may come late, in any order and
by pieces: the visits are the same as if all had been read at once in the order of their time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from grahak.connect.digest.arrival import Arrival
from grahak.connect.digest.piece import DEEDS, PAGES, Piece, Told
from grahak.core import bulk
from grahak.core.bulk import pieces, stored
from grahak.customers.actions.visits import GAP
from grahak.customers.models import Activity, Event, Visit

LOOKED_AT: Final = 20  # the first so many deeds of a visit tell where it came from
_CHANGING: Final = ("started_at", "ended_at", "pages", "actions", "source", *Arrival._fields[1:])
_READ: Final = ("type", "subject", "source_id", "context", "properties")


@dataclass
class _Run:
    """A run under construction: visits that are there already and new deeds, both in the order of time."""

    start: dt.datetime
    end: dt.datetime
    visits: list[Visit] = field(default_factory=list)
    deeds: list[Told] = field(default_factory=list)

    def reaches(self, moment: dt.datetime) -> bool:
        return moment - self.end <= GAP

    @property
    def seen(self) -> int:
        return sum(one.pages + one.actions for one in self.visits)

    @property
    def goes_on(self) -> bool:
        """Whether all that is new came after all that was known: what its beginning told still holds."""
        return not self.visits or (
            len(self.visits) == 1 and all(deed.at > self.visits[0].ended_at for deed in self.deeds)
        )

    @property
    def heads(self) -> list[Told]:
        """The new deeds among the first so many of the visit, where it goes on."""
        ordered = sorted(self.deeds, key=lambda deed: (deed.at, deed.pk))
        return ordered[: max(0, LOOKED_AT - self.seen)]


def add(piece: Piece) -> set[int]:
    """Put the deeds of a piece into visits. Returns the numbers of the visits that changed or are new."""
    deeds: dict[tuple[int, bool], list[Told]] = defaultdict(list)
    for event in piece.events:
        if event.is_deed:
            deeds[(event.visitor, event.bot)].append(event)
    known = _near(deeds)
    runs = [(key, run) for key, mine in deeds.items() for run in _runs(known.get(key, []), mine)]
    heads = _heads([run for _key, run in runs])
    fresh: list[Visit] = []
    changed: list[Visit] = []
    gone: list[int] = []
    for key, run in runs:
        visit = _written(run, key, heads, piece.last)
        (changed if run.visits else fresh).append(visit)
        gone += [one.pk for one in run.visits[1:]]
    Visit.objects.bulk_create(fresh, batch_size=500)
    bulk.update(Visit, _CHANGING, [_row(visit) for visit in changed])
    for ids in pieces(gone):
        Activity.objects.filter(subject="visit", subject_id__in=ids).delete()
        Visit.objects.filter(pk__in=ids).delete()
    return {visit.pk for visit in (*fresh, *changed)}


def _row(visit: Visit) -> tuple[Any, ...]:
    names = (*_CHANGING[2:4], "source_id", *_CHANGING[5:], "pk")
    return stored(visit.started_at), stored(visit.ended_at), *(getattr(visit, name) for name in names)


def _near(deeds: dict[tuple[int, bool], list[Told]]) -> dict[tuple[int, bool], list[Visit]]:
    """The visits that new deeds may belong to, and at most some beside them."""
    found: dict[tuple[int, bool], list[Visit]] = defaultdict(list)
    moments = [deed.at for mine in deeds.values() for deed in mine]
    if not moments:
        return found
    rows = Visit.objects.filter(ended_at__gte=min(moments) - GAP, started_at__lte=max(moments) + GAP)
    for ids in pieces({visitor for visitor, _bot in deeds}):
        for visit in rows.filter(visitor_id__in=ids):
            found[(visit.visitor_id, visit.bot)].append(visit)
    return found


def _runs(known: list[Visit], deeds: list[Told]) -> list[_Run]:
    """The runs that hold at least one new deed."""
    ends: list[tuple[dt.datetime, int, Any]] = [(visit.started_at, 0, visit) for visit in known]
    ends += [(deed.at, 1, deed) for deed in deeds]
    runs: list[_Run] = []
    for start, is_deed, what in sorted(ends, key=lambda end: (end[0], end[1])):
        if not runs or not runs[-1].reaches(start):
            runs.append(_Run(start, start))
        run = runs[-1]
        if is_deed:
            run.deeds.append(what)
            run.end = max(run.end, what.at)
        else:
            run.visits.append(what)
            run.end = max(run.end, what.ended_at)
    return [run for run in runs if run.deeds]


def _heads(runs: list[_Run]) -> dict[int, Event]:
    """What the first deeds of visits that go on tell, read at once."""
    found: dict[int, Event] = {}
    for ids in pieces(deed.pk for run in runs if run.goes_on for deed in run.heads):
        found |= {event.pk: event for event in Event.objects.filter(pk__in=ids).only("pk", *_READ)}
    return found


def _written(run: _Run, key: tuple[int, bool], heads: dict[int, Event], upto: int) -> Visit:
    """The visit of a run: the first of those that are there, with the others in it, or a new one."""
    visitor, bot = key
    visit = run.visits[0] if run.visits else Visit(visitor_id=visitor, bot=bot)
    told = [heads[deed.pk] for deed in run.heads if deed.pk in heads] if run.goes_on else None
    pages = sum(deed.type in PAGES for deed in run.deeds)
    visit.pages = sum(one.pages for one in run.visits) + pages
    visit.actions = sum(one.actions for one in run.visits) + len(run.deeds) - pages
    visit.started_at, visit.ended_at = run.start, run.end
    if told is None:
        arrival = _arrival(visit, upto)
    elif run.visits:
        arrival = Arrival.kept_by(visit).then(told)
    else:
        arrival = Arrival.of(told)
    for name, value in arrival._asdict().items():
        setattr(visit, name, value)
    return visit


def _arrival(visit: Visit, upto: int) -> Arrival:
    """Where a visit came from, by its first deeds, read anew: something came in before or between."""
    rows = Event.objects.filter(
        visitor_id=visit.visitor_id, at__gte=visit.started_at, at__lte=visit.ended_at, pk__lte=upto,
        type__in=DEEDS, bot=visit.bot,
    )  # fmt: skip
    return Arrival.of(list(rows.order_by("at", "pk").only("pk", *_READ)[:LOOKED_AT]))
