"""What relations show on a customer's page, and a chain with its figures as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from grahak.core.models import User
from grahak.core.registry import Column, registry
from grahak.customers.extras import has
from grahak.customers.models import Customer, Relation
from grahak.customers.relations import trees

SHOWN = 8
COLUMNS = ("name", "owner", "balance", "net", "orders", "last_order")


@dataclass(frozen=True)
class End:
    """A relation as it reads from one customer: WORDS of the OTHER one."""

    relation: Relation
    words: str
    other: Customer


def ends(customer: Customer, user: User, most: int) -> list[End]:
    """The relations of a customer with others whom this person may see. One query."""
    seen = Customer.objects.visible_to(user)
    rows = (
        Relation.objects.filter(Q(one=customer, other__in=seen) | Q(other=customer, one__in=seen))
        .select_related("kind", "one", "other")
        .order_by("kind__position", "kind_id", "pk")[:most]
    )
    return [
        End(row, row.kind.words(forward=row.one_id == customer.pk), row.other if row.one_id == customer.pk else row.one)
        for row in rows
    ]  # fmt: skip


def panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """The relations, and who sent them."""
    found = ends(customer, request.user, SHOWN + 1) if has(customer, "relations") else []
    referrer = customer.referred_by if customer.referred_by_id else None
    if referrer is not None and not request.user.can("customers.view"):
        referrer = None
    if not found and referrer is None:
        return None
    return {
        "ends": found[:SHOWN],
        "more": len(found) > SHOWN,
        "referrer": referrer,
        "is_chain": any(end.relation.kind.is_chain for end in found),
    }


def chain_of(customer: Customer, user: User) -> tuple[Customer | None, Any]:
    """The head of the chain that a customer belongs to, and all of it that this person may see; (None, nobody) where
    they belong to none. Of several kinds of chains the first counts."""
    relation = (
        Relation.objects.filter(Q(one=customer) | Q(other=customer), kind__is_chain=True)
        .order_by("kind__position", "kind_id")
        .first()
    )
    seen: Any = Customer.objects.visible_to(user)
    if relation is None:
        return None, seen.none()
    over = trees.above(customer.pk, relation.kind_id)
    head = over[-1] if over else customer.pk
    members = [head, *trees.below(head, relation.kind_id)]
    return Customer.objects.filter(pk=head).first(), seen.filter(pk__in=members)


def chain_columns() -> list[Column]:
    """What a chain shows of each: the columns of the list that rooms above give."""
    every = registry.every_column()
    return [every[name] for name in COLUMNS if name in every]
