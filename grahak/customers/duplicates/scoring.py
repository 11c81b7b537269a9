"""How surely two records are one customer, from 0 to 1, and why. Knows no database: it runs in several processes.

The rules (the trade's own, in docs/duplicates.md): the same phone, e-mail or tax number and a name of at least .6 is
proposed; a name alone from .76 on; a shared phone with another name is a family and not a duplicate. Titles are
dropped and trade words count little (core.names); two different tax numbers are two firms.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from grahak.core.names import name_words, similarity, skeleton
from grahak.core.names.likeness import word_likeness
from grahak.core.names.words import WEIGHT
from grahak.customers.duplicates import reasons as why

WITH_ADDRESS: Final = 0.6
ALONE: Final = 0.76
ALONE_ELSEWHERE: Final = 0.9  # in two different towns
WORD: Final = 0.84  # the least likeness of two spellings of one word
SHARED_WORD: Final = 0.7  # the same where a phone, e-mail or tax number is shared
ONE_WORD: Final = 0.92  # for names with a single word that tells people apart: Patel Traders, Patel Stores
MOST_NAMES: Final = 5


class Record(NamedTuple):
    """What is compared of a customer. PEOPLE are names of its contacts, PHONES the last ten digits, TAX capitals and
    digits only, CITY and AREA the sounds of what is written."""

    pk: int
    kind: str
    names: tuple[str, ...]
    people: tuple[str, ...]
    phones: frozenset[str]
    emails: frozenset[str]
    tax: str
    city: str
    area: str


class Verdict(NamedTuple):
    """SCORE in thousandths, REASONS a sum of customers.duplicates.reasons."""

    score: int
    reasons: int


@lru_cache(maxsize=8_192)
def _telling(name: str) -> tuple[str, ...]:
    """The words of a name that tell people apart; all where it has only words of the trade."""
    words = name_words(name)
    return tuple(word for word in words if word not in WEIGHT) or words


@lru_cache(maxsize=8_192)
def _joined(name: str) -> str:
    return "".join(skeleton(word).lstrip("*") for word in _telling(name))


@lru_cache(maxsize=8_192)
def words_agree(one: str, other: str, *, shared: bool = False) -> float:
    """How much a name must be like another to be asked about, by their words: 0.76 where each word that tells people
    apart has its like (Ramesh and Rakesh are two, whoever their father is), more where there is only one such word,
    and above 1 where one has none. SHARED: they have an address in common, so that a word may be less alike, 0.6 is
    enough, and an initial will do; but a family on one phone shares a surname and is not one person."""
    mine, theirs = _telling(one), _telling(other)
    shorter, longer = (mine, theirs) if len(mine) <= len(theirs) else (theirs, mine)
    for word in shorter:
        if shared and (len(word) == 1 or any(len(told) == 1 and told == word[0] for told in longer)):
            continue  # an initial
        if word in longer:
            continue
        if max(word_likeness(word, told) for told in longer) < (SHARED_WORD if shared else WORD):
            joined = _joined(one)
            agrees = len(joined) > 3 and joined == _joined(other)
            return (WITH_ADDRESS if shared else ALONE) if agrees else 2.0
    if shared:
        return WITH_ADDRESS
    return ALONE if len(shorter) > 1 else ONE_WORD


def name_likeness(ours: tuple[str, ...], others: tuple[str, ...], *, shared: bool) -> tuple[float, bool]:
    """(likeness of the most alike names whose words agree, whether those are of two scripts)."""
    best, scripts = 0.0, False
    for mine in ours[:MOST_NAMES]:
        for theirs in others[:MOST_NAMES]:
            least = words_agree(mine, theirs, shared=shared)
            if least > 1:
                continue
            score = similarity(mine, theirs, typing=False)
            if score > best and score >= least:
                best, scripts = score, mine.isascii() != theirs.isascii() or _block(mine) != _block(theirs)
                if best == 1.0:
                    return best, scripts
    return best, scripts


def _block(text: str) -> int:
    """Which 128 letters of Unicode the first letter beyond Latin is from: the script, roughly."""
    return next((ord(char) >> 7 for char in text if ord(char) > 0x24F), 0)


def compare(one: Record, other: Record) -> Verdict | None:
    """What to say of two records; None where nothing makes them worth asking about."""
    shared = (
        (why.PHONE if one.phones & other.phones else 0)
        | (why.EMAIL if one.emails & other.emails else 0)
        | (why.TAX if one.tax and one.tax == other.tax else 0)
    )
    name, scripts = name_likeness(one.names, other.names, shared=bool(shared))
    if shared and name < WITH_ADDRESS and (one.people or other.people):
        name = max(
            name, name_likeness(one.names + one.people, other.names + other.people, shared=True)[0] - 0.1
        )
    rivals = bool(one.tax and other.tax and one.tax != other.tax)
    far = bool(one.city and other.city and one.city != other.city)
    near = bool(one.city and one.city == other.city and one.area and one.area == other.area)
    if shared and name >= WITH_ADDRESS:
        score = 0.8 + 0.15 * name + 0.03 * (shared.bit_count() - 1) - (0.2 if rivals else 0.0)
    elif shared & why.TAX:
        score = 0.78
    elif name >= (ALONE_ELSEWHERE if far else ALONE) and not rivals:
        score = 0.9 * name - (0.1 if far else 0.0) + (0.05 if near else 0.0)
    else:
        return None
    if one.kind != other.kind:
        score -= 0.03
    found = shared | (why.PLACE if near else 0)
    if name >= ALONE:
        found |= why.SCRIPT if scripts else why.NAME
    return Verdict(max(1, min(1000, round(score * 1000))), found)


def compare_many(
    records: Iterable[Record], asked: Iterable[tuple[int, int]]
) -> list[tuple[int, int, int, int]]:
    """(low, high, score, reasons) of those pairs of RECORDS' numbers ASKED about that are worth showing."""
    known = {record.pk: record for record in records}
    out = []
    for low, high in asked:
        one, other = known.get(low), known.get(high)
        if one is not None and other is not None and (found := compare(one, other)) is not None:
            out.append((low, high, found.score, found.reasons))
    return out
