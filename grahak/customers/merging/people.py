"""Which contacts of two customers are one person: proposed from their names and addresses, decided by whoever
merges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grahak.core.names import similarity
from grahak.customers.models import Contact, Customer, Identity
from grahak.customers.models.customer import EXCLUSIVE, IdentityKind

SAME_NAME, SAME_ADDRESS_AND_NAME = 0.85, 0.6


@dataclass
class Person:
    """A contact of the customer that goes, with those it may be one with. CHOICE: that contact, or None."""

    contact: Contact
    identities: list[Identity]
    choice: int | None = None
    others: list[Contact] = field(default_factory=list)


def identities_of(customers: Iterable[int]) -> dict[int, list[Identity]]:
    """{contact: identities} of all contacts of these customers. One query."""
    out: dict[int, list[Identity]] = {}
    rows = Identity.objects.filter(contact__customer_id__in=list(customers)).order_by("pk")
    for one in rows:
        out.setdefault(one.contact_id, []).append(one)
    return out


def people(kept: Customer, gone: Customer) -> list[Person]:
    """The contacts of GONE, each with the contact of KEPT that it seems to be; the surest pairs first, none twice."""
    theirs = list(Contact.objects.filter(customer=kept).order_by("-is_primary", "pk"))
    found = identities_of([kept.pk, gone.pk])
    out = [
        Person(one, found.get(one.pk, []), others=theirs)
        for one in Contact.objects.filter(customer=gone).order_by("-is_primary", "pk")
    ]
    firm = {kept.pk: kept.name, gone.pk: gone.name}
    ranked = sorted(
        (
            (-_same(person.contact, other, found, firm), person.contact.pk, other.pk, person)
            for person in out
            for other in theirs
        ),
        key=lambda one: one[:3],
    )
    taken: set[int] = set()
    for score, _own, other_pk, person in ranked:
        if score < 0 and person.choice is None and other_pk not in taken:
            person.choice = other_pk
            taken.add(other_pk)
    return out


def _same(
    one: Contact, other: Contact, found: Mapping[int, list[Identity]], firm: Mapping[int, str]
) -> float:
    """How surely two contacts are one person; 0 where they are not taken for one. A contact that bears the customer's
    own name is nobody in particular: an address decides, or that there is none."""
    name = similarity(one.name, other.name, typing=False)
    mine = reached(found.get(one.pk, []))
    nobody = one.name == firm[one.customer_id] or other.name == firm[other.customer_id]
    if mine & reached(found.get(other.pk, [])):
        return 1 + name if nobody or name >= SAME_ADDRESS_AND_NAME else 0.0
    if one.name == firm[one.customer_id] and other.is_primary and not found.get(one.pk):
        return max(name, 0.5)
    return name if name >= SAME_NAME else 0.0


def reached(identities: Iterable[Identity]) -> set[tuple[str, str]]:
    """Addresses that a message can reach, a phone and its WhatsApp as one."""
    return {
        ("phone" if one.kind == IdentityKind.WHATSAPP else one.kind, one.value)
        for one in identities
        if one.kind not in EXCLUSIVE
    }


def rivals(kept: Customer, gone: Customer) -> list[dict[str, Any]]:
    """Kinds of which one customer is meant to have one (a card, a shop's account) and both have their own, with the
    values of each. Both sets stay; a person must have seen it."""
    held: dict[str, dict[int, list[str]]] = {}
    rows = Identity.objects.filter(
        contact__customer__in=[kept, gone], kind__in=[kind.value for kind in EXCLUSIVE if kind != IdentityKind.WEB]
    ).order_by("pk")  # fmt: skip
    for kind, value, shown, customer in rows.values_list("kind", "value", "shown", "contact__customer_id"):
        held.setdefault(kind, {}).setdefault(customer, []).append(shown or value)
    return [
        {"kind": IdentityKind(kind).label, "kept": those[kept.pk], "gone": those[gone.pk]}
        for kind, those in sorted(held.items())
        if kept.pk in those and gone.pk in those
    ]
