"""Where a merged customer or contact is to be found now: merges follow one another, each may be taken back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from grahak.customers.models import Customer, Merge

_LONGEST = 100  # merges one after the other; more would be a ring, which the verbs never make


def live() -> QuerySet[Merge]:
    """The merges that hold: not taken back."""
    return Merge.objects.filter(undone_at=None)


def kept_of(customer: Customer) -> Customer:
    """The customer that CUSTOMER was merged into, at the end of all merges; itself where it was not."""
    found = customer
    for _step in range(_LONGEST):
        if found.merged_into_id is None:
            return found
        following = Customer.objects.filter(pk=found.merged_into_id).first()
        if following is None:
            return found
        found = following
    return found


def named_by(rows: QuerySet[Customer], text: str) -> Customer | None:
    """The customer of ROWS whose number a link names (?customer=TEXT); of one that was merged, whom it is part of now.
    None for what is no number, and where either is not among ROWS."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        return None
    found = rows.filter(pk=int(text)).first()
    if found is None or found.merged_into_id is None:
        return found
    return rows.filter(pk=kept_of(found).pk).first()


def kept_ids(ids: Iterable[int]) -> dict[int, int]:
    """{merged: kept} of those among IDS that were merged, at the end of all merges. One query where none was."""
    asked = set(ids)
    rows = dict(
        Customer.objects.filter(pk__in=asked, merged_into__isnull=False).values_list("pk", "merged_into_id")
    )
    known = dict(rows)
    for _step in range(_LONGEST):
        further = {pk for pk in known.values() if pk not in known}
        more = dict(
            Customer.objects.filter(pk__in=further, merged_into__isnull=False).values_list(
                "pk", "merged_into_id"
            )
        )
        if not more:
            break
        known |= more
    out = {}
    for pk in rows:
        end = pk
        for _step in range(_LONGEST):
            if end not in known:
                break
            end = known[end] or end
        out[pk] = end
    return out


def following(merge: Merge) -> list[Merge]:
    """The live merges by which what MERGE kept went on, in order: the kept one into another, that one into a third."""
    out: list[Merge] = []
    at = merge.kept_id
    for _step in range(_LONGEST):
        found = live().filter(gone_id=at).first()
        if found is None:
            break
        out.append(found)
        at = found.kept_id
    return out


def customers_on(merge: Merge, way: Iterable[Merge]) -> list[int]:
    """The customers with whom rows of MERGE may be now: the kept one, and whom it went on to."""
    return [merge.kept_id, *(one.kept_id for one in way)]


def contacts_on(contact_id: int, way: Iterable[Merge]) -> list[int]:
    """A contact, and those that it became one with on the way."""
    out = [contact_id]
    for one in way:
        became = {pair[0]: pair[1] for pair in one.folded}
        if out[-1] in became:
            out.append(became[out[-1]])
    return out
