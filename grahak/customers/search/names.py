"""Candidates for a typed name from the table of name keys, by a few capped looks into its index.

The rarest word leads: its rows are read in index order (short names first) and each must hold the other words
too. Every look is one seek or one short range, so it costs the same among a thousand and a million customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from grahak.core.models import User
from grahak.core.names import PREFIX, SKELETON, QueryToken, query_keys
from grahak.customers.models import Customer, NameKey

CANDIDATES: Final = 120
PLENTY: Final = 5  # with fewer than this, near spellings are asked for too
COMMON: Final = 2000  # counting stops here
MOST_WORDS: Final = 6
_TABLE: Final = NameKey._meta.db_table


@dataclass(frozen=True)
class Word:
    """One typed word as the index is asked for it: exact skeletons, or beginnings as (kind, from, to)."""

    exact: tuple[str, ...]
    ranges: tuple[tuple[str, str, str], ...]
    weight: float

    def condition(self, alias: str, *, seek: bool = True) -> tuple[str, list[Any]]:
        """SQL that a row of this word fulfils. Without SEEK the index on keys is kept out of it."""
        kind, token = (
            (f"{alias}.kind", f"{alias}.token")
            if seek
            else (f"({alias}.kind || '')", f"({alias}.token || '')")
        )
        parts, params = [], []  # type: ignore[var-annotated]
        if self.exact:
            marks = ", ".join(["%s"] * len(self.exact))
            parts.append(f"({kind} = '{SKELETON}' AND {token} IN ({marks}))")
            params += self.exact
        for which, low, high in self.ranges:
            parts.append(f"({kind} = '{which}' AND {token} >= %s AND {token} < %s)")
            params += [low, high]
        return "(" + " OR ".join(parts) + ")", params

    def ways(self) -> list[Word]:
        """The word's alternatives one by one: each is one seek or one range of the index."""
        single = [Word(self.exact, (), self.weight)] if self.exact else []
        return single + [Word((), (one,), self.weight) for one in self.ranges]


def _word(token: QueryToken, *, near: bool) -> Word:
    exact = (token.skeleton, *(token.near if near else ()))
    ranges: list[tuple[str, str, str]] = []
    if token.is_prefix:
        ranges = [(PREFIX, begin, after(begin)) for begin in token.prefixes]
        ranges += [(SKELETON, begin, after(begin)) for begin in token.skeleton_prefixes]
    return Word(
        tuple(one for one in dict.fromkeys(exact) if one),
        tuple(one for one in ranges if one[1]),
        token.weight,
    )


def after(text: str) -> str:
    """The end of the range of everything that begins with TEXT."""
    return text + "\U0010ffff"


def _count(words: Sequence[Word]) -> list[int]:
    """How many rows each word has, up to COMMON, in one question."""
    parts: list[str] = []
    params: list[Any] = []
    for number, word in enumerate(words):
        for way in word.ways():
            condition, values = way.condition("k")
            inner = f"SELECT 1 FROM {_TABLE} k WHERE {condition} LIMIT {COMMON}"  # noqa: S608
            parts.append(f"SELECT {number}, (SELECT COUNT(*) FROM ({inner}) t{len(parts)})")  # noqa: S608
            params += values
    totals = [0] * len(words)
    if not parts:
        return totals
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for number, count in cursor.fetchall():
            totals[number] += count
    return totals


def _holding(word: Word) -> tuple[str, list[Any]]:
    """SQL: the customer of row k holds this word too."""
    if word.ranges:
        condition, params = word.condition("o", seek=False)
        own = "o.customer_id = k.customer_id"
    else:
        condition, params = word.condition("o")
        own = "o.tokens = k.tokens AND o.customer_id = k.customer_id"
    return f"EXISTS (SELECT 1 FROM {_TABLE} o WHERE {own} AND {condition})", params  # noqa: S608


def _visible(user: User) -> tuple[str, list[Any]]:
    """SQL: this person may see the customer of row k. The rule is visible_to's own."""
    rows = Customer.objects.visible_to(user).active().order_by().values("pk")
    sql, params = rows.query.sql_with_params()
    column = connection.ops.quote_name("pk")
    return f"EXISTS (SELECT 1 FROM ({sql}) v WHERE v.{column} = k.customer_id)", list(params)  # noqa: S608


def _holders(user: User, words: Sequence[Word], limit: int) -> list[int]:
    """Customers who hold every one of WORDS, the shortest names first."""
    counts = _count(words)
    if not words or not all(counts):
        return []
    order = sorted(range(len(words)), key=counts.__getitem__)
    lead, others = words[order[0]], [words[at] for at in order[1:]]
    found: dict[int, None] = {}
    tests = [*(_holding(word) for word in others), _visible(user)]
    for way in lead.ways():
        condition, params = way.condition("k")
        sql = f"SELECT k.customer_id FROM {_TABLE} k WHERE {condition}"  # noqa: S608
        sql += "".join(f" AND {test}" for test, _values in tests) + f" LIMIT {limit}"
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, *(value for _test, values in tests for value in values)])
            found.update(dict.fromkeys(row[0] for row in cursor.fetchall()))
        if len(found) >= limit:
            break
    return list(found)[:limit]


def candidates(user: User, text: str, limit: int = CANDIDATES) -> list[int]:
    """Ids of customers whose names may be meant by TEXT, at most LIMIT, in no order of merit: first those
    who hold all words; where they are few, also those with near spellings, then those who hold all words
    but one."""
    asked = query_keys(text)[:MOST_WORDS]
    if not asked:
        return []
    try:
        found = dict.fromkeys(_holders(user, [_word(token, near=False) for token in asked], limit))
        if len(found) < PLENTY:
            found |= dict.fromkeys(_holders(user, [_word(token, near=True) for token in asked], limit))
        if len(found) < PLENTY and len(asked) > 1:
            for left_out in sorted(range(len(asked)), key=lambda at: asked[at].weight)[:3]:
                rest = [token for at, token in enumerate(asked) if at != left_out]
                if max(token.weight for token in rest) == 1.0:
                    found |= dict.fromkeys(
                        _holders(user, [_word(token, near=False) for token in rest], limit)
                    )
    except EmptyResultSet:
        return []
    return list(found)[:limit]
