"""Reads a sorted list from any place in it, as quickly at a million customers as at a thousand.

Count a little, then choose. If at most FEW customers answer the question, they are found by the
question's own index and sorted. If more do, the sort's index is walked from the place, a few hundred ids
at a time, and each step is checked against the question by its ids: no planner can choose to sort a
million rows. Where hardly anybody on the way answers, the rest is left to the database's own plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import BooleanField, ExpressionWrapper, F, Func, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from grahak.customers.listing.sorting import ABSENT, KNOWN, UNKNOWN, Place, Sort
from grahak.customers.models import Customer

FEW: Final = 1000
STEP: Final = 200
GROWTH: Final = 4
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

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
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
    if sort.field.null and not sort.own_field:
        kinds.append(UNKNOWN)
    if not sort.is_own:
        kinds.append(ABSENT)
    return kinds[::-1] if backward else kinds


def _slice(sort: Sort, segment: int, start: Place | None, backward: bool, limit: int) -> list[Place]:
    """The next LIMIT places of one segment from its own index alone."""
    down = sort.descending != backward
    sign = "-" if down else ""
    here = start if start is not None and start.segment == segment else None
    if segment == ABSENT:
        rows: Any = Customer.objects.filter(sort.absent()).order_by(f"{sign}pk")
        rows = rows.filter(**{f"pk__{'lt' if down else 'gt'}": here.pk}) if here else rows
        return [Place(ABSENT, None, pk) for pk in rows.values_list("pk", flat=True)[:limit]]
    name = sort.field.name
    rows = sort.valued().filter(**{f"{name}__isnull": segment == UNKNOWN})
    if segment == UNKNOWN:
        rows = rows.filter(**{f"{sort.key}__{'lt' if down else 'gt'}": here.pk}) if here else rows
        found = rows.order_by(f"{sign}{sort.key}").values_list(sort.key, flat=True)[:limit]
        return [Place(UNKNOWN, None, pk) for pk in found]
    rows = _beyond(rows, name, sort.key, sort, here, down) if here else rows
    found = rows.order_by(f"{sign}{name}", f"{sign}{sort.key}").values_list(name, sort.key)[:limit]
    return [Place(KNOWN, value, pk) for value, pk in found]


def _has_strays(sort: Sort) -> bool:
    """Whether some customer has no row in the relation sorted by; two counts instead of a search through
    all."""
    return Customer.objects.count() > sort.valued().count()


def places(
    sort: Sort, start: Place | None, *, backward: bool, step: int, grow: Callable[[int], int] = int
) -> Iterator[list[Place]]:
    """All places of the whole list from START on, in steps of which GROW tells the next one's length from the last."""
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
            step = grow(step)


def counted(rows: QuerySet[Customer]) -> int:
    """How many answer, counted no further than FEW + 1."""
    return rows.order_by()[: FEW + 1].count()


def ordered(rows: QuerySet[Customer], sort: Sort) -> QuerySet[Customer]:
    """A short answer in the list's order, sorted after it is found: the order is written so that no index
    fits it, or a planner might walk a million rows in order to spare itself the sorting of forty."""
    value = Coalesce(F(sort.path), F(sort.path))
    by_value = value.desc(nulls_last=True) if sort.descending else value.asc(nulls_last=True)
    by_id = "-pk" if sort.descending else "pk"
    if sort.is_own or sort.own_field:
        return sort.carried(rows).order_by(by_value, by_id)
    absent = ExpressionWrapper(Q(**{f"{sort.relation}__isnull": True}), BooleanField())
    return rows.order_by(by_value, absent, by_id)


def count_before(rows: QuerySet[Customer], sort: Sort, place: Place) -> int:
    """How many of a short answer stand in front of a place."""
    return sort.carried(rows).order_by().filter(_side(sort, place, front=True)).count()


def count_after(rows: QuerySet[Customer], sort: Sort, place: Place) -> int:
    """How many of a short answer stand behind a place."""
    return sort.carried(rows).order_by().filter(_side(sort, place, front=False)).count()


def _side(sort: Sort, place: Place, *, front: bool) -> Q:
    """In front of, or behind, a place: within its segment, or in a segment before or after it."""
    sign = "<" if sort.descending != front else ">"
    tests = {
        KNOWN: Q(**{f"{sort.path}__isnull": False}),
        UNKNOWN: Q(**{f"{sort.path}__isnull": True}),
    }
    if sort.own_field:
        tests[ABSENT] = tests.pop(UNKNOWN)
    elif not sort.is_own:
        relation = f"{sort.relation}__isnull"
        tests[UNKNOWN] &= Q(**{relation: False})
        tests[ABSENT] = Q(**{relation: True})
    key = "pk__lt" if sign == "<" else "pk__gt"
    if place.segment == KNOWN:
        value = Value(place.value, output_field=sort.field)
        inside = tests[KNOWN] & Q(Beyond(F(sort.path), F("pk"), value, Value(place.pk), sign=sign))
    else:
        inside = tests.get(place.segment, Q(pk=None)) & Q(**{key: place.pk})
    for segment, test in tests.items():
        if segment < place.segment if front else segment > place.segment:
            inside |= test
    return inside


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
    if everybody and sort.is_own and not sort.field.null:
        return _straight(rows, sort, start, limit, backward)
    got: list[Place] = []
    read: dict[int, Customer] = {}
    walked = 0
    step = limit + 1 if everybody else max(STEP, 2 * limit)

    def grow(last: int) -> int:
        """As far as the rest should lie by the share of answers so far, and a quarter further."""
        far = (limit + 1 - len(got)) * walked * 5 // (4 * len(got)) if got else LONGEST_STEP
        return max(limit + 1, min(far, last * GROWTH, LONGEST_STEP))

    for part in places(sort, start, backward=backward, step=step, grow=grow):
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
    return _found(got, limit, backward, read)


def _found(got: list[Place], limit: int, backward: bool, read: dict[int, Customer]) -> Found:
    kept = got[:limit]
    return Found(kept[::-1] if backward else kept, len(got) > limit, read)


def _straight(rows: QuerySet[Customer], sort: Sort, start: Place | None, limit: int, backward: bool) -> Found:
    """Everybody by a field of their own: one ordered query, for which there is only one index to take."""
    down = sort.descending != backward
    sign = "-" if down else ""
    here = _beyond(rows, sort.path, "pk", sort, start, down) if start else rows
    read = list(here.order_by(f"{sign}{sort.path}", f"{sign}pk")[: limit + 1])
    got = [Place(KNOWN, getattr(row, sort.path), row.pk) for row in read]
    return _found(got, limit, backward, {row.pk: row for row in read})


def _planned(
    rows: QuerySet[Customer], sort: Sort, start: Place | None, limit: int, backward: bool
) -> list[Place]:
    """The same by one ordered query a segment."""
    got: list[Place] = []
    rows = sort.carried(rows)
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
        rows = rows.filter(sort.absent())
    else:
        rows = rows.filter(**{f"{sort.path}__isnull": True})
        rows = rows if sort.is_own else rows.filter(**{f"{sort.relation}__isnull": False})
    down = sort.descending != backward
    rows = rows.filter(**{f"pk__{'lt' if down else 'gt'}": here.pk}) if here else rows
    found = rows.order_by("-pk" if down else "pk").values_list("pk", flat=True)[:limit]
    return [Place(kind, None, pk) for pk in found]
