"""Keeps the keys by which a name is found, and the form it is sorted by, in step with the names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import transaction

from grahak.core.names import name_keys, name_words, normalise
from grahak.customers.models import Contact, Customer, NameKey

BATCH = 1000


def sort_name(name: str) -> str:
    """The form of a name that lists are sorted by: normal letters, titles and all, at most 200 characters."""
    return normalise(name)[:200]


def keys_of(customer_id: int, names: Iterable[str]) -> list[NameKey]:
    """The rows that find a customer by NAMES, the first being its own. All carry the number of words of that
    first name, so that two rows of one customer can be met in the index."""
    told = list(names)
    words = max(1, len(name_words(told[0]))) if told else 1
    return [
        NameKey(customer_id=customer_id, kind=key.kind, token=key.token[:40], tokens=words)
        for key in name_keys(*told)
    ]


def _batches(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


@transaction.atomic
def index_names(customer_ids: Iterable[int]) -> int:
    """Make the name keys of these customers anew from their names in all scripts and their contacts' names.
    Set-based and safe to repeat. Returns how many customers were indexed."""
    done = 0
    for batch in _batches(customer_ids):
        customers = list(Customer.objects.filter(pk__in=batch).only("id", "name", "name_sort", "other_names"))
        names = {one.pk: [one.name, *_other_names(one)] for one in customers}
        for customer_id, name in Contact.objects.filter(customer_id__in=batch).values_list(
            "customer_id", "name"
        ):
            if name not in names[customer_id]:
                names[customer_id].append(name)
        for customer_id, name in _merged_names(batch):
            if name not in names[customer_id]:
                names[customer_id].append(name)
        NameKey.objects.filter(customer_id__in=batch).delete()
        NameKey.objects.bulk_create(
            [key for customer_id, told in names.items() for key in keys_of(customer_id, told)],
            batch_size=5000,
        )
        stale = [one for one in customers if one.name_sort != sort_name(one.name)]
        for one in stale:
            one.name_sort = sort_name(one.name)
        Customer.objects.bulk_update(stale, ["name_sort"], batch_size=500)
        done += len(customers)
    return done


def _merged_names(ids: list[int]) -> Iterator[tuple[int, str]]:
    """(kept one, name) of everybody who was merged into one of IDS, also over others: they are still found by it."""
    ends = {pk: pk for pk in ids}
    while ends:
        rows = list(
            Customer.objects.filter(merged_into_id__in=ends)
            .only("id", "name", "other_names", "merged_into_id")
            .order_by("pk")
        )
        for one in rows:
            for name in (one.name, *_other_names(one)):
                yield ends[one.merged_into_id or 0], name
        ends = {one.pk: ends[one.merged_into_id or 0] for one in rows}


def _other_names(customer: Customer) -> list[str]:
    return [str(name) for name in (customer.other_names or {}).values() if name]
