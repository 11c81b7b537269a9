"""Many names held in memory and ranked for a typed text: what the search box does, without a database."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from grahak.core.names.keys import PREFIX, SKELETON, QueryToken, name_keys, query_keys
from grahak.core.names.likeness import similarity
from grahak.core.names.vocabulary import Vocabulary

BEST: Final = 10
LEAST: Final = 0.4  # a name less alike is not what was meant
_RANKED: Final = 240  # names compared word by word with what was asked
_SURE: Final = 0.86  # with a likeness below it, words further away are asked for too
_PLENTY: Final = 4000  # names held by the rarer words: then a common word only adds to those
_BEGUN: Final = 400  # soft keys that begin with a half-typed word


class Ranked(NamedTuple):
    """A name found: its place in the list that was given, and its likeness (0 to 1)."""

    place: int
    name: str
    score: float


class Names:
    """A list of names, indexed once (about 30,000 names a second) and then asked."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)
        self._held: dict[tuple[str, str], array[int]] = {}
        for place, name in enumerate(self.names):
            for key in name_keys(name):
                self._held.setdefault((key.kind, key.token), array("L")).append(place)
        self._softs = sorted(token for kind, token in self._held if kind == PREFIX)
        self._vocabulary = Vocabulary(self._softs)

    def best(self, text: str, limit: int = BEST, *, typing: bool = True) -> list[Ranked]:
        """At most LIMIT names, the likeliest first (equally likely ones in their given order). With TYPING
        the last word may be half a word."""
        found = self._scored(text, typing, wide=False)
        if not found or found[0].score < _SURE:
            found = self._scored(text, typing, wide=True)
        return found[:limit]

    def _scored(self, text: str, typing: bool, wide: bool) -> list[Ranked]:
        gained: dict[int, float] = {}
        words = [self._ways(token, wide) for token in query_keys(text)]
        for number, (weight, ways) in enumerate(sorted(words, key=lambda word: self._many(word[1]))):
            only = number > 0 and len(gained) >= _PLENTY
            heard: set[int] = set()
            for key, likeness in ways:
                for place in self._held[key]:
                    if place not in heard and (place in gained or not only):
                        heard.add(place)
                        gained[place] = gained.get(place, 0.0) + weight * likeness
        likely = sorted(gained, key=lambda place: (-gained[place], len(self.names[place]), place))[:_RANKED]
        scored = [
            Ranked(at, self.names[at], similarity(text, self.names[at], typing=typing)) for at in likely
        ]
        scored = [one for one in scored if one.score >= LEAST]
        return sorted(scored, key=lambda one: (-one.score, one.place))

    def _many(self, ways: list[tuple[tuple[str, str], float]]) -> int:
        return sum(len(self._held[key]) for key, _likeness in ways)

    def _ways(self, token: QueryToken, wide: bool) -> tuple[float, list[tuple[tuple[str, str], float]]]:
        """What the word weighs, and the keys under which names hold it or a word like it, the likest first."""
        found: dict[tuple[str, str], float] = {}
        for key, likeness in self._keys(token, wide):
            if key in self._held and likeness > found.get(key, 0.0):
                found[key] = likeness
        return token.weight, sorted(found.items(), key=lambda way: -way[1])

    def _keys(self, token: QueryToken, wide: bool) -> Iterator[tuple[tuple[str, str], float]]:
        yield (PREFIX, token.soft), 1.0
        yield (SKELETON, token.skeleton), 0.95
        for near in token.near:
            yield (SKELETON, near), 0.7
        for begin in token.prefixes if token.is_prefix else ():
            at = bisect_left(self._softs, begin)
            for soft in self._softs[at : at + _BEGUN]:
                if not soft.startswith(begin):
                    break
                yield (PREFIX, soft), 0.6 + 0.4 * len(begin) / len(soft)
        for meant in self._vocabulary.meant(token.text, 150 if wide else 60, wide=wide):
            yield (PREFIX, meant.soft), meant.likeness
