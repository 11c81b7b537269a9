"""Candidates for a typed name from the table of name keys, by a few capped looks into its index.

The rarest word leads: its rows are read in index order (short names first) and each must hold the other words
too. Every look is one seek or one short range, so it costs the same among a thousand and a million customers.
What is misspelt is looked for in rounds, each further away than the one before, and only while nothing good was
found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection

from grahak.core.models import User
from grahak.core.names import PREFIX, SKELETON, QueryToken, query_keys
from grahak.core.names.vocabulary import Vocabulary
from grahak.customers.models import Customer, NameKey
from grahak.customers.search.known import known_words

CANDIDATES: Final = 120
PLENTY: Final = 5  # with fewer than this, near spellings are asked for too
COMMON: Final = 4000  # counting stops here
# Rows of the leading word that are looked at: where each other word is one seek, where it means reading the other
# keys of that customer, and for spellings further away.
SCANNED: Final = 10_000
SCANNED_SLOWLY: Final = 4_000
SCANNED_NEAR: Final = 900
SCANNED_FAR: Final = 480
MOST_WORDS: Final = 6
SPELLINGS: Final = 48  # words of other customers that a misspelt one may stand for
WIDE_SPELLINGS: Final = 96
_EACH: Final = 8  # customers taken of one spelling
_PARTS: Final = (0, 1, 4, 12, WIDE_SPELLINGS)  # other spellings asked for together: the likeliest alone
_LAST: Final = 90  # customers taken in the last rounds
_OWN: Final = 3
_FEW: Final = 2  # keys that are worth a seek for each row of the leading word
_TABLE: Final = NameKey._meta.db_table


@dataclass(frozen=True)
class Word:
    """One typed word as the index is asked for it: exact skeletons, beginnings as (kind, from, to), and soft
    keys of other spellings, the likeliest first."""

    exact: tuple[str, ...]
    ranges: tuple[tuple[str, str, str], ...]
    weight: float
    softs: tuple[str, ...] = ()

    @property
    def is_seek(self) -> bool:
        """Whether a customer's row of this word is found by a seek or two."""
        return not self.ranges and len(self.exact) + len(self.softs) <= _FEW

    def condition(self, alias: str, *, seek: bool = True) -> tuple[str, list[Any]]:
        """SQL that a row of this word fulfils. Without SEEK no index is asked for the tokens: among the few keys of
        one customer a hundred spellings are looked through faster than asked for."""
        kind, token = f"{alias}.kind", f"{alias}.token" if seek else f"({alias}.token || '')"
        parts: list[str] = []
        params: list[Any] = []
        for which, tokens in ((SKELETON, self.exact), (PREFIX, self.softs)):
            if tokens:
                among, values = _among(tokens)
                parts.append(f"({kind} = '{which}' AND {token} {among})")
                params += values
        for which, low, high in self.ranges:
            parts.append(f"({kind} = '{which}' AND {token} >= %s AND {token} < %s)")
            params += [low, high]
        return "(" + " OR ".join(parts) + ")", params

    def ways(self) -> list[Word]:
        """The word's alternatives one by one: each is one seek or one range of the index."""
        # The word itself and what it makes with its neighbours come before its slips.
        single = [Word(part, (), self.weight) for part in (self.exact[:_OWN], self.exact[_OWN:]) if part]
        single += [Word((), (one,), self.weight) for one in self.ranges]
        for start, end in pairwise(_PARTS):
            if part := self.softs[start:end]:
                single.append(Word((), (), self.weight, part))
        return single


def _among(tokens: Sequence[str]) -> tuple[str, list[Any]]:
    """SQL: is one of TOKENS. As one array on PostgreSQL: a hundred parameters a look cost more than the look."""
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(tokens)]
    return f"IN ({', '.join(['%s'] * len(tokens))})", list(tokens)


def after(text: str) -> str:
    """The end of the range of everything that begins with TEXT."""
    return text + "\U0010ffff"


def _word(
    token: QueryToken, known: Vocabulary | None = None, spellings: int = SPELLINGS, *, wide: bool = False
) -> Word:
    """The word as it was typed; with KNOWN words also as it may have been meant, in so many SPELLINGS at most."""
    exact = (token.skeleton, *(() if known is None else token.near))
    ranges: list[tuple[str, str, str]] = []
    softs: tuple[str, ...] = ()
    if token.is_prefix:
        ranges = [(PREFIX, begin, after(begin)) for begin in token.prefixes]
        ranges += [(SKELETON, begin, after(begin)) for begin in token.skeleton_prefixes]
    if known is not None:
        meant = known.meant(token.text, spellings, wide=wide)
        softs = tuple(one.soft for one in meant)
    return Word(
        tuple(one for one in dict.fromkeys(exact) if one),
        tuple(one for one in ranges if one[1]),
        token.weight,
        softs,
    )


def _count(words: Sequence[Word], haste: int) -> dict[Word, int]:
    """How many rows each word has, up to COMMON a way, in one question; none is asked for a word alone."""
    if len(words) < 2:
        return dict.fromkeys(words, 1)
    parts: list[str] = []
    params: list[Any] = []
    for number, word in enumerate(words):
        for way in (Word(word.exact, (), 1), Word((), (), 1, word.softs), *Word((), word.ranges, 1).ways()):
            if not (way.exact or way.ranges or way.softs):
                continue
            condition, values = way.condition("k")
            inner = f"SELECT 1 FROM {_TABLE} k WHERE {condition} LIMIT {COMMON // haste}"  # noqa: S608
            parts.append(f"SELECT {number}, (SELECT COUNT(*) FROM ({inner}) t{len(parts)})")  # noqa: S608
            params += values
    totals = dict.fromkeys(words, 0)
    if not parts:
        return totals
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for number, count in cursor.fetchall():
            totals[words[number]] += count
    return totals


