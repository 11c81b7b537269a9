"""Which records are compared at all: those that share a key. Knows no database: it runs in several processes.

Keys are made from sounds (core.names), so that spelling and script do not matter; each kind of key has a largest block
worth looking through: a name that hundreds bear says nothing, unless the town is the same, and a phone that dozens
share is a market's. Blocks that are larger are left out, and memory stays flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations
from typing import Final

from grahak.core.names import name_words, skeleton
from grahak.core.names.tokens import stem
from grahak.core.names.words import WEIGHT
from grahak.customers.duplicates.scoring import MOST_NAMES, Record

PARTS: Final = 64  # files that keys are spread over: a power of two
CAPS: Final = (3, 6, 8, 12)  # the largest block, by the class of a key
_NAME, _IN_TOWN, _ADDRESS, _SLIP = range(4)
_SHORTEST_SLIP: Final = 4


def _hash(kind: int, text: str) -> int:
    """A key of 36 bits, the last two its class: which part it goes to, and its value there, follow from it."""
    number = int.from_bytes(blake2b(text.encode(), digest_size=5).digest(), "big")
    return (number & (1 << 34) - 1) << 2 | kind


@lru_cache(maxsize=65_536)
def _bones(word: str) -> str:
    return skeleton(stem(word))


@lru_cache(maxsize=8_192)
def place(text: str) -> str:
    """The sounds of a town or an area, whatever its script; "" for none."""
    return "".join(_bones(word) for word in name_words(text)) if text.strip() else ""


@lru_cache(maxsize=4_096)
def _of_name(name: str, town: str) -> tuple[int, ...]:
    words = name_words(name)
    telling = [_bones(word) for word in words if WEIGHT.get(word, 1.0) >= 0.6] or [
        _bones(word) for word in words
    ]
    rare = [_bones(word) for word in words if word not in WEIGHT]
    telling = [one for one in telling if one]
    if not telling:
        return ()
    whole = " ".join(sorted(telling))
    joined = telling[0] + "".join(one.lstrip("*") for one in telling[1:])
    found = {
        _hash(_NAME, f"n {whole}"),
        _hash(_NAME, f"j {joined}"),
        _hash(_IN_TOWN, f"c {whole} {town}"),
        _hash(_IN_TOWN, f"c {joined} {town}"),
    }
    if rare and len(rare) < len(telling):
        found.add(_hash(_IN_TOWN, f"c {' '.join(sorted(rare))} {town}"))
    if len(telling) >= 3:  # one word more or less
        for left_out in range(len(telling)):
            rest = " ".join(sorted(telling[:left_out] + telling[left_out + 1 :]))
            found.add(_hash(_IN_TOWN, f"c {rest} {town}"))
    if len(joined) >= _SHORTEST_SLIP:
        found.add(_hash(_SLIP, f"d {joined} {town}"))
        for at in range(len(joined)):
            found.add(_hash(_SLIP, f"d {joined[:at]}{joined[at + 1 :]} {town}"))
    return tuple(found)


def keys_of(record: Record) -> set[int]:
    """The keys of a record; two records that share one are compared."""
    found = {key for name in record.names[:MOST_NAMES] for key in _of_name(name, record.city)}
    found |= {_hash(_ADDRESS, f"p {one}") for one in record.phones}
    found |= {_hash(_ADDRESS, f"e {one}") for one in record.emails}
    if record.tax:
        found.add(_hash(_ADDRESS, f"t {record.tax}"))
    return found


def spread(records: Iterable[Record]) -> list[list[int]]:
    """The keys of RECORDS by part, each with its record's number: (key << 32) | number. Numbers must be below 2^32."""
    parts: list[list[int]] = [[] for _part in range(PARTS)]
    for record in records:
        for key in keys_of(record):
            parts[key >> 2 & PARTS - 1].append((_within(key) << 32) | record.pk)
    return parts


def _within(key: int) -> int:
    """The key without the bits that its part says already; the class stays in the last two."""
    return (key >> 8) << 2 | (key & 3)


def pairs_in(entries: list[int]) -> Iterator[tuple[int, int]]:
    """The pairs (low, high) of one part's entries, some of them more than once. ENTRIES is sorted in place."""
    entries.sort()
    at, end = 0, len(entries)
    while at < end:
        key = entries[at] >> 32
        until = at + 1
        while until < end and entries[until] >> 32 == key:
            until += 1
        if until - at > 1:
            block = sorted({entry & 0xFFFFFFFF for entry in entries[at:until]})
            if 1 < len(block) <= CAPS[key & 3]:
                yield from combinations(block, 2)
        at = until
