"""What a column holds, judged by its values: numbers and their mark, dates and their order, or text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from grahak.connect.reading.messages import Finding
from grahak.connect.reading.shapes import Cell, Column, ColumnKind
from grahak.core.parsing import (
    Unreadable,
    detect_day_first,
    detect_decimal_mark,
    is_blank,
    parse_balance,
    parse_date,
    parse_quantity,
    plain_text,
)

_TRIED = 60
_TWO_MARKS = re.compile(r"\d[/.\-]\d{1,2}[/.\-]\d")
_LEADING_ZERO = re.compile(r"0\d")


def column_of(index: int, name: str, title: str, values: Sequence[Cell]) -> tuple[Column, list[Finding]]:
    """The column with what its VALUES tell, and warnings where they contradict each other."""
    known = [value for value in values if not is_blank(value)]
    kind = _kind(known)
    warnings: list[Finding] = []
    mark = detect_decimal_mark(known) if kind == "number" else None
    if kind == "number" and mark is None and _both(known, _decimal_votes):
        warnings.append(Finding("numbers_both_ways", {"column": name}))
    day_first = detect_day_first(known) if kind == "date" else None
    if kind == "date" and day_first is None and _both(known, _day_votes):
        warnings.append(Finding("dates_both_ways", {"column": name}))
    return Column(index, name, title, kind, mark, day_first), warnings


def _kind(known: list[Cell]) -> ColumnKind:
    if not known:
        return "blank"
    tried = known[:: max(1, len(known) // _TRIED)][:_TRIED]
    dates = sum(map(_is_date, tried))
    if dates * 10 >= len(tried) * 8:
        return "date"
    numbers = sum(map(_is_number, tried))
    return "number" if numbers * 10 >= len(tried) * 8 else "text"


def _is_date(value: Cell) -> bool:
    if isinstance(value, date):
        return True
    if not isinstance(value, str) or plain_text(value).replace(".", "", 1).isdigit():
        return False  # a bare number may be a day number, but only a person or the mapping can say so
    try:
        parse_date(value, day_first=None)
    except Unreadable as error:
        # An absurd date is still a date: its row will be told so.
        return error.code in {"date_old", "date_far", "date_impossible", "date_year", "date_time"}
    return True


def _is_number(value: Cell) -> bool:
    if isinstance(value, int | float | Decimal):
        return True
    if not isinstance(value, str):
        return False
    text = plain_text(value)
    if _LEADING_ZERO.match(text) or len(text) > 40:
        return False  # codes and phones keep their zeros
    # "5 kg" is a number, "85123A" a code
    for reader in (parse_balance, parse_quantity) if " " in text else (parse_balance,):
        try:
            reader(text)
        except Unreadable as error:
            if error.code in {"number_groups", "number_huge", "number_signed_side"}:
                return True
        else:
            return True
    return False


def _decimal_votes(value: str) -> str | None:
    return detect_decimal_mark([value])


def _day_votes(value: str) -> bool | None:
    return detect_day_first([value]) if _TWO_MARKS.search(plain_text(value)) else None


def _both(values: list[Cell], vote: object) -> bool:
    assert callable(vote)
    votes = {vote(value) for value in values if isinstance(value, str)} - {None}
    return len(votes) > 1
