"""Writing down who came into a segment and who left it: only the differences, each once, with the history and the
news of it in the same transaction."""

from __future__ import annotations

import datetime as dt
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

Untouched = Callable[[], Collection[int]]


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
    segment_id: int,
    entered: Collection[int],
    left: Collection[int],
    *,
    silent: bool = False,
    but: Untouched | None = None,
) -> int:
    """Let customers enter and leave; who is in already, or out, stays as they are, so that doing it again changes
    nothing. SILENT: the first count of a segment, which is not news and makes no history. BUT gives customers
    whose records are newer than what the answer was made from: they are left to who decides them. Returns how many
    moved."""
    moved = 0
    for start in range(0, max(len(entered), len(left)), AT_ONCE):
        came = sorted(entered)[start : start + AT_ONCE]
        went = sorted(left)[start : start + AT_ONCE]
        with transaction.atomic():
            if not Segment.objects.select_for_update().filter(pk=segment_id, archived_at=None).exists():
                return moved
            newer = set(but()) if but is not None else set()
            moved += _move(segment_id, set(came) - newer, set(went) - newer, silent)
    return moved


def _move(segment_id: int, entered: set[int], left: set[int], silent: bool) -> int:
    now = timezone.now()
    inside: set[int] = set()
    there: set[int] = set()
    for piece in bulk.pieces(sorted(entered | left)):
        rows = Membership.objects.filter(segment_id=segment_id, customer_id__in=piece)
        inside |= set(rows.values_list("customer_id", flat=True))
    for piece in bulk.pieces(sorted(entered - inside)):
        there |= set(Customer.objects.filter(pk__in=piece).values_list("pk", flat=True))
    came, went = sorted(there), sorted(left & inside)
    if not came and not went:
        return 0
    stamp = bulk.stored(now)
    for piece in bulk.pieces(went):
        Membership.objects.filter(segment_id=segment_id, customer_id__in=piece).delete()
    bulk.insert(Membership, ("segment", "customer", "entered_at"), [(segment_id, pk, stamp) for pk in came])
    if not silent:
        _remember(segment_id, came, went, now)
    Segment.objects.filter(pk=segment_id).update(members=F("members") + len(came) - len(went))
    sizes.keep_day([segment_id], now)
    if not silent:
        announce("insight.segment.moved", segment_id=segment_id, entered=came, left=went)
    return len(came) + len(went)


def _remember(segment_id: int, came: list[int], went: list[int], at: dt.datetime) -> None:
    stamp = bulk.stored(at)
    rows = [(segment_id, pk, True, stamp) for pk in came] + [(segment_id, pk, False, stamp) for pk in went]
    bulk.insert(Movement, ("segment", "customer", "entered", "at"), rows)
