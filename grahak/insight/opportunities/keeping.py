"""Looks for opportunities anew and keeps them without losing what people did with those that were there: who took one
keeps it, what was done or put aside stays so until its day comes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from grahak.core import bulk, business
from grahak.core.models import Setting
from grahak.customers.models import Customer
from grahak.insight import facts
from grahak.insight.models import Opportunity, OpportunityState
from grahak.insight.opportunities import rules
from grahak.insight.opportunities.finding import Found, find

LAST_RUN = "insight.opportunities"
AT_ONCE = 2_000
HISTORY = dt.timedelta(days=400)  # closed ones that hold no more are kept so long
Key = tuple[int, str, str, int]


def look(*, today: dt.date | None = None) -> dict[str, int]:
    """Find and keep. Returns how many there are of each kind. Safe to repeat: the same facts give the same rows."""
    day = today or business.today()
    borders = rules.current()
    counts: Counter[str] = Counter()
    with facts.reading() as found:
        fresh = {_key(one): one for one in find(found, borders, day)}
        source = found.source
    kept = _kept()
    for piece in bulk.pieces(fresh.values(), AT_ONCE):
        counts.update(one.kind for one in _keep(piece, kept, day))
    _let_go(pk for key, pk in kept.items() if key not in fresh)
    Opportunity.objects.filter(
        holds=False, state__in=(OpportunityState.DONE, OpportunityState.DISMISSED), seen_on__lt=day - HISTORY
    ).delete()
    Setting.objects.update_or_create(
        name=LAST_RUN,
        defaults={"value": {"at": timezone.now().isoformat(), "found": dict(counts), "from": source}},
    )
    return dict(counts)


def _key(one: Found) -> Key:
    return one.customer_id, one.kind, one.subject_kind, one.subject


def _kept() -> dict[Key, int]:
    rows = Opportunity.objects.values_list("customer_id", "kind", "subject_kind", "subject", "pk")
    return {(customer, kind, of, subject): pk for customer, kind, of, subject, pk in rows.iterator(AT_ONCE)}


def _keep(piece: list[Found], kept: dict[Key, int], day: dt.date) -> list[Found]:
    """Write the new ones and renew the known ones; what was closed opens again when its day has come."""
    with transaction.atomic():
        there = set(
            Customer.objects.filter(pk__in={one.customer_id for one in piece}).values_list("pk", flat=True)
        )
        piece = [one for one in piece if one.customer_id in there]
        rows = [
            Opportunity(
                customer_id=one.customer_id, kind=one.kind, subject_kind=one.subject_kind, subject=one.subject,
                facts=one.facts, worth=one.worth, found_on=day, seen_on=day,
            )
            for one in piece
        ]  # fmt: skip
        Opportunity.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["customer", "kind", "subject_kind", "subject"],
            update_fields=["facts", "worth", "seen_on", "holds"],
            batch_size=500,
        )
        ids = [kept[_key(one)] for one in piece if _key(one) in kept]
        closed = Opportunity.objects.filter(
            pk__in=ids, state__in=(OpportunityState.DONE, OpportunityState.DISMISSED), back_on__lte=day
        )
        closed.update(
            state=OpportunityState.OPEN, taken_by=None, reason="", note="", decided_at=None, decided_by=None,
            back_on=None, found_on=day,
        )  # fmt: skip
    return piece


def _let_go(ids: Iterable[int]) -> None:
    """Those that hold no more: nobody's go, the others say so."""
    for piece in bulk.pieces(ids, AT_ONCE):
        rows = Opportunity.objects.filter(pk__in=piece)
        rows.filter(state=OpportunityState.OPEN).delete()
        rows.filter(holds=True).update(holds=False)
