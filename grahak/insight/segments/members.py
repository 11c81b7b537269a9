"""Writing down who came into segments and who left them: only the differences, each once, with the history and the
news of it in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from grahak.core import bulk
from grahak.core.events import announce
from grahak.customers.models import Customer
from grahak.insight.models import Membership, Movement, Segment
from grahak.insight.segments import sizes

AT_ONCE = 5_000  # rows a transaction: on SQLite nobody else writes meanwhile
ASKED = 500  # customers a question

Untouched = Callable[[], Collection[int]]
Difference = tuple[int, Collection[int], Collection[int]]  # segment, who enters, who leaves
Row = tuple[int, int, bool]  # segment, customer, enters


def of(segment_id: int) -> set[int]:
    """Who is in it now."""
    return set(Membership.objects.filter(segment_id=segment_id).values_list("customer_id", flat=True))


def among(customer_ids: Iterable[int]) -> dict[int, set[int]]:
    """Segment → which of these customers are in it now."""
    found: dict[int, set[int]] = {}
    for piece in bulk.pieces(customer_ids):
        rows = Membership.objects.filter(customer_id__in=piece).values_list("segment_id", "customer_id")
        for segment, customer in rows.iterator(20_000):
            found.setdefault(segment, set()).add(customer)
    return found


def move(
    differences: Iterable[Difference], *, silent: Collection[int] = (), but: Untouched | None = None
) -> int:
    """Let customers enter and leave segments; who is in already, or out, stays as they are, so that doing it again
    changes nothing. SILENT: segments that are counted for the first time, which is not news and makes no history.
    BUT gives customers whose records are newer than what the answer was made from: they are left to who decides
    them. Returns how many moved."""
    rows = [
        (segment, pk, enters)
        for segment, came, went in differences
        for enters, customers in ((True, came), (False, went))
        for pk in sorted(customers)
    ]
    moved = 0
    for start in range(0, len(rows), AT_ONCE):
        with transaction.atomic():
            moved += _move(rows[start : start + AT_ONCE], silent, but)
    return moved


def _move(rows: list[Row], silent: Collection[int], but: Untouched | None) -> int:
    asked = {segment for segment, _pk, _enters in rows}
    here = Segment.objects.select_for_update().filter(pk__in=asked, archived_at=None).order_by("pk")
    usable = set(here.values_list("pk", flat=True))
    newer = set(but()) if but is not None else set()
    rows = [row for row in rows if row[0] in usable and row[1] not in newer]
    inside = _inside(rows)
    fresh = {pk for segment, pk, enters in rows if enters and (segment, pk) not in inside}
    there: set[int] = set()
    for piece in bulk.pieces(sorted(fresh), ASKED):
        there |= set(Customer.objects.filter(pk__in=piece).values_list("pk", flat=True))
    came = [
        (segment, pk)
        for segment, pk, enters in rows
        if enters and pk in there and (segment, pk) not in inside
    ]
    went = [(segment, pk) for segment, pk, enters in rows if not enters and (segment, pk) in inside]
    if came or went:
        _write(came, went, [inside[pair] for pair in went], silent)
    return len(came) + len(went)


def _inside(rows: list[Row]) -> dict[tuple[int, int], int]:
    """(segment, customer) → the membership, of those among the rows that there are."""
    segments = {segment for segment, _pk, _enters in rows}
    found: dict[tuple[int, int], int] = {}
    for piece in bulk.pieces(sorted({pk for _segment, pk, _enters in rows}), ASKED):
        known = Membership.objects.filter(customer_id__in=piece, segment_id__in=segments)
        for segment, customer, pk in known.values_list("segment_id", "customer_id", "pk"):
            found[segment, customer] = pk
    return found


def _write(
    came: list[tuple[int, int]], went: list[tuple[int, int]], gone: list[int], silent: Collection[int]
) -> None:
    now = timezone.now()
    stamp = bulk.stored(now)
    for piece in bulk.pieces(gone):
        Membership.objects.filter(pk__in=piece).delete()
    bulk.insert(Membership, ("segment", "customer", "entered_at"), [(*pair, stamp) for pair in came])
    told = [(*pair, True, stamp) for pair in came if pair[0] not in silent]
    told += [(*pair, False, stamp) for pair in went if pair[0] not in silent]
    bulk.insert(Movement, ("segment", "customer", "entered", "at"), told)
    entered: dict[int, list[int]] = defaultdict(list)
    left: dict[int, list[int]] = defaultdict(list)
    for pairs, kept in ((came, entered), (went, left)):
        for segment, pk in pairs:
            kept[segment].append(pk)
    moved = sorted({*entered, *left})
    for segment in moved:
        more = len(entered[segment]) - len(left[segment])
        Segment.objects.filter(pk=segment).update(members=F("members") + more)
    sizes.keep_day(moved, now)
    for segment in moved:
        if segment not in silent:
            announce(
                "insight.segment.moved", segment_id=segment, entered=entered[segment], left=left[segment]
            )
