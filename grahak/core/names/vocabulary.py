"""The words that are known to a shop, asked for those that a misspelt word may have meant."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Indel

from grahak.core.names.sounds import skeleton, soft_key
from grahak.core.names.tokens import stem

MOST: Final = 300_000  # words kept; what comes later is found by its keys alone
_TOLD: Final = 1000  # answers kept
_LOOKED_AT: Final = 120
_FAR: Final = 0.5  # indel likeness of soft keys below which no word is looked at
_LIKELY: Final = 0.62
_NEAR: Final = 0.72  # of the best one's likeness
_FAR_WIDE: Final = 0.3
_LIKELY_WIDE: Final = 0.46
_VOWELS: Final = frozenset("aiu")
# Where else a word may begin: the ear takes these first letters for one another.
_BEGINS: Final = {
    **dict.fromkeys("aiuh", "aiuh"),
    **{"k": "kgc", "g": "gkj", "c": "cksj", "j": "jgcs", "s": "scj", "t": "td", "d": "dtr", "r": "rd"},
    **{"n": "nm", "m": "mn", "p": "pbf", "b": "bpu", "f": "fpu", "l": "l"},
}
_UNHEARD: Final = str.maketrans("", "", "aiuh")
_COARSE: Final = str.maketrans("gcjdbfm", "ksstppn")  # consonants that differ in voice or place alone


class Meant(NamedTuple):
    """A known word by its soft key, and how like the typed one it is (0 to 1)."""

    soft: str
    likeness: float


@lru_cache(maxsize=65536)
def bones_of(soft: str) -> str:
    """The skeleton that a soft key leaves when its vowels are taken out, as `skeleton` writes it."""
    first = "*" if soft[:1] in _VOWELS else soft[:1]
    return first + soft[1:].translate(_UNHEARD)


class Vocabulary:
    """Soft keys, each once. Asking costs one pass in C over those that begin alike: 3 to 8 ms of 150,000."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._known: set[str] = set()
        self._words: dict[str, list[str]] = {}  # by first letter
        self._told: dict[
            tuple[str, int, bool], list[Meant]
        ] = {}  # while one types, the words before are asked again
        self.add(words)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, words: Iterable[str]) -> None:
        """Take in soft keys; those known already cost nothing. Keys of other scripts and numbers stay out."""
        for word in words:
            if word not in self._known and len(self._known) < MOST and len(word) > 1 and word.isascii():
                self._known.add(word)
                self._told.clear()
                if not word.isdigit():
                    self._words.setdefault(word[0], []).append(word)

    def meant(self, word: str, limit: int = 24, *, wide: bool = False) -> list[Meant]:
        """At most LIMIT known words that a normalised word may stand for, the likeliest first.

        Likeness is half that of the soft keys, half that of the consonants in them (indel ratios): short
        vowels are left out in Urdu and are what people spell as they like. WIDE looks further, with voiced
        and unvoiced consonants taken for one: for when nothing good was found.
        """
        told = self._told.get((word, limit, wide))
        if told is None:
            if len(self._told) >= _TOLD:
                self._told.clear()
            told = self._told[word, limit, wide] = self._meant(word, limit, wide)
        return told

    def _meant(self, word: str, limit: int, wide: bool) -> list[Meant]:
        bare = stem(word)
        asked, bones = soft_key(bare), skeleton(bare)
        if len(asked) < 2 or not asked.isascii() or asked.isdigit():
            return []
        begins = self._words if wide else _BEGINS.get(asked[0], asked[0])
        coarse = bones.translate(_COARSE)
        scored: dict[str, float] = {}
        for begin in begins:
            known = self._words.get(begin, [])
            least, most = (_FAR_WIDE, _LOOKED_AT // 2) if wide else (_FAR, _LOOKED_AT)
            for soft, like, _at in process.extract(
                asked, known, scorer=Indel.normalized_similarity, score_cutoff=least, limit=most
            ):
                other = bones_of(soft)
                same = Indel.normalized_similarity(bones, other)
                if wide:
                    same = max(same, 0.95 * Indel.normalized_similarity(coarse, other.translate(_COARSE)))
                scored[soft] = 0.5 * like + 0.5 * same
        floor = _LIKELY_WIDE if wide else max(_LIKELY, _NEAR * max(scored.values(), default=0.0))
        best = sorted((-likeness, soft) for soft, likeness in scored.items() if likeness >= floor)
        return [Meant(soft, -minus) for minus, soft in best[:limit]]
