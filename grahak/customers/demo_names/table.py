"""Tables of words in four scripts, one a line: Latin | Hindi | Gujarati | Urdu."""

import unicodedata
from typing import Final, NamedTuple

LANGUAGES: Final = ("en", "hi", "gu", "ur")


class Word(NamedTuple):
    """One name or word as each of the four languages writes it."""

    en: str
    hi: str
    gu: str
    ur: str


def together(*parts: Word) -> Word:
    """Words one after the other, in each script."""
    return Word(*(" ".join(column) for column in zip(*parts, strict=True)))


def listed(text: str) -> frozenset[str]:
    """Read names parted by commas."""
    return frozenset(name.strip() for name in text.replace("\n", " ").split(","))


def words(text: str) -> tuple[Word, ...]:
    """Read a table; ValueError names the line that has not four columns."""
    out = []
    for line in unicodedata.normalize("NFC", text).strip().splitlines():
        columns = [column.strip() for column in line.split("|")]
        if len(columns) != len(LANGUAGES) or not all(columns):
            raise ValueError(f"not four columns: {line!r}")
        out.append(Word(*columns))
    return tuple(out)
