"""What to store for a name and to look up for a typed text, so that they meet in any of four scripts."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from grahak.core.names.sounds import skeleton, soft_key
from grahak.core.names.tokens import name_words, stem, typed_words, without_article
from grahak.core.names.words import SAME_AS, WEIGHT

PREFIX: Final = "p"
SKELETON: Final = "s"
_SHORT: Final = 4  # letters: words this short are written together with a neighbour (Rai Pur, Bism Illah)
_TRADE: Final = 0.35  # words that weigh no more are not written together with others
_SWAPS: Final = {
    **{"d": "rt", "r": "d", "t": "d", "k": "gc", "g": "kj", "c": "ks", "j": "gsy", "s": "jc", "y": "j"},
    **{"m": "n", "n": "m", "f": "p", "p": "fb", "b": "p"},
}


@dataclass(frozen=True, slots=True)
class Key:
    """One row to store for a name: kind `p` (soft key, asked by prefix) or `s` (skeleton)."""

    kind: str
    token: str  # at most 32 characters
    tokens: int  # words in the name: of two names that share a key, the shorter is the better answer


@dataclass(frozen=True, slots=True)
class QueryToken:
    """One typed word: a name matches it by any prefix in `prefixes`, or by a skeleton.

    Ask for `skeleton` first and for `near` (one slip away, or joined with its neighbour) only when too few
    are found. The last word may be half typed (`is_prefix`): then a skeleton may also begin with one of
    `skeleton_prefixes` (empty while that would be a single letter).
    """

    text: str
    soft: str
    skeleton: str
    near: tuple[str, ...]
    is_prefix: bool
    prefixes: tuple[str, ...]
    skeleton_prefixes: tuple[str, ...]
    weight: float  # 1 for a name, .35 for a trade word


def _joined(left: str, right: str) -> tuple[str, ...]:
    """The skeleton of two words written as one; none for words of two scripts, which nobody writes so."""
    return (skeleton(left + right),) if left.isascii() == right.isascii() else ()


def _joins(words: tuple[str, ...]) -> Iterable[str]:
    """Skeletons of short neighbours written together."""
    for left, right in pairwise(words):
        if min(len(left), len(right)) <= _SHORT and min(WEIGHT.get(left, 1), WEIGHT.get(right, 1)) > _TRADE:
            yield from _joined(left, right)


def name_keys(*names: str) -> list[Key]:
    """The rows that find a customer by any of these names (other scripts, trade name): about two a word.

    Sorted and without repeats; empty names give none. Titles are stored only for a name of titles alone.
    """
    found: dict[tuple[str, str], int] = {}
    for name in names:
        words = name_words(name)
        for word in (*words, *filter(None, map(without_article, words))):
            for kind, token in ((PREFIX, soft_key(word)), (SKELETON, skeleton(stem(word)))):
                if token:
                    found.setdefault((kind, token), len(words))
        for joined in _joins(words):
            found.setdefault((SKELETON, joined), len(words))
    return [Key(kind, token, tokens) for (kind, token), tokens in sorted(found.items())]


def _endings(word: str) -> tuple[str, ...]:
    """Spellings of a half-typed word whose last sound depends on the letter still to come."""
    last = word[-1]
    if last in "cp":
        return (word, word + "h")
    if last in "डढ":
        return (word, word + "\u093c")
    if last == "ن" and len(word) > 1:
        return (word, word[:-1] + "م")
    if last in "ہ\u0902\u0a82" and len(word) > 1:
        return (word, word[:-1])
    return (word,)


def _prefixes(word: str) -> tuple[str, ...]:
    found = [soft_key(ending) for ending in _endings(word)]
    if "\u0915" <= word[-1] <= "\u0939" or "\u0a95" <= word[-1] <= "\u0ab9":
        # A vowel typed next silences the short a before it: कमल, but कमला is Kamla.
        long_a = "\u093e" if word[-1] < "\u0980" else "\u0abe"
        found.append(soft_key(word + long_a)[:-1])
    return tuple(dict.fromkeys(key for key in found if key))


@lru_cache(maxsize=16384)
def _near(bones: str) -> tuple[str, ...]:
    """Skeletons one slip away: a letter too many, or one of the pairs that ears and keyboards confuse."""
    out = []
    for at, letter in enumerate(bones):
        out += [bones[:at] + other + bones[at + 1 :] for other in _SWAPS.get(letter, "")]
    if len(bones) > 2 and bones.isascii() and not bones.isdigit():
        out += [bones[:at] + bones[at + 1 :] for at in range(1 if len(bones) < 4 else 0, len(bones))]
        if bones[0] in "yvh":
            out.append("*" + bones[1:])
        elif bones[0] == "*":
            out += [first + bones[1:] for first in "yvh"]
    return tuple(dict.fromkeys(slip for slip in out if slip != bones))


def query_keys(text: str) -> list[QueryToken]:
    """What to look up for a typed text, a token a word; the last one is a prefix. Empty for no words."""
    words = typed_words(text)
    joins: dict[int, list[str]] = {}
    for at, (left, right) in enumerate(pairwise(words)):
        for joined in _joined(left, right):
            joins.setdefault(at, []).append(joined)
            joins.setdefault(at + 1, []).append(joined)
    out = []
    for at, word in enumerate(words):
        last = at == len(words) - 1
        bones = skeleton(stem(word))
        near = [
            *joins.get(at, []),
            *_near(bones),
            *(slip for joined in joins.get(at, []) for slip in _near(joined)),
        ]
        if bare := without_article(word):
            near.insert(0, skeleton(bare))
        if last and word in SAME_AS:
            near.insert(0, skeleton(SAME_AS[word]))
        begins = [skeleton(ending) for ending in _endings(word)] if last else []
        soft = soft_key(word)
        out.append(
            QueryToken(
                text=word,
                soft=soft,
                skeleton=bones,
                near=tuple(dict.fromkeys(slip for slip in near if slip != bones)),
                is_prefix=last,
                prefixes=_prefixes(word) if last else (soft,),
                skeleton_prefixes=tuple(dict.fromkeys(b for b in begins if len(b) > 1 and b != soft)),
                weight=WEIGHT.get(word, 1.0),
            )
        )
    return out
