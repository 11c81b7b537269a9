"""One written form for one word: the same letters however they were typed, in any script."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from grahak.core.digits import to_ascii_digits

_DROPPED_CATEGORIES: Final = frozenset({"Cf", "Cs", "Co", "Cn"})  # joiners, bidi marks, lone surrogates
_ARABIC_UNIFIED: Final = {
    **dict.fromkeys(map(ord, "يىېۍ"), "ی"),
    **dict.fromkeys(map(ord, "كڪ"), "ک"),
    **dict.fromkeys(map(ord, "هةۃەۀۂ"), "ہ"),
    **dict.fromkeys(map(ord, "أإٱ"), "ا"),
    ord("ۓ"): "ئے",
}
# Letters that Unicode does not take apart into a letter and an accent.
_LATIN_UNIFIED: Final = {
    **{ord("ı"): "i", ord("ł"): "l", ord("đ"): "d", ord("ð"): "d", ord("ø"): "o", ord("ħ"): "h"},
    **{ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th", ord("ŋ"): "ng", ord("ə"): "a"},
}
_LONG_A: Final = re.compile("[یىي]\u0670")  # موسیٰ is Musa: the small alef is heard, the ye only carries it
_SPACES: Final = re.compile(r"\s+")


def _is_vowel_point(codepoint: int) -> bool:
    """Marks that readers leave out: accents on Latin letters, Arabic vowel signs, variation selectors."""
    return (
        0x0300 <= codepoint <= 0x036F
        or 0x0610 <= codepoint <= 0x061A
        or 0x064B <= codepoint <= 0x0652
        or 0x0656 <= codepoint <= 0x065F
        or codepoint in (0x0640, 0x0670)  # tatweel, small alef
        or 0x06D6 <= codepoint <= 0x06ED
        or 0xFE00 <= codepoint <= 0xFE0F
    )


class _Folding(dict[int, str | int | None]):
    """A `str.translate` table that decides about each character once."""

    def __missing__(self, codepoint: int) -> str | int | None:
        char = chr(codepoint)
        category = unicodedata.category(char)
        folded: str | int | None
        if codepoint in _ARABIC_UNIFIED:
            folded = _ARABIC_UNIFIED[codepoint]
        elif codepoint in _LATIN_UNIFIED:
            folded = _LATIN_UNIFIED[codepoint]
        elif category in _DROPPED_CATEGORIES or _is_vowel_point(codepoint):
            folded = None
        elif category == "Cc":
            folded = " "
        else:
            folded = codepoint
        self[codepoint] = folded
        return folded


_FOLDING: Final = _Folding()


def _fold_once(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _LONG_A.sub("ا", folded)
    # Taken apart so that an accent or a vowel point can be dropped, and put together again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", folded).translate(_ACCENTS))
    return _SPACES.sub(" ", to_ascii_digits(folded).translate(_FOLDING)).strip()


# Hamza and madda (U+0653-0655) are kept here: آ is another letter than ا, and ئ than ی.
_ACCENTS: Final = dict.fromkeys([*range(0x0300, 0x0370), 0x0640, *range(0x064B, 0x0653)])


@lru_cache(maxsize=32768)
def normalise(text: str) -> str:
    """The comparable form of a text: idempotent, and never an error.

    NFKC, casefold, ASCII digits; no joiners, bidi marks, tatweel, vowel points or Latin accents; Arabic and
    Urdu letters unified; nukta letters apart (base + nukta); one space between words.
    """
    if text.isascii():
        return _SPACES.sub(" ", text.translate(_FOLDING).lower()).strip()
    for _ in range(6):  # casefolding and composition can feed each other; two rounds nearly always settle it
        folded = _fold_once(text)
        if folded == text:
            break
        text = folded
    return text
