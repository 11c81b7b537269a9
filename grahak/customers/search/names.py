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
_PARTS: Final = (0, 4, WIDE_SPELLINGS)  # other spellings asked for together: the likeliest first
_LAST: Final = 90  # customers taken in the last rounds
_OWN: Final = 3
_SET: Final = 2  # so many rows of another word are read whole rather than asked for one by one
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
        plain = "" if seek else " || ''"
        kind, token = f"({alias}.kind{plain})", f"({alias}.token{plain})"
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
    """How many rows each word has, up to COMMON a way, in one question; none is asked for a word alone. In HASTE what
    has one in so many of them is taken for common."""
    if len(words) < 2:
        return dict.fromkeys(words, 1)
    most = COMMON // haste
    parts: list[str] = []
    params: list[Any] = []
    for number, word in enumerate(words):
        for way in (Word(word.exact, (), 1), Word((), (), 1, word.softs), *Word((), word.ranges, 1).ways()):
            if not (way.exact or way.ranges or way.softs):
                continue
            condition, values = way.condition("k")
            inner = f"SELECT 1 FROM {_TABLE} k WHERE {condition} LIMIT {most}"  # noqa: S608
            parts.append(f"SELECT {number}, (SELECT COUNT(*) FROM ({inner}) t{len(parts)})")  # noqa: S608
            params += values
    totals = dict.fromkeys(words, 0)
    if not parts:
        return totals
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        for number, count in cursor.fetchall():
            totals[words[number]] += count if count < most else COMMON
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
    # All keys of the customer are read, once: they are few and lie together.
    condition, params = word.condition("o", seek=False)
    own = "o.customer_id = k.customer_id"
    return f"EXISTS (SELECT 1 FROM {_TABLE} o WHERE {own} AND {condition}{_fence()})", params  # noqa: S608


_Test = tuple[str, list[Any]]


def _visible(user: User) -> _Test:
    """SQL: this person may see the customer of row k. The rule is visible_to's own."""
    rows = Customer.objects.visible_to(user).active().order_by().values("pk")
    sql, params = rows.query.sql_with_params()
    column = connection.ops.quote_name("pk")
    seek = f"SELECT 1 FROM ({sql}) v WHERE v.{column} = k.customer_id{_fence()}"  # noqa: S608
    return f"EXISTS ({seek})", list(params)


def _lengths(many: int, way: Word) -> tuple[tuple[str, int], ...]:
    """(SQL, one in how many rows is looked at): names of as many words as were asked for, or more, come before shorter
    ones, which hold them all only where two are written as one or another name of the customer does. A range of the
    index can't be cut so."""
    if many == 1 or way.ranges:
        return (("", 1),)
    return ((f" AND k.tokens >= {many}", 1), (f" AND k.tokens < {many}", 4))


def _holders(
    may: _Test, words: Sequence[Word], counts: dict[Word, int], limit: int, scanned: int = SCANNED
) -> list[int]:
    """Customers who hold every one of WORDS, of each spelling the shortest names first; of SCANNED rows of the
    rarest word at most."""
    return _ids([_asking(may, words, counts, limit, scanned)])[:limit]


def _ids(questions: Sequence[_Test | None]) -> list[int]:
    """The customers that these questions give, asked together, each once."""
    asked = [one for one in questions if one]
    if not asked:
        return []
    sql = " UNION ALL ".join(f"SELECT * FROM ({one}) a{at}" for at, (one, _values) in enumerate(asked))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for _one, values in asked for value in values])
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def _asking(
    may: _Test, words: Sequence[Word], counts: dict[Word, int], limit: int, scanned: int
) -> _Test | None:
    """SQL: at most twice LIMIT rows of such customers, which may repeat; None where there are none."""
    if not words or not all(counts[word] for word in words):
        return None
    lead, *others = sorted(words, key=counts.__getitem__)
    ways = lead.ways()
    if others and not all(word.is_seek for word in others):
        scanned = min(scanned, SCANNED_SLOWLY)
    sets: list[str] = []
    tests: list[_Test] = []
    params: list[Any] = []
    for word in others:
        if counts[word] < min(COMMON, _SET * min(counts[lead], scanned)):
            # Few enough to be read whole, and they lie together.
            condition, values = word.condition("o")
            name = f"h{len(sets)}"
            sets.append(f"{name} AS MATERIALIZED (SELECT o.customer_id FROM {_TABLE} o WHERE {condition})")  # noqa: S608
            tests.append((f"(k.customer_id IN (SELECT customer_id FROM {name})) IS TRUE", []))  # noqa: S608
            params += values
        else:
            tests.append(_holding(word))
    parts: list[str] = []
    for way in ways:
        condition, values = way.condition("k")
        each, most = (
            (min(limit, _EACH * len(way.softs)), max(limit, scanned // 4)) if way.softs else (limit, scanned)
        )
        for long, share in _lengths(len(words), way):
            sql = f"SELECT k.customer_id, k.tokens FROM {_TABLE} k WHERE {condition}{long} LIMIT {most // share}"  # noqa: S608
            params += values
            if not others:
                sql = f"SELECT k.customer_id FROM ({sql}) k WHERE {may[0]} LIMIT {each}"  # noqa: S608
                params += may[1]
            parts.append(f"SELECT * FROM ({sql}) w{len(parts)}")  # noqa: S608
    sql = " UNION ALL ".join(parts)
    if others:
        # Whether they may be seen is asked of those alone who hold all words.
        held = " AND ".join(test for test, _values in tests)
        sql = f"SELECT k.customer_id FROM ({sql}) k WHERE {held}{_fence()}"  # noqa: S608
        sql = f"SELECT k.customer_id FROM ({sql}) k WHERE {may[0]}"  # noqa: S608
        params += [*(value for _test, values in tests for value in values), *may[1]]
    begin = f"WITH {', '.join(sets)} " if sets else ""
    return f"{begin}{sql} LIMIT {2 * limit}", params


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
    # What is rare with near spellings is with spellings further away; how rare is not counted again.
    counts = {word: COMMON + counts[close] for word, close in zip(wide, near, strict=True)}
    yield _holders(may, wide, counts, min(limit, _LAST), SCANNED_FAR // haste)


def _all_but_one(
    may: _Test, words: Sequence[Word], counts: dict[Word, int], limit: int, haste: int
) -> list[int]:
    """Those who hold all words but one, trade words left out first; never on trade words alone."""
    asked = []
    for left_out in sorted(range(len(words)), key=lambda at: words[at].weight)[: 3 if haste == 1 else 1]:
        rest = [word for at, word in enumerate(words) if at != left_out]
        if rest and max(word.weight for word in rest) == 1.0:
            asked.append(_asking(may, rest, counts, limit, SCANNED_FAR // haste))
    return _ids(asked)


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
