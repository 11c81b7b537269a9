"""Pairs of customers who may be the same: whom a person may decide about, and what they decide. A "no" is for good."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from grahak.core import audit
from grahak.core.access import scoped
from grahak.core.models import User
from grahak.customers.merging.pairs import pair_of
from grahak.customers.models import Customer, DuplicatePair, PairState


def visible_to(user: User) -> QuerySet[DuplicatePair]:
    """Pairs both of which this person may see."""
    rows = DuplicatePair.objects.all()
    for side in ("low", "high"):
        rows = scoped(rows, user, "customers.view", owner=f"{side}__owner", branch=f"{side}__branch")
    return rows


def waiting(user: User) -> QuerySet[DuplicatePair]:
    """Those to be looked at: open, and both customers in use."""
    return visible_to(user).filter(state=PairState.OPEN, low__archived_at=None, high__archived_at=None)


def of_batch(rows: QuerySet[DuplicatePair], batch_id: int) -> QuerySet[DuplicatePair]:
    """Those of ROWS in which at least one came in with a batch, such as an import."""
    return rows.filter(Q(low__batch_id=batch_id) | Q(high__batch_id=batch_id))


def for_reason(rows: QuerySet[DuplicatePair], reason: int) -> QuerySet[DuplicatePair]:
    """Those of ROWS that have a reason among theirs (see reasons.py)."""
    return rows.annotate(has=F("reasons").bitand(reason)).filter(has__gt=0)


@transaction.atomic
def not_the_same(one: Customer, other: Customer, *, by: User | None) -> DuplicatePair:
    """Keep for good that two customers are not the same: they are not asked about again, and it is kept who said so."""
    low, high = pair_of(one.pk, other.pk)
    said = {"state": PairState.DIFFERENT, "decided_at": timezone.now(), "decided_by": by}
    row, _new = DuplicatePair.objects.update_or_create(
        low_id=low, high_id=high, defaults=said, create_defaults={"score": 0, **said}
    )
    audit.record("customers.pair.different", one, by=by, other=other.pk, name=other.name)
    return row


@transaction.atomic
def look_again(row: DuplicatePair, *, by: User | None) -> bool:
    """Take a "not the same" back. False where nobody had said it."""
    found = DuplicatePair.objects.filter(pk=row.pk, state=PairState.DIFFERENT).update(
        state=PairState.OPEN, decided_at=None, decided_by=None
    )
    if found:
        audit.record("customers.pair.reopened", row.low, by=by, other=row.high_id, name=row.high.name)
    return bool(found)
