"""What becomes of pairs that may be the same when two customers are merged or parted: what somebody said of the one
that goes is remembered of the one that stays."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from grahak.core.models import User
from grahak.customers.merging.journal import Journal
from grahak.customers.models import DuplicatePair, PairState


def pair_of(one: int, other: int) -> tuple[int, int]:
    """The two numbers in order, as a pair has them."""
    return (one, other) if one < other else (other, one)


def joined(journal: Journal, kept: int, gone: int, by: User | None) -> None:
    """The pair itself is merged; pairs of the gone one with others become pairs of the kept one."""
    low, high = pair_of(kept, gone)
    DuplicatePair.objects.update_or_create(
        low_id=low, high_id=high,
        defaults={"state": PairState.MERGED, "decided_at": timezone.now(), "decided_by": by},
        create_defaults={
            "state": PairState.MERGED, "decided_at": timezone.now(), "decided_by": by, "score": 1000,
        },
    )  # fmt: skip
    theirs = DuplicatePair.objects.filter(Q(low_id=gone) | Q(high_id=gone)).exclude(state=PairState.MERGED)
    known = {
        (row.low_id, row.high_id): row
        for row in DuplicatePair.objects.filter(Q(low_id=kept) | Q(high_id=kept))
    }
    for row in theirs:
        third = row.high_id if row.low_id == gone else row.low_id
        if third == kept:
            continue
        there = known.get(pair_of(kept, third))
        if there is None:
            first, second = pair_of(kept, third)
            journal.made(
                DuplicatePair.objects.create(
                    low_id=first,
                    high_id=second,
                    score=row.score,
                    reasons=row.reasons,
                    state=row.state,
                    decided_at=row.decided_at,
                    decided_by=row.decided_by,
                )
            )
        elif row.state == PairState.DIFFERENT and there.state == PairState.OPEN:
            journal.change(
                there,
                state=PairState.DIFFERENT.value,
                decided_at=row.decided_at,
                decided_by_id=row.decided_by_id,
            )


def parted(kept: int, gone: int, different: bool, by: User | None) -> None:
    """After an undo: the pair is to be looked at again, or is DIFFERENT for good."""
    low, high = pair_of(kept, gone)
    DuplicatePair.objects.filter(low_id=low, high_id=high, state=PairState.MERGED).update(
        state=PairState.DIFFERENT if different else PairState.OPEN,
        decided_at=timezone.now() if different else None,
        decided_by=by if different else None,
    )
