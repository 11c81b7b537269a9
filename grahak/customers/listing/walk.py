"""Reads a sorted list from any place in it, as quickly at a million customers as at a thousand.

Probe, then choose. If at most FEW customers answer the question, they are fetched by the question's own index
and sorted here. If more do, the sort's index is walked from the place, a few hundred ids at a time, and each
step is checked against the question by its ids: no planner can choose to sort a million rows. Where hardly
anybody on the way answers, the rest is left to the database's own plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import BooleanField, F, Func, QuerySet, Value

from grahak.customers.listing.sorting import ABSENT, KNOWN, UNKNOWN, Place, Sort
from grahak.customers.models import Customer

FEW: Final = 1000
STEP: Final = 200
LONGEST_STEP: Final = 4000
RARE: Final = 0.02  # below this share of answers on the way, the database's own plan is the better one
FAR: Final = 1000  # ids walked before that is judged


class Beyond(Func):
    """(a, b) > (x, y) or (a, b) < (x, y) as one comparison of rows, which both databases answer by an
    index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, *expressions: Any, sign: str) -> None:
        self.sign = sign
        super().__init__(*expressions)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        parts = [compiler.compile(one) for one in self.source_expressions]
        a, b, x, y = (sql for sql, _params in parts)
        return f"({a}, {b}) {self.sign} ({x}, {y})", [param for _sql, params in parts for param in params]


def _beyond(rows: Any, path: str, key: str, sort: Sort, place: Place, descending: bool) -> Any:
    return rows.filter(
        Beyond(
            F(path),
            F(key),
            Value(place.value, output_field=sort.field),
            Value(place.pk),
            sign="<" if descending else ">",
        )
    )


def _segments(sort: Sort, backward: bool) -> list[int]:
    kinds = [KNOWN]
    if sort.field.null:
        kinds.append(UNKNOWN)
    if not sort.is_own:
        kinds.append(ABSENT)
    return kinds[::-1] if backward else kinds


def _slice(sort: Sort, segment: int, start: Place | None, backward: bool, limit: int) -> list[Place]:
    """The next LIMIT places of one segment from its own index alone."""
    down = sort.descending != backward if segment == KNOWN else backward
    sign = "-" if down else ""
    here = start if start is not None and start.segment == segment else None
    if segment == ABSENT:
        rows: Any = Customer.objects.filter(**{f"{_relation(sort)}__isnull": True}).order_by(f"{sign}pk")
        rows = rows.filter(**{f"pk__{'lt' if down else 'gt'}": here.pk}) if here else rows
        return [Place(ABSENT, None, pk) for pk in rows.values_list("pk", flat=True)[:limit]]
    name = sort.field.name
    rows = sort.model._default_manager.filter(**{f"{name}__isnull": segment == UNKNOWN})
    if segment == UNKNOWN:
        rows = rows.filter(**{f"{sort.key}__{'lt' if down else 'gt'}": here.pk}) if here else rows
        found = rows.order_by(f"{sign}{sort.key}").values_list(sort.key, flat=True)[:limit]
        return [Place(UNKNOWN, None, pk) for pk in found]
    rows = _beyond(rows, name, sort.key, sort, here, down) if here else rows
    found = rows.order_by(f"{sign}{name}", f"{sign}{sort.key}").values_list(name, sort.key)[:limit]
    return [Place(KNOWN, value, pk) for value, pk in found]


def _relation(sort: Sort) -> str:
    return sort.path.rpartition("__")[0]


def _has_strays(sort: Sort) -> bool:
    """Whether some customer has no row in the relation sorted by; two counts instead of a search through
    all."""
    return Customer.objects.count() > sort.model._default_manager.count()


def places(sort: Sort, start: Place | None, *, backward: bool, step: int) -> Iterator[list[Place]]:
    """All places of the whole list from START on, in growing steps."""
    kinds = _segments(sort, backward)
    if start is not None and start.segment in kinds:
        kinds = kinds[kinds.index(start.segment) :]
    for kind in kinds:
        if kind == ABSENT and not _has_strays(sort):
            continue
        at = start
        while True:
            found = _slice(sort, kind, at, backward, step)
            if found:
                yield found
                at = found[-1]
            if len(found) < step:
                break
            step = min(step * 4, LONGEST_STEP)


