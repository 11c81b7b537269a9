"""Looks for duplicates of the customers that were added or changed since it was last done."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import Q
from django.utils import timezone

from grahak.core.bulk import pieces
from grahak.customers.duplicates import blocks, records, run
from grahak.customers.duplicates.scoring import Record, compare_many
from grahak.customers.models import Customer, DuplicatePair, Identity, PairState

MOST: Final = 5_000  # more than this, and looking through all is quicker
LOOKED_AT: Final = 40  # candidates by name of each customer


def look() -> int:
    """Look at what changed; returns how many pairs were found. All are looked through where nobody ever looked, or
    where more than MOST changed."""
    if run.is_under_way():
        return 0  # it looks at everybody, and notes from when on changes are to be looked at
    now, since = timezone.now(), run.looked_until()
    ids = touched_since(since, MOST) if since else None
    if ids is None:
        return run.whole()
    found = some(ids)
    run.looked(now)
    return found


def touched_since(moment: dt.datetime, most: int) -> list[int] | None:
    """Customers whose facts, contacts or addresses were written after MOMENT; None if they are more than MOST."""
    found: set[int] = set()
    rows = Customer.objects.filter(Q(updated_at__gt=moment) | Q(created_at__gt=moment), archived_at=None)
    for query in (
        rows.values_list("pk", flat=True),
        Identity.objects.filter(created_at__gt=moment).values_list("contact__customer_id", flat=True),
    ):
        found |= set(query[: most + 1])
        if len(found) > most:
            return None
    return sorted(found)


def some(ids: list[int]) -> int:
    """Look for duplicates of these customers among all; returns how many pairs were found. Pairs of theirs that hold
    no longer go, unless somebody decided about them."""
    began, many = timezone.now(), 0
    for part in pieces(ids, 500):
        mine = records.of(part)
        asked = {tuple(sorted((one.pk, pk))) for one in mine for pk in _near(one) if pk != one.pk}
        others = {pk for pair in asked for pk in pair} - {one.pk for one in mine}
        found = compare_many([*mine, *records.of(sorted(others))], sorted(asked))  # type: ignore[type-var,arg-type]
        run.store(found)
        many += len(found)
        DuplicatePair.objects.filter(
            Q(low_id__in=part) | Q(high_id__in=part), state=PairState.OPEN, seen_at__lt=began
        ).delete()
    return many


class _Everybody:
    """Who looks in the background sees all customers."""

    role, branch_id, team_id, is_active, pk, id = "owner", None, None, True, None, None

    def can(self, action: str) -> bool:
        return True


def _near(one: Record) -> set[int]:
    """Customers worth comparing with a record: those with its phones, addresses or tax number, and those whose names
    may be meant by its names."""
    from grahak.customers.search.names import candidates

    reach = Q(kind__in=("phone", "whatsapp"), value__in=_whole(one.pk, ("phone", "whatsapp")))
    reach |= Q(kind="email", value__in=one.emails)
    same = Identity.objects.filter(reach).values_list("contact__customer_id", flat=True)
    found = set(same[: blocks.CAPS[2] * 2])
    if one.tax:
        found |= set(Customer.objects.filter(tax_id__iexact=one.tax).values_list("pk", flat=True)[:20])
    for name in one.names[:2]:
        found |= set(candidates(_Everybody(), name[:100], LOOKED_AT))  # type: ignore[arg-type]
    return found


def _whole(pk: int, kinds: tuple[str, ...]) -> list[str]:
    return list(
        Identity.objects.filter(contact__customer_id=pk, kind__in=kinds).values_list("value", flat=True)
    )
