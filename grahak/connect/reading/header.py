"""Which row names the columns: reports put titles and periods above it, and some files have none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from grahak.connect.reading.cells import letters
from grahak.connect.reading.shapes import Cell
from grahak.connect.reading.synonyms import is_known_heading
from grahak.core.parsing import plain_text

_LOOKED_AT = 60
_VALUE = re.compile(r"[-+(]?[^\w\s]{0,3}\s?\d[\d.,/:\- ]*(?:\s?(?:%|dr|cr|am|pm))?\)?\.?", re.IGNORECASE)
_LONGEST_NAME = 100


def header_row(head: Sequence[Sequence[Cell]]) -> int:
    """The number (from 1) of the row of column names, or 0 if the table starts with data.

    Scored: cells that are headings we know, cells of text rather than values, as wide as the rows below.
    """
    filled = [_filled(row) for row in head[:_LOOKED_AT]]
    widest = _usual_width(filled)
    best, best_score = 0, 0.0
    for index, count in enumerate(filled):
        if not count or count < max(1, widest * 0.4):
            continue
        score = _score(head[index], count, widest)
        below = [width for width in filled[index + 1 : index + 6] if width]
        if below and max(below) < count * 0.5:
            score -= 1
        if score > best_score + 0.01:
            best, best_score = index + 1, score
    return best


def name_columns(titles: Sequence[Cell], width: int, first_column: int = 0) -> list[tuple[str, str]]:
    """(name, title) of each column: names are unique ("Amount (2)") and never empty ("Column D")."""
    taken: set[str] = set()
    named: list[tuple[str, str]] = []
    for index in range(width):
        cell = titles[index] if index < len(titles) else None
        title = " ".join(str(cell).replace("\ufeff", "").split())[:_LONGEST_NAME] if cell is not None else ""
        wanted = title or f"Column {letters(first_column + index)}"
        name, number = wanted, 2
        while name.casefold() in taken:
            name, number = f"{wanted} ({number})", number + 1
        taken.add(name.casefold())
        named.append((name, title))
    return named


def _filled(row: Sequence[Cell]) -> int:
    return sum(cell is not None for cell in row)


def _usual_width(filled: list[int]) -> int:
    """How many cells a row of data has: the upper quartile, so that titles and gaps do not count."""
    widths = sorted(width for width in filled if width)
    return widths[len(widths) * 3 // 4] if widths else 0


def _score(row: Sequence[Cell], count: int, widest: int) -> float:
    known = values = texts = 0
    seen: set[str] = set()
    for cell in row:
        if cell is None:
            continue
        if not isinstance(cell, str) or isinstance(cell, date):
            values += 1
            continue
        text = plain_text(cell).casefold()
        if _VALUE.fullmatch(text) or "@" in text or len(text) > _LONGEST_NAME:
            values += 1
        elif text not in seen:
            texts += 1
        seen.add(text)
        known += is_known_heading(cell)
    if values * 2 > count or texts == 0:
        return 0
    coverage = min(1.0, count / max(1, widest))
    return 3 * known / count + known * 0.1 + (texts - 2 * values) / count + 1.5 * coverage
