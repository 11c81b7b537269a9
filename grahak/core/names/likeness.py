"""How alike two names sound, from 0 to 1, to put found names in order and to propose duplicates."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from grahak.core.names.normal import normalise
from grahak.core.names.sounds import skeleton, soft_key, sounds
from grahak.core.names.tokens import name_words, stem, typed_words
from grahak.core.names.words import WEIGHT

# What it costs to leave a sound out. Urdu leaves short vowels unwritten; other scripts differ about length.
_GAP: Final = {
    **dict.fromkeys("a@", 0.10),
    **dict.fromkeys("iu", 0.20),
    **dict.fromkeys("eo", 0.30),
    **dict.fromkeys("AIU", 0.35),
    **dict.fromkeys("yvN", 0.30),
    "h": 0.20,
}
# How much a sound counts in a word's length.
_BODY: Final = {**dict.fromkeys("aiueoAIU@", 0.5), **dict.fromkeys("yvh", 0.7)}

_Words = tuple[str, ...]


def _pairs() -> dict[str, float]:
    """Costs of taking one sound for another, by the two characters in both orders; unlisted pairs cost 1."""
    groups = {
        0.04: "kq sS rR nN",
        0.08: "kK gG cC jJ tT dD bB aA iI uU a@ @i @u zJ",
        0.12: "Ie Uo yi yI vu vU vo ei ou @e @o @A @I @U ye",
        0.25: "zj ai au ae ao Ae Ao iu IU eo Ai Au jG",
        0.15: "dR DR",
        0.35: "dr Dr tT dJ zs jy pf vb vB vf",
        0.45: "kg kG Kg KG js jS cs cS Cs CS pb td TD dT nm ln lr gj bf zd Kh Gh qg qG qK qh ck cK cj",
    }
    out: dict[str, float] = {}
    for cost, pairs in groups.items():
        for a, b in pairs.split():
            out.setdefault(a + b, cost)
            out.setdefault(b + a, cost)
    return out


_SWAP: Final = _pairs()
_GOOD: Final = 0.9  # above it, nobody looks for words written together
_JOINED: Final = 0.98
_VOWELS: Final = frozenset("aiueoAIU@")


def _swap_cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    cost = _SWAP.get(a + b)
    if cost is not None:
        return cost
    return 0.4 if a in _VOWELS and b in _VOWELS else 1.0


@lru_cache(maxsize=131072)
def _edit_likeness(a: str, b: str) -> float:
    """1 minus the cheapest way from one string of sounds to the other, over the length of the longer."""
    gaps = [_GAP.get(sound, 1.0) for sound in b]
    row = [0.0]
    for gap in gaps:
        row.append(row[-1] + gap)
    for left in a:
        gap = _GAP.get(left, 1.0)
        diagonal, row[0] = row[0], row[0] + gap
        for at, right in enumerate(b):
            here = diagonal + _swap_cost(left, right)
            diagonal = row[at + 1]
            here = min(here, diagonal + gap, row[at] + gaps[at])
            row[at + 1] = here
    longer = max(sum(_BODY.get(s, 1.0) for s in a), sum(_BODY.get(s, 1.0) for s in b), 1.0)
    return max(0.0, 1.0 - row[-1] / longer)


@lru_cache(maxsize=131072)
def _ratio(a: str, b: str) -> float:
    """Twice the longest common subsequence over both lengths (indel ratio); bit-parallel after Hyyrö 2004."""
    if a == b:
        return 1.0
    if not a or not b:
        return 0.0
    places: dict[str, int] = {}
    for at, char in enumerate(a):
        places[char] = places.get(char, 0) | 1 << at
    full = (1 << len(a)) - 1
    rest = full
    for char in b:
        shared = rest & places.get(char, 0)
        rest = (rest + shared | rest - shared) & full
    return 2 * (len(a) - rest.bit_count()) / (len(a) + len(b))


@lru_cache(maxsize=262144)
def _word_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if len(a) == 1 or len(b) == 1:  # an initial stands for a name
        return 0.6 if sounds(a)[:1] == sounds(b)[:1] else 0.0
    a, b = stem(a), stem(b)
    score = (
        0.5 * _edit_likeness(sounds(a), sounds(b))
        + 0.25 * _ratio(skeleton(a), skeleton(b))
        + 0.25 * _ratio(soft_key(a), soft_key(b))
    )
    return min(score, 0.995)  # only the same letters are the same word


@lru_cache(maxsize=131072)
def _begun_likeness(typed: str, word: str) -> float:
    """Likeness of a half-typed word with a word it may become."""
    whole = _word_likeness(typed, word)
    if typed == word:
        return whole
    if word.startswith(typed):
        return max(whole, 0.97)
    begun, full = soft_key(typed), soft_key(word)
    if begun and full.startswith(begun):
        return max(whole, 0.93)
    heard, target = sounds(typed), sounds(word)
    best = max(
        (_edit_likeness(heard, target[:cut]) for cut in range(max(1, len(heard) - 2), len(heard) + 3)),
        default=0.0,
    )
    return max(whole, 0.9 * best)


@lru_cache(maxsize=65536)
def similarity(query: str, name: str, *, typing: bool = True) -> float:
    """How well a name answers a typed text, 0 to 1; 1 only for the same words.

    Words are paired greedily, best pair first, each counted by its weight (trade words little); two may be
    written together (Rai Pur, Raipur); a word of the name that nobody asked for costs a little. With `typing`
    the last word may be half a word. Without, both names count alike, as for duplicates: an unmatched word on
    either side takes away 5 %.
    """
    asked = typed_words(query) if typing else name_words(query)
    told = name_words(name)
    if not asked or not told:
        return 0.0
    if normalise(query) == normalise(name):
        return 1.0
    score = _aligned(asked, told, typing)
    if score < _GOOD and len(asked) != len(told):
        score = max(score, *(_JOINED * _aligned(*pair, typing) for pair in _joined_ways(asked, told)))
    return score


def _joined_ways(asked: _Words, told: _Words) -> Iterator[tuple[_Words, _Words]]:
    """The longer name with two neighbours written as one (Rai Pur, Raipur), in each possible place."""
    longer = max(asked, told, key=len)
    for at in range(min(len(longer) - 1, 4)):
        joined = (*longer[:at], longer[at] + longer[at + 1], *longer[at + 2 :])
        yield (joined, told) if longer is asked else (asked, joined)


def _aligned(asked: _Words, told: _Words, typing: bool) -> float:
    last = len(asked) - 1
    pairs = sorted(
        (
            (
                (_begun_likeness if typing and at == last else _word_likeness)(word, other),
                -abs(at - place),
                at,
                place,
            )
            for at, word in enumerate(asked)
            for place, other in enumerate(told)
        ),
        reverse=True,
    )
    matched: dict[int, float] = {}
    taken: dict[int, float] = {}
    for score, _, at, place in pairs:
        if score < 0.4:
            break
        if at not in matched and place not in taken:
            matched[at] = taken[place] = score
    gained, whole, alone = _tally(asked, matched)
    told_gained, told_whole, told_alone = _tally(told, taken)
    if typing:
        return gained / whole * (1.0 - min(0.2, 0.02 * told_alone))
    return max(0.0, (gained + told_gained) / (whole + told_whole) - 0.05 * (alone + told_alone))


def _tally(words: _Words, matched: dict[int, float]) -> tuple[float, float, float]:
    """What the matched words bring, what all could bring, and the weight of the unmatched."""
    weights = [WEIGHT.get(word, 1.0) for word in words]
    gained = sum(weights[at] * score for at, score in matched.items())
    return gained, sum(weights), sum(weight for at, weight in enumerate(weights) if at not in matched)