def _fence() -> str:
    """Keeps PostgreSQL from turning a look at one customer into a join with all of them."""
    return "" if connection.vendor == "sqlite" else " OFFSET 0"


def _holding(word: Word) -> tuple[str, list[Any]]:
    """SQL: the customer of row k holds this word too."""
    if word.is_seek:
        condition, params = word.condition("o")
        own = "o.tokens = k.tokens AND o.customer_id = k.customer_id"
        return f"EXISTS (SELECT 1 FROM {_TABLE} o WHERE {own} AND {condition}{_fence()})", params  # noqa: S608
    tests, values = [], []
    own = "o.customer_id = k.customer_id"
    for way in (
        Word(word.exact, (), 1),
        Word((), (), 1, word.softs),
        *(Word((), (one,), 1) for one in word.ranges),
    ):
        if way.exact or way.softs or way.ranges:
            condition, params = way.condition("o", seek=not way.softs)
            tests.append(f"EXISTS (SELECT 1 FROM {_TABLE} o WHERE {own} AND {condition}{_fence()})")  # noqa: S608
            values += params
    return f"({' OR '.join(tests)})", values


_Test = tuple[str, list[Any]]


def _visible(user: User) -> _Test:
    """SQL: this person may see the customer of row k. The rule is visible_to's own."""
    rows = Customer.objects.visible_to(user).active().order_by().values("pk")
    sql, params = rows.query.sql_with_params()
    column = connection.ops.quote_name("pk")
    seek = f"SELECT 1 FROM ({sql}) v WHERE v.{column} = k.customer_id{_fence()}"  # noqa: S608
    return f"EXISTS ({seek})", list(params)


def _holders(
    may: _Test, words: Sequence[Word], counts: dict[Word, int], limit: int, scanned: int = SCANNED
) -> list[int]:
    """Customers who hold every one of WORDS, of each spelling the shortest names first; of SCANNED rows of the
    rarest word at most."""
    if not words or not all(counts[word] for word in words):
        return []
    lead, *others = sorted(words, key=counts.__getitem__)
    tests = [*(_holding(word) for word in others), may]
    parts: list[str] = []
    params: list[Any] = []
    ways = lead.ways()
    if others and not all(word.is_seek for word in others):
        scanned = min(scanned, SCANNED_SLOWLY)
    for number, way in enumerate(ways):
        condition, values = way.condition("k")
        each, most = (
            (min(limit, _EACH * len(way.softs)), max(limit, scanned // 4)) if way.softs else (limit, scanned)
        )
        rows = f"SELECT k.customer_id, k.tokens FROM {_TABLE} k WHERE {condition} LIMIT {most}"  # noqa: S608
        sql = f"SELECT k.customer_id FROM ({rows}) k WHERE " + " AND ".join(test for test, _ in tests)  # noqa: S608
        parts.append(f"SELECT * FROM ({sql} LIMIT {each}) w{number}")  # noqa: S608
        params += [*values, *(value for _test, values in tests for value in values)]
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(parts)} LIMIT {2 * limit}", params)
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))[:limit]


def rounds(user: User, text: str, limit: int = CANDIDATES, haste: int = 1) -> Iterator[list[int]]:
    """Ids of customers whose names may be meant by TEXT, in four rounds of at most LIMIT each, asked for as they
    are taken: those who hold all words; near spellings too; all words but one; spellings further away. A round
    may repeat ids of those before and be empty; in no order of merit. With HASTE only one in so many of the rows is
    looked at, and fewer other spellings."""
    asked = query_keys(text)[:MOST_WORDS]
    if not asked:
        return
    try:
        may = _visible(user)
    except EmptyResultSet:
        return
    exact = [_word(token) for token in asked]
    yield _holders(may, exact, _count(exact, haste), limit, SCANNED // haste)
    known = known_words()
    near = [_word(token, known, SPELLINGS // min(haste, 4)) for token in asked]
    counts = _count(near, haste)
    # who holds all of three words holds two of them, and is looked at for those: no need to ask twice in haste
    all_of_them = haste == 1 or len(near) < 3
    yield _holders(may, near, counts, limit, SCANNED_NEAR // haste) if all_of_them else []
    yield _all_but_one(may, near, counts, min(limit, _LAST), haste)
    wide = [_word(token, known, WIDE_SPELLINGS, wide=True) for token in asked]
    yield _holders(may, wide, _count(wide, haste), min(limit, _LAST), SCANNED_FAR // haste)


def _all_but_one(
    may: _Test, words: Sequence[Word], counts: dict[Word, int], limit: int, haste: int
) -> list[int]:
    """Those who hold all words but one, trade words left out first; never on trade words alone."""
    found: dict[int, None] = {}
    for left_out in sorted(range(len(words)), key=lambda at: words[at].weight)[: 3 if haste == 1 else 1]:
        rest = [word for at, word in enumerate(words) if at != left_out]
        if rest and max(word.weight for word in rest) == 1.0:
            found |= dict.fromkeys(_holders(may, rest, counts, limit, SCANNED_FAR // haste))
    return list(found)


def candidates(user: User, text: str, limit: int = CANDIDATES, haste: int = 1) -> list[int]:
    """Ids of customers whose names may be meant by TEXT, at most LIMIT, in no order of merit: first those
    who hold all words; where they are few, also those with near spellings, then those who hold all words
    but one. HASTE as for `rounds`."""
    found: dict[int, None] = {}
    for at, ids in enumerate(rounds(user, text, limit, haste)):
        found |= dict.fromkeys(ids)
        if len(found) >= PLENTY or at == 2:
            break
    return list(found)[:limit]
