"""What all readers do first: native digits to 0-9, invisible marks away, odd spaces to plain ones."""

import unicodedata

from grahak.core.digits import to_ascii_digits

# Direction marks, joiners and byte-order marks come along when people copy from WhatsApp and web pages.
_INVISIBLE = dict.fromkeys(
    (0x00AD, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF)
)
_BLANKS = frozenset({"", "-", "--", "–", "—", "nil", "n/a", "na", "null", "none", "#n/a", "\\n", "."})


def plain_text(text: str) -> str:
    """The text in NFKC with digits 0-9 whatever the script, no invisible marks, no space around it."""
    if text.isascii():
        return text.strip()
    return to_ascii_digits(unicodedata.normalize("NFKC", text).translate(_INVISIBLE)).strip()


def is_blank(value: object) -> bool:
    """Whether a cell of numbers, dates or phones says "nothing here": empty, a dash, "nil", "N/A".

    Not for names: a customer may well be called Na.
    """
    if value is None:
        return True
    return isinstance(value, str) and plain_text(value).casefold() in _BLANKS
