"""The small questions about one cell or row that all kinds of file share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grahak.connect.reading.limits import limits
from grahak.connect.reading.messages import Finding
from grahak.connect.reading.shapes import Cell
from grahak.core.csv_guard import unguard
from grahak.core.parsing import plain_text

# Excel's idiom for "this is text, keep its zeros": ="00123"
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_TOTALS = frozenset(
    plain_text(words).casefold()
    for words in (
        "total", "totals", "grand total", "sub total", "subtotal", "sum", "net total", "carried over", "c/f",
        "کل", "میزان", "کل میزان", "ٹوٹل", "कुल", "कुल योग", "योग", "महायोग", "टोटल",
        "કુલ", "કુલ સરવાળો", "સરવાળો", "ટોટલ",
    )
)  # fmt: skip
_LONGEST_TOTAL = max(map(len, _TOTALS)) + 2


def letters(index: int) -> str:
    """The name a spreadsheet gives a column: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def starts_totals(values: Iterable[Cell]) -> Finding | None:
    """Whether a row is a report's line of totals: its first filled cell says so."""
    for value in values:
        if value is None:
            continue
        if not isinstance(value, str) or len(value) > _LONGEST_TOTAL or value[0].isdigit():
            return None
        if plain_text(value).casefold().rstrip(" :.") in _TOTALS:
            return Finding("row_total", {"text": value})
        return None
    return None


def mend(values: Sequence[Cell], names: Sequence[str]) -> tuple[list[Cell], list[Finding]]:
    """Cut what is too long, take off our guard against formulas, mark what looks like a formula."""
    limit = limits().cell_chars
    mended: list[Cell] = []
    flaws: list[Finding] = []
    for index, value in enumerate(values):
        if isinstance(value, str):
            column = names[index] if index < len(names) else letters(index)
            if len(value) > limit:
                value = value[:limit]
                flaws.append(Finding("cell_cut", {"column": column, "limit": limit}))
            if value[:1] == "=":
                if found := _TEXT_FORMULA.fullmatch(value):
                    value = found[1].strip() or None
                else:
                    flaws.append(Finding("cell_formula", {"column": column}))
            elif value[:1] == "'":
                value = unguard(value).strip() or None
        mended.append(value)
    return mended, flaws
