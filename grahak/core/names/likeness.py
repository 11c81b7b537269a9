"""How alike two names sound, from 0 to 1, to put found names in order and to propose duplicates."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from grahak.core.names.normal import normalise
from grahak.core.names.sounds import skeleton, soft_key, sounds
from grahak.core.names.tokens import name_words, stem, typed_words, without_article
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


class _Match(NamedTuple):
    """How alike a word and the OTHER name's are, and what that COUNTS."""

    score: float
    other: str
    counts: float


def _costs() -> dict[str, dict[str, float]]:
    """What it costs to take one sound for another, both ways; 1 for pairs not listed."""
    groups = {
        0.04: "kq sS rR nN",
        0.08: "kK gG cC jJ tT dD bB aA iI uU a@ @i @u zJ",
        0.12: "Ie Uo yi yI vu vU vo ei ou @e @o @A @I @U ye",
        0.15: "dR DR",
        0.25: "ai au ae ao Ae Ao iu IU eo Ai Au jG",
        0.35: "dr Dr tT dJ zs jy pf vb vB vf",
        0.40: "aI aU AI AU iU io Iu Io ue Ue",
        0.45: "zj kg kG Kg KG js jS cs cS Cs CS pb td TD dT nm ln lr gj bf zd Kh Gh qg qG qK qh ck cK cj",
    }
    out: dict[str, dict[str, float]] = {}
    for cost, pairs in groups.items():
        for pair in pairs.split():
            a, b = pair[0], pair[1]
            out.setdefault(a, {a: 0.0}).setdefault(b, cost)
            out.setdefault(b, {b: 0.0}).setdefault(a, cost)
    return out


_SWAP: Final = _costs()
_ALIKE: Final = 0.8  # below it two words are hardly spellings of one
_UNASKED: Final = 0.04  # a word of the name that nobody typed
_FAR: Final = 0.4  # below it two words are not the same word
_GOOD: Final = 0.9  # above it nobody looks for words written together
_BARE: Final = 0.97  # of a likeness that leaves an article out
_JOINED: Final = 0.98
_STANDS_FOR: Final = 0.75
_UNLIKE_TRADE: Final = 0.8  # of a likeness below that with a trade word: half the town bears it


@lru_cache(maxsize=32768)
def _edit_likeness(a: str, b: str) -> tuple[float, float]:
    """1 minus the cheapest way from one string of sounds to the other, over the length of the longer.

    The second figure is the best such likeness of `a` with a beginning of `b`.
    """
    gaps = [_GAP.get(sound, 1.0) for sound in b]
    row = [0.0]
    for gap in gaps:
        row.append(row[-1] + gap)
    for left in a:
        gap = _GAP.get(left, 1.0)
        swaps = _SWAP.get(left) or {left: 0.0}
        diagonal = row[0]
        beside = row[0] = diagonal + gap
        for at, right in enumerate(b):
            cost = diagonal + swaps.get(right, 1.0)
            diagonal = row[at + 1]
            if diagonal + gap < cost:
                cost = diagonal + gap
            if beside + gaps[at] < cost:
                cost = beside + gaps[at]
            beside = row[at + 1] = cost
    length = max(_body(a), 1.0)
    return max(0.0, 1.0 - row[-1] / max(length, _body(b))), max(0.0, 1.0 - min(row) / length)


@lru_cache(maxsize=32768)
def _body(heard: str) -> float:
    return sum(_BODY.get(sound, 1.0) for sound in heard)


# Twice the longest common subsequence over both lengths (indel ratio); 1 for two empty strings.
_ratio: Final = Indel.normalized_similarity


@lru_cache(maxsize=65536)
def _heard(word: str) -> tuple[str, str, str]:
    bare = stem(word)
    return sounds(bare), skeleton(bare), soft_key(bare)


def _flapped(key: str, heard: str) -> str:
    """The key with the flapped r of what is HEARD as a d."""
    return key.replace("r", "d") if "R" in heard else key


@lru_cache(maxsize=131072)
def word_likeness(a: str, b: str, begun: bool = False) -> float:
    """Likeness (0 to 1) of two words of `name_words`; `begun` when the first may be half of what is meant."""
    if a == b:
        return 1.0
    if begun and b.startswith(a):
        return 0.9 + 0.09 * len(a) / len(b)
    if (bare := without_article(a)) and not b.startswith("ال"):
        return max(_BARE * word_likeness(bare, b), _sounding_likeness(a, b, begun))
    if (bare := without_article(b)) and not a.startswith("ال"):
        return max(_BARE * word_likeness(a, bare, begun), _sounding_likeness(a, b, begun))
    return _sounding_likeness(a, b, begun)


