"""Bringing memberships up to date: all customers of some segments from the warehouse, some customers of all segments
from the warehouse too, a few from the records.

The warehouse is a little behind the records. Customers who changed since its position are decided from the records,
and never from it, so that an old answer cannot undo a newer one. Killed anywhere, it can simply be done again.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import duckdb
from django.utils import timezone

from grahak.core import bulk, business, changes
from grahak.core.models import Change as Line
from grahak.customers.models import Event, Visitor
from grahak.insight.models import Segment
from grahak.insight.segments import members, sizes, stale
from grahak.insight.segments.compile import Compiled, compiled
from grahak.insight.segments.context import EVERYBODY, PART, records
from grahak.insight.segments.decide import few, run
from grahak.insight.segments.tree import Tree, TreeError, parse
from grahak.warehouse import lake, star

logger = logging.getLogger("grahak.segments")
FEW: Final = 200  # customers that are decided from the records at once
MOST_FROM_RECORDS: Final = 5_000  # who changed since the warehouse's position; beyond that we wait for it
TOGETHER: Final = 100  # segments in one statement
OURS: Final = ("membership", "move", "segment")  # kinds that no rule is decided by


class Behind(Exception):
    """The warehouse is too far behind, or not there."""


@dataclass(frozen=True)
class Ruled:
    """A segment with its checked rules."""

    pk: int
    tree: Tree
    is_new: bool


def ruled(segment_ids: Collection[int] | None = None) -> list[Ruled]:
    """The segments in use that follow rules, all or some of them. One whose rules can't be followed is marked so
    and left out."""
    rows = Segment.objects.ruled()
    if segment_ids is not None:
        rows = rows.filter(pk__in=list(segment_ids))
    found, broken = [], []
    for pk, raw, counted_at in rows.order_by("pk").values_list("pk", "tree", "counted_at"):
        try:
            tree = parse(raw)
            compiled(tree)
            found.append(Ruled(pk, tree, counted_at is None))
        except TreeError:
            broken.append(pk)
    stale.mark(broken, "broken")
    return found


def refresh(
    segment_ids: Collection[int] | None = None,
    customer_ids: Collection[int] | None = None,
    *,
    today: dt.date | None = None,
) -> int:
    """Bring the memberships of segments (all that follow rules, where None) up to date, for all customers or for
    some. Returns how many customers entered or left. Segments that can't be counted now keep what they have and
    say why."""
    day = today or business.today()
    segments = ruled(segment_ids)
    if customer_ids is None:
        return sum(_recount(segment, day) for segment in segments)
    wanted = sorted(set(customer_ids))
    if len(wanted) <= FEW:
        return from_records(segments, wanted, day)
    return _some(segments, wanted, day)


# All customers


def _recount(segment: Ruled, day: dt.date) -> int:
    """Everybody in one segment."""
    try:
        moved = _from_warehouse(segment, day)
    except (Behind, lake.Unavailable):
        stale.mark([segment.pk], "new" if segment.is_new else "behind")
        return 0
    except (duckdb.Error, OSError):
        logger.exception("segment not counted", extra={"segment": segment.pk})
        stale.mark([segment.pk], "failed")
        return 0
    members_now = Segment.objects.get(pk=segment.pk).memberships.count()
    sizes.keep({segment.pk: members_now}, timezone.now())
    stale.clear([segment.pk])
    return moved


def _from_warehouse(segment: Ruled, day: dt.date) -> int:
    state = lake.state()
    if state is None:
        raise Behind
    newer = Newer(state)
    newer()
    found = compiled(segment.tree, EVERYBODY)
    inside = {row[0] for row in lake.ask(found.select(), found.bound(day))}
    before = members.of(segment.pk)
    difference = (segment.pk, inside - before, before - inside)
    moved = members.move([difference], silent=_new([segment]), but=newer)
    return moved + from_records([segment], newer(), day)


class Newer:
    """The customers whose records changed after a position of the change log and an event: looked up again at each
    call, from where the last one ended. Raises Behind where they are too many."""

    def __init__(self, state: lake.State) -> None:
        self.position, self.event = state.position, state.event
        self.found: set[int] = set()

    def __call__(self) -> set[int]:
        upto, last = changes.settled(), changes.settled_id(Event)
        lines = Line.objects.filter(**{f"{changes.column()}__gt": self.position}, customer_id__isnull=False)
        rows = lines.exclude(kind__in=OURS).values_list("customer_id", flat=True).distinct()
        self.found |= {pk for pk in rows[: MOST_FROM_RECORDS + 1] if pk is not None}
        self.found |= doers(self.event, last, MOST_FROM_RECORDS + 1)
        self.position, self.event = max(upto, self.position), max(last, self.event)
        if len(self.found) > MOST_FROM_RECORDS:
            raise Behind
        return self.found


def doers(after: int, upto: int, most: int) -> set[int]:
    """The customers who did something in the events after one and up to another, at most so many."""
    if upto <= after:
        return set()
    rows = Event.objects.filter(pk__gt=after, pk__lte=upto, bot=False).order_by()
    visitors = rows.values_list("visitor_id", flat=True).distinct()[:most]
    found: set[int] = set()
    for piece in bulk.pieces(visitors):
        known = Visitor.objects.filter(pk__in=piece, customer__isnull=False)
        found |= {pk for pk in known.values_list("customer_id", flat=True) if pk is not None}
    return found


# A few customers


def from_records(segments: Collection[Ruled], customer_ids: Collection[int], day: dt.date) -> int:
    """Some customers, decided from the records in small groups: one query a segment and group."""
    target, moved = records("few"), 0
    for group in bulk.pieces(sorted(customer_ids), FEW):
        before = members.among(group)
        who = few(target, group)
        answers = {}
        for segment in segments:
            found = compiled(segment.tree, target)
            answers[segment.pk] = {row[0] for row in run(found.members, found.bound(day) | who)}
        moved += members.move(_differences(answers, before), silent=_new(segments))
    return moved


def _differences(answers: dict[int, set[int]], before: dict[int, set[int]]) -> Iterator[members.Difference]:
    """By segment, who is in it and was not, and who was and is not."""
    for segment, inside in answers.items():
        was = before.get(segment, set())
        if inside != was:
            yield segment, inside - was, was - inside


def _new(segments: Collection[Ruled]) -> set[int]:
    """Those that were never counted."""
    return {segment.pk for segment in segments if segment.is_new}


# Some thousands of customers


def _some(segments: list[Ruled], customer_ids: list[int], day: dt.date) -> int:
    """Some customers in all segments: the tables of the warehouse are cut to them once, then each segment is asked
    of the cut ones. Those newer than the warehouse come from the records."""
    moved = 0
    try:
        state = lake.state()
        if state is None:
            raise Behind
        newer = Newer(state)
        newer()
        answers = cut_and_ask(segments, customer_ids, day)
        before = members.among(customer_ids)
        moved = members.move(_differences(answers, before), silent=_new(segments), but=newer)
        return moved + from_records(segments, newer() & set(customer_ids), day)
    except (Behind, lake.Unavailable):
        return moved + from_records(segments, customer_ids, day)


def cut_and_ask(segments: Iterable[Ruled], customer_ids: list[int], day: dt.date) -> dict[int, set[int]]:
    """Segment → which of the customers are in it, by the warehouse."""
    texts = {segment.pk: compiled(segment.tree, PART) for segment in segments}
    answers: dict[int, set[int]] = {pk: set() for pk in texts}
    with lake.reading() as duck:
        duck.execute("BEGIN")
        try:
            cut(duck, texts.values(), customer_ids)
            for group in bulk.pieces(texts.items(), TOGETHER):
                sql, params = together(group, day)
                for pk, customer in duck.execute(sql, params).fetchall():
                    answers[pk].add(customer)
        finally:
            duck.execute("ROLLBACK")
    return answers


def together(texts: Iterable[tuple[int, Compiled]], day: dt.date) -> tuple[str, dict[str, Any]]:
    """Several segments in one statement, which gives (segment, customer): planning once, and all cores at work."""
    parts: list[str] = []
    params: dict[str, Any] = {}
    for pk, text in texts:
        select = text.select(f"{pk}, c.customer_id")
        parts.append(re.sub(r"\$p(\d+)", rf"$s{pk}p\1", select))
        params |= {f"s{pk}{name}": value for name, value in text.bound(day).items()}
    return " UNION ALL ".join(parts), params


def cut(duck: Any, texts: Iterable[Compiled], customer_ids: list[int]) -> None:
    """Temporary tables with the rows of these customers, of the tables and columns that TEXTS read."""
    whole = " ".join(text.select() for text in texts)
    duck.execute(
        "CREATE TEMP TABLE changed AS SELECT unnest(from_json($ids, '[\"BIGINT\"]')) AS customer_id",
        {"ids": json.dumps(customer_ids)},  # one text: binding a list costs far more
    )
    words = set(re.findall(r"[a-z_]+", whole))
    for name, table in star.TABLES.items():
        if table.customer and f"temp.{name} " in whole:
            columns = ", ".join(f't."{column}"' for column in table.names if column in words)
            duck.execute(
                f"CREATE TEMP TABLE {name} AS SELECT {columns} FROM lake.{name} t "
                f"WHERE t.{table.customer} IN (SELECT customer_id FROM changed)"
            )
