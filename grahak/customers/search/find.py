"""The customers that a typed text means, best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection

from grahak.core.models import User
from grahak.core.names import similarity
from grahak.customers.field_rights import SUBJECT, hidden
from grahak.customers.models import Contact, Customer
from grahak.customers.search.names import PLENTY, rounds
from grahak.customers.search.numbers import by_number

SHOWN: Final = 20
MOST: Final = 400
LIKELY: Final = 0.5  # below this likeness a name is not what was meant
NEARLY: Final = 0.65  # nor below this share of the best one's likeness
LONGEST: Final = 100
# When to look no further: (how many were found, likeness of the best) after each round of candidates.
_ENOUGH: Final = ((PLENTY, 0.9), (1, 0.8), (1, 0.72), (1, 0.0))
_SAME: Final = 0.95  # nobody looks for other spellings of a name as like as this
_ALSO: Final = (
    f"SELECT customer_id, name FROM {Contact._meta.db_table} WHERE customer_id IN ({{ids}}) "  # noqa: S608
    f"UNION ALL SELECT merged_into_id, name FROM {Customer._meta.db_table} WHERE merged_into_id IN ({{ids}})"
)


@dataclass(frozen=True)
class Hit:
    """A customer found: SCORE 1 and above is sure (a number, the same name). NAME is the one of its names that is
    most like what was typed; empty where a number found it."""

    pk: int
    score: float
    name: str = ""


def find(user: User, text: str, limit: int = SHOWN) -> list[Hit]:
    """At most LIMIT customers this person may see, best first: numbers and addresses, then names by
    likeness."""
    typed = " ".join(text.split())[:LONGEST]
    if not typed:
        return []
    sure = by_number(typed, limit, hidden(user, SUBJECT))
    known = _names(user, set(sure)) if sure else {}
    scores = {pk: 2.0 - at / 1000 for at, pk in enumerate(sure) if pk in known}
    seen, best = set(scores), dict[int, str]()
    for number, ids in enumerate(rounds(user, typed, max(limit, 120))):
        new = set(ids) - seen
        seen |= new
        for pk, names in (_names(user, new) if new else {}).items():
            scores[pk], best[pk] = max((similarity(typed, name), name) for name in names)
        if known or _is_enough(scores, *_ENOUGH[number]):
            break
    named = max((score for score in scores.values() if score <= 1), default=0)
    least = max(LIKELY, NEARLY * named)
    hits = [Hit(pk, score, best.get(pk, "")) for pk, score in scores.items() if score >= least]
    return sorted(hits, key=lambda hit: (-hit.score, hit.pk))[:limit]


def _is_enough(scores: dict[int, float], many: int, likeness: float) -> bool:
    best = max(scores.values(), default=0.0)
    return best >= _SAME or (len(scores) >= many and best >= likeness)


def _names(user: User, ids: set[int]) -> dict[int, list[str]]:
    """Every name of those customers that this person may see: in other scripts, of people there, and those of
    customers that were merged into them."""
    rows = (
        Customer.objects.visible_to(user).active().filter(pk__in=ids).values_list("pk", "name", "other_names")
    )
    names = {pk: [name, *(other or {}).values()] for pk, name, other in rows}
    if not names:
        return names
    told = ", ".join(map(str, names))
    with connection.cursor() as cursor:
        cursor.execute(_ALSO.format(ids=told))
        for pk, name in cursor.fetchall():
            if name not in names[pk]:
                names[pk].append(name)
    return names


def found_ids(user: User, text: str) -> list[int]:
    """The ids of up to 400 customers that a text means, for a list that is narrowed by it."""
    return [hit.pk for hit in find(user, text, MOST)]