def _sounding_likeness(a: str, b: str, begun: bool) -> float:
    heard_a, bones_a, soft_a = _heard(a)
    heard_b, bones_b, soft_b = _heard(b)
    if len(a) == 1 or len(b) == 1:  # an initial stands for a name
        return 0.6 if heard_a[:1] == heard_b[:1] else 0.0
    bones, soft = _ratio(bones_a, bones_b), _ratio(soft_a, soft_b)
    if ("R" in heard_a) != ("R" in heard_b):  # Sillod and سلوڑ: the flapped r is what others write d
        bones = max(bones, 0.97 * _ratio(_flapped(bones_a, heard_a), _flapped(bones_b, heard_b)))
        soft = max(soft, 0.97 * _ratio(_flapped(soft_a, heard_a), _flapped(soft_b, heard_b)))
    if bones < 0.34 and soft < 0.5:
        return 0.0  # they share next to nothing: not worth the slow part
    whole, beginning = _edit_likeness(heard_a, heard_b)
    score = min(0.5 * whole + 0.25 * bones + 0.25 * soft, 0.995)  # only the same letters are the same word
    if begun:
        rest = 0.75 + 0.18 * len(soft_a) / len(soft_b) if soft_b.startswith(soft_a) else 0.9 * beginning
        score = max(score, rest)
    return score


@lru_cache(maxsize=16384)
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
    if score < _GOOD and len(asked) + len(told) > 2:
        for pair in _joined_ways(asked, told):
            score = max(score, _JOINED * _aligned(*pair, typing))
    return score


def _joined_ways(asked: _Words, told: _Words) -> Iterator[tuple[_Words, _Words]]:
    """The longer name (of two equally long ones either) with two neighbours written as one, where the other name
    has such a word."""
    if len(asked) >= len(told):
        yield from ((joined, told) for joined in _joined_as(asked, told))
    if len(told) >= len(asked):
        yield from ((asked, joined) for joined in _joined_as(told, asked))


def _joined_as(longer: _Words, other: _Words) -> Iterator[_Words]:
    whole = [skeleton(word) for word in other]
    for at in range(min(len(longer) - 1, 4)):
        if longer[at].isascii() != longer[at + 1].isascii():
            continue
        both = longer[at] + longer[at + 1]
        bones = skeleton(both)
        if any(_ratio(bones, one) > 0.65 for one in whole):
            yield (*longer[:at], both, *longer[at + 2 :])


def _aligned(asked: _Words, told: _Words, typing: bool) -> float:
    last = len(asked) - 1
    pairs = sorted(
        (
            (
                word_likeness(word, other, typing and at == last),
                -abs(at - place),
                at,
                place,
            )
            for at, word in enumerate(asked)
            for place, other in enumerate(told)
        ),
        reverse=True,
    )
    matched: dict[int, _Match] = {}
    taken: dict[int, _Match] = {}
    for score, _, at, place in pairs:
        if score < _FAR:
            break
        if at not in matched and place not in taken:
            matched[at], taken[place] = _Match(score, told[place], score), _Match(score, asked[at], score)
    if not typing and len(matched) > 1:
        matched, taken = _strictly(matched), _strictly(taken)
    gained, whole, alone = _tally(asked, matched)
    told_gained, told_whole, told_alone = _tally(told, taken)
    if typing:
        return gained / whole * (1.0 - min(0.2, _UNASKED * told_alone))
    return max(0.0, (gained + told_gained) / (whole + told_whole) - 0.05 * (alone + told_alone))


def _strictly(matched: dict[int, _Match]) -> dict[int, _Match]:
    """What a pair of words lacks counts three times below `_ALIKE`: Mahesh Patel is not Mukesh Patel, however alike the
    family names are."""
    return {
        at: one._replace(counts=one.score - 2 * max(0.0, _ALIKE - one.score)) for at, one in matched.items()
    }


def _tally(words: _Words, matched: dict[int, _Match]) -> tuple[float, float, float]:
    """What the matched words bring, what all could bring, and the weight of the unmatched. A misspelt trade word
    weighs what the one that it stands for weighs."""
    weights = [WEIGHT.get(word, 1.0) for word in words]
    gained = 0.0
    for at, (score, other, counts) in matched.items():
        if score >= _STANDS_FOR:
            weights[at] = min(weights[at], WEIGHT.get(other, 1.0))
        elif weights[at] > WEIGHT.get(other, 1.0):
            counts *= _UNLIKE_TRADE
        gained += weights[at] * max(0.0, counts)
    return gained, sum(weights), sum(weight for at, weight in enumerate(weights) if at not in matched)
