"""One line of typed text, made safe to keep and to show: no control characters, no direction overrides."""

from __future__ import annotations

import unicodedata
from typing import Final

# Marks that turn the direction of what stands after them: our pages isolate names, so none is needed.
_TURNING: Final = frozenset({0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF})

# Signs that show nothing and spell nothing: with them two equal words would differ.
_UNSEEN: Final = frozenset({0x00AD, 0x115F, 0x1160, 0x200B, 0x2060, 0x2800, 0x3164, 0xFFA0})
_DROPPED: Final = _TURNING | _UNSEEN
_BLANK: Final = frozenset({"Cf", "Zs"})


def one_line(text: object) -> str:
    """The text with single spaces and without control characters, lone surrogates, direction marks and
    signs that nobody sees. Joiners stay: Urdu and the Indic scripts spell with them (joiners alone are nothing). Emoji
    stay."""
    kept = (
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in str(text)
        if ord(char) not in _DROPPED and unicodedata.category(char) != "Cs"
    )
    line = " ".join("".join(kept).split())
    return line if any(unicodedata.category(char) not in _BLANK for char in line) else ""


def many_lines(text: object) -> str:
    """The same for a note or an address, whose lines stay."""
    lines = [one_line(line) for line in str(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(lines).strip("\n")
