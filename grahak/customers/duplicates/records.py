"""Reads customers as they are compared, many at a time, in two queries."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from grahak.core.bulk import pieces
from grahak.customers.duplicates.blocks import place
from grahak.customers.duplicates.scoring import Record
from grahak.customers.models import Customer, Identity

_TAX = 8  # letters and digits of a tax number that is one
_DIGITS = 10


def between(first: int, last: int) -> list[Record]:
    """The records in use with numbers from FIRST to LAST."""
    return _records(
        Customer.objects.filter(pk__gte=first, pk__lte=last),
        Identity.objects.filter(contact__customer_id__gte=first, contact__customer_id__lte=last),
    )


def of(ids: Iterable[int]) -> list[Record]:
    """The records of these customers that are in use."""
    out: list[Record] = []
    for some in pieces(ids):
        out += _records(
            Customer.objects.filter(pk__in=some), Identity.objects.filter(contact__customer_id__in=some)
        )
    return out


def _records(customers: QuerySet[Customer], identities: QuerySet[Identity]) -> list[Record]:
    phones: dict[int, set[str]] = {}
    emails: dict[int, set[str]] = {}
    people: dict[int, set[str]] = {}
    reach = identities.filter(kind__in=("phone", "whatsapp", "email")).order_by()
    for pk, kind, value, name in reach.values_list("contact__customer_id", "kind", "value", "contact__name"):
        if kind == "email":
            emails.setdefault(pk, set()).add(value)
        elif len(end := value[-_DIGITS:]) >= 7:
            phones.setdefault(pk, set()).add(end)
        people.setdefault(pk, set()).add(name)
    rows = customers.filter(~Q(source="erased"), archived_at=None).order_by("pk")
    out = []
    for pk, kind, name, other, tax, city, area in rows.values_list(
        "pk", "kind", "name", "other_names", "tax_id", "city", "area"
    ):
        names = tuple(dict.fromkeys([name, *(str(one) for one in (other or {}).values() if one)]))
        plain = "".join(char for char in tax.upper() if char.isalnum()) if tax else ""
        out.append(
            Record(
                pk,
                kind,
                names,
                tuple(sorted(people.get(pk, set()) - set(names))),
                frozenset(phones.get(pk, ())),
                frozenset(emails.get(pk, ())),
                plain if len(plain) >= _TAX else "",
                place(city),
                place(area),
            )
        )
    return out