def is_many(rows: QuerySet[Customer]) -> bool:
    """Whether more than FEW answer: one look at the row after the last of the few."""
    return bool(rows.order_by().values_list("pk", flat=True)[FEW : FEW + 1])


def sorted_few(rows: QuerySet[Customer], sort: Sort) -> list[Place]:
    """The places of a short answer, in order."""
    relation = _relation(sort)
    names = ("pk", sort.path) if sort.is_own else ("pk", sort.path, f"{relation}__pk")
    found: list[Place] = []
    for row in rows.order_by().values_list(*names):
        if row[1] is not None:
            found.append(Place(KNOWN, row[1], row[0]))
        else:
            found.append(Place(UNKNOWN if sort.is_own or row[2] is not None else ABSENT, None, row[0]))
    return in_order(sort, found)


def in_order(sort: Sort, places: list[Place]) -> list[Place]:
    """Places sorted as the list is."""
    groups: list[list[Place]] = [[], [], []]
    for place in places:
        groups[place.segment].append(place)
    groups[KNOWN].sort(key=lambda place: (place.value, place.pk), reverse=sort.descending)
    for group in groups[1:]:
        group.sort(key=lambda place: place.pk)
    return [place for group in groups for place in group]


@dataclass
class Found:
    """A stretch of the list in order, whether there is more beyond it in the direction of reading, and the
    rows themselves where they were read on the way."""

    places: list[Place]
    more: bool
    rows: dict[int, Customer] = field(default_factory=dict)


def walk(
    rows: QuerySet[Customer], sort: Sort, start: Place | None, limit: int, *, backward: bool, everybody: bool
) -> Found:
    """LIMIT places of those ROWS hold, from START (exclusive). EVERYBODY: ROWS hold nearly all customers, so
    that the first step need not be long and may bring the rows themselves."""
    got: list[Place] = []
    read: dict[int, Customer] = {}
    walked = 0
    step = limit + 1 if everybody else max(STEP, 2 * limit)
    for part in places(sort, start, backward=backward, step=step):
        here = rows.order_by().filter(pk__in=[place.pk for place in part])
        if everybody and not walked:
            read = {row.pk: row for row in here}
            holds = set(read)
        else:
            holds = set(here.values_list("pk", flat=True))
        got += [place for place in part if place.pk in holds]
        walked += len(part)
        if len(got) > limit:
            break
        if walked >= FAR and len(got) < walked * RARE:
            got = _planned(rows, sort, start, limit + 1, backward)
            break
    found = got[:limit]
    return Found(found[::-1] if backward else found, len(got) > limit, read)


def _planned(
    rows: QuerySet[Customer], sort: Sort, start: Place | None, limit: int, backward: bool
) -> list[Place]:
    """The same by one ordered query a segment."""
    got: list[Place] = []
    for kind in _segments(sort, backward):
        here = start if start is not None and start.segment == kind else None
        passed = start is not None and _rank(start.segment, backward) > _rank(kind, backward)
        if passed or len(got) >= limit:
            continue
        got += _planned_segment(rows.order_by(), sort, kind, here, limit - len(got), backward)
    return got


def _rank(segment: int, backward: bool) -> int:
    return -segment if backward else segment


def _planned_segment(
    rows: Any, sort: Sort, kind: int, here: Place | None, limit: int, backward: bool
) -> list[Place]:
    if kind == KNOWN:
        down = sort.descending != backward
        sign = "-" if down else ""
        rows = rows.filter(**{f"{sort.path}__isnull": False})
        rows = _beyond(rows, sort.path, "pk", sort, here, down) if here else rows
        found = rows.order_by(f"{sign}{sort.path}", f"{sign}pk").values_list(sort.path, "pk")[:limit]
        return [Place(KNOWN, value, pk) for value, pk in found]
    if kind == ABSENT:
        rows = rows.filter(**{f"{_relation(sort)}__isnull": True})
    else:
        rows = rows.filter(**{f"{sort.path}__isnull": True})
        rows = rows if sort.is_own else rows.filter(**{f"{_relation(sort)}__isnull": False})
    rows = rows.filter(**{f"pk__{'lt' if backward else 'gt'}": here.pk}) if here else rows
    found = rows.order_by("-pk" if backward else "pk").values_list("pk", flat=True)[:limit]
    return [Place(kind, None, pk) for pk in found]
