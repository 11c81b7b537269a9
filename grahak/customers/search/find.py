"""The customers that a typed text means, best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grahak.core.models import User
from grahak.core.names import similarity
from grahak.customers.models import Contact, Customer
from grahak.customers.search.names import candidates
from grahak.customers.search.numbers import by_number

SHOWN: Final = 30
MOST: Final = 400
LIKELY: Final = 0.5  # below this likeness a name is not what was meant
NEARLY: Final = 0.65  # nor below this share of the best one's likeness
LONGEST: Final = 100


@dataclass(frozen=True)
class Hit:
    """A customer found: SCORE 1 and above is sure (a number, the same name)."""

    pk: int
    score: float


def find(user: User, text: str, limit: int = SHOWN) -> list[Hit]:
    """At most LIMIT customers this person may see, best first: numbers and addresses, then names by
    likeness."""
    typed = " ".join(text.split())[:LONGEST]
    if not typed:
        return []
    sure = by_number(typed, limit)
    maybe = candidates(user, typed, max(limit, 120))
    if not sure and not maybe:
        return []
    names = _names(user, {*sure, *maybe})
    hits = [Hit(pk, 2.0 - at / 1000) for at, pk in enumerate(sure) if pk in names]
    known = {hit.pk for hit in hits}
    for pk in maybe:
        if pk in names and pk not in known:
            hits.append(Hit(pk, max(similarity(typed, name) for name in names[pk])))
    named = max((hit.score for hit in hits if hit.score <= 1), default=0)
    least = max(LIKELY, NEARLY * named)
    return sorted((hit for hit in hits if hit.score >= least), key=lambda hit: (-hit.score, hit.pk))[:limit]


def _names(user: User, ids: set[int]) -> dict[int, list[str]]:
    """Every name of those customers that this person may see."""
    rows = (
        Customer.objects.visible_to(user).active().filter(pk__in=ids).values_list("pk", "name", "other_names")
    )
    names = {pk: [name, *(other or {}).values()] for pk, name, other in rows}
    for pk, name in Contact.objects.filter(customer_id__in=list(names)).values_list("customer_id", "name"):
        if name not in names[pk]:
            names[pk].append(name)
    return names


def found_ids(user: User, text: str) -> list[int]:
    """The ids of up to 400 customers that a text means, for a list that is narrowed by it."""
    return [hit.pk for hit in find(user, text, MOST)]
