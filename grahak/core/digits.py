"""Digits of any script, read as the ASCII digits that machines store and compare."""

import unicodedata
from typing import Final


class _AsciiDigits(dict[int, int]):
    """A `str.translate` table of every decimal digit (Unicode category Nd), filled as digits are met."""

    def __missing__(self, codepoint: int) -> int:
        value = unicodedata.decimal(chr(codepoint), None)
        self[codepoint] = codepoint if value is None else ord("0") + int(value)
        return self[codepoint]


_TABLE: Final = _AsciiDigits()


def to_ascii_digits(text: str) -> str:
    """Replace ۰-۹, ٠-٩, ०-९, ૦-૯ and every other decimal digit of Unicode by 0-9; all else stays.

    Superscripts and numerals without a decimal value (², Ⅻ, ௰) are left alone: they are not typed digits.
    """
    return text if text.isascii() else text.translate(_TABLE)
