"""How many segments a text takes on the way: GSM 03.38 where every sign is in its alphabet, else UCS-2.

3GPP TS 23.038 §6.2.1: 160 septets alone, 153 each where joined; signs of the extension table take two and are not cut
apart. UCS-2: 70 units of UTF-16 alone, 67 each where joined; a pair of surrogates is not cut apart. The national
language tables (Hindi, Urdu, Gujarati) exist, but gateways do not use them; such texts go as UCS-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = "\f^{}\\[~]|€"
_ONE, _TWO = frozenset(BASIC), frozenset(EXTENSION)


@dataclass(frozen=True)
class Size:
    """How long a text is: UNITS of the alphabet ("GSM" or "Unicode"), in so many SEGMENTS; LEFT units still fit into
    the last one. FOREIGN are the signs that keep it from GSM, each once, in the order of the text."""

    alphabet: str
    units: int
    segments: int
    left: int
    foreign: str = ""

    @property
    def is_unicode(self) -> bool:
        return self.alphabet == "Unicode"


def size(text: str) -> Size:
    """The size of TEXT as it is sent. An empty text takes no segment."""
    foreign = "".join(dict.fromkeys(char for char in text if char not in _ONE and char not in _TWO))
    if foreign:
        widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
        return _counted("Unicode", widths, 70, 67, foreign)
    return _counted("GSM", [2 if char in _TWO else 1 for char in text], 160, 153, "")


def _counted(alphabet: str, widths: list[int], alone: int, joined: int, foreign: str) -> Size:
    units = sum(widths)
    if units <= alone:
        return Size(alphabet, units, 1 if units else 0, alone - units if units else alone, foreign)
    segments, room = 1, joined
    for width in widths:
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return Size(alphabet, units, segments, room, foreign)
