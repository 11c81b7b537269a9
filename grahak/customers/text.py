"""One line of typed text, made safe to keep and to show: no control characters, no direction overrides."""

from __future__ import annotations

import unicodedata
from typing import Final

# Marks that turn the direction of what stands after them: our pages isolate names, so none is needed.
_TURNING: Final = frozenset({0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF})


def one_line(text: object) -> str:
    """The text with single spaces and without control characters, lone surrogates and direction marks.
    Joiners stay: Urdu and the Indic scripts spell with them. Emoji stay."""
    kept = (
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in str(text)
        if ord(char) not in _TURNING and unicodedata.category(char) != "Cs"
    )
    return " ".join("".join(kept).split())


def many_lines(text: object) -> str:
    """The same for a note or an address, whose lines stay."""
    lines = [one_line(line) for line in str(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip("\n")
