"""Which column goes into which of our fields: by heading, then checked against what stands below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from grahak.connect.reading.shapes import Cell, Row
from grahak.connect.reading.synonyms import ImportKind, heading_key, heading_keys, is_other, words_of
from grahak.core.parsing import (
    Unreadable,
    is_blank,
    parse_balance,
    parse_date,
    parse_percent,
    parse_quantity,
    plain_text,
)

# Several columns may go into one of these: texts are put one after the other, amounts are added.
JOINED: Final = frozenset({"name", "customer_name", "address", "note", "tags"})
ADDED: Final = frozenset({"order_tax", "line_tax"})

_NUMBERS = frozenset(
    {
        "opening_balance", "credit_limit", "credit_days", "price", "cost", "stock", "quantity", "unit_price",
        "line_discount", "order_discount", "line_tax", "order_tax", "line_total", "order_total", "shipping",
        "received_amount", "line_ordinal", "lead_worth",
    }
)  # fmt: skip
_DATES = frozenset({"ordered_at", "cancelled_at", "since"})
_ITEM_FIELDS = frozenset({"product_code", "product_name", "quantity", "unit_price"})
_ALIKE = 0.88
_SURE = 90
_NAME_FIELD: Final[dict[ImportKind, str]] = {
    "customers": "name",
    "products": "name",
    "orders": "customer_name",
}
_BY_CONTENT: Final[dict[ImportKind, tuple[str, str]]] = {
    "customers": ("email", "phone"),
    "products": ("", ""),
    "orders": ("customer_email", "customer_phone"),
}


class Match(NamedTuple):
    """A suggestion; `sure` if the heading is one we know, and nothing below it speaks against it."""

    column: str
    field: str
    sure: bool


def suggest_mapping(
    columns: Sequence[str], samples: Iterable[Row | Sequence[Cell]], kind: ImportKind
) -> dict[str, str]:
    """Column name → field for an import of KIND, for the columns we dare to guess.

    A field is suggested once, except those in JOINED (texts put together) and ADDED (amounts summed).
    """
    return {match.column: match.field for match in match_columns(columns, samples, kind)}


def match_columns(
    columns: Sequence[str], samples: Iterable[Row | Sequence[Cell]], kind: ImportKind
) -> list[Match]:
    """The suggestions of `suggest_mapping` in the order of the columns, each sure or not."""
    rows = [row.values if isinstance(row, Row) else row for row in samples]
    below = [[row[index] for row in rows if index < len(row)] for index in range(len(columns))]
    scores: list[tuple[float, int, str]] = []
    for index, column in enumerate(columns):
        for field, score in _by_heading(column, kind):
            if _fits(field, below[index]):
                scores.append((score, index, field))
    chosen = _assign(sorted(scores, key=lambda found: (-found[0], found[1])), kind)
    _guess_by_content(chosen, below, kind)
    return [Match(columns[index], field, score >= _SURE) for index, (field, score) in sorted(chosen.items())]


def _by_heading(column: str, kind: ImportKind) -> Iterable[tuple[str, float]]:
    words = words_of(kind)
    for number, key in enumerate(heading_keys(column)):
        if key in words:
            field, place = words[key]
            yield field, 100 - min(place, 20) * 0.3 - number
            return
    key = heading_key(column)
    if len(key) < 5 or is_other(key):
        return
    best, best_field = 0.0, ""
    for word, (field, _place) in words.items():
        if len(word) >= 4 and (key.startswith(word) or key.endswith(word)):
            ratio = 0.7 + 0.25 * len(word) / len(key)
        else:
            matcher = SequenceMatcher(None, key, word)
            ratio = matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE else 0
            ratio = ratio if ratio >= _ALIKE else 0
        if ratio > best:
            best, best_field = ratio, field
    if best_field:
        yield best_field, 80 * best


def _assign(scores: list[tuple[float, int, str]], kind: ImportKind) -> dict[int, tuple[str, float]]:
    """Surest first; then the fields that depend on what else the file has."""
    chosen: dict[int, tuple[str, float]] = {}
    taken: set[str] = set()
    has_parts = any(field == "name+" for _score, _index, field in scores)
    for score, index, field in scores:
        if has_parts and field == _NAME_FIELD[kind] and score < _SURE:
            continue  # first and last name beat what only sounds like a name
        shared = field in ADDED or (field in JOINED and field in {"address", "note", "tags"})
        if field[-1] in "?+" or index in chosen or (field in taken and not shared):
            continue
        chosen[index] = (field, score)
        taken.add(field)
    per_item = bool(taken & {"product_code", "product_name"}) or {"quantity", "unit_price"} <= taken
    for score, index, field in scores:
        if index in chosen or field[-1] not in "?+":
            continue
        if field == "name+":
            target = _NAME_FIELD[kind]
            if target in taken:
                continue
        else:
            target = ("line_" if per_item else "order_") + field.replace("amount?", "total").rstrip("?")
            if target in taken:
                continue
            taken.add(target)
        chosen[index] = (target, score)
    return chosen


def _guess_by_content(
    chosen: dict[int, tuple[str, float]], below: list[list[Cell]], kind: ImportKind
) -> None:
    taken = {field for field, _score in chosen.values()}
    for field, looks in zip(_BY_CONTENT[kind], (_is_email, _is_phone), strict=True):
        if not field or field in taken:
            continue
        for index, values in enumerate(below):
            known = [value for value in values if not is_blank(value)]
            if index not in chosen and known and sum(map(looks, known)) >= 0.9 * len(known):
                chosen[index] = (field, 50)
                break


def _fits(field: str, values: Sequence[Cell]) -> bool:
    """Whether at least half of the filled cells can be what the field wants; an empty column may be all."""
    known = [value for value in values if not is_blank(value)]
    if not known:
        return True
    if field.endswith("email"):
        test: Callable[[Cell], bool] = _is_email
    elif field in {"phone", "whatsapp", "customer_phone"}:
        test = _has_phone
    elif field in _NUMBERS or field.endswith("?"):
        test = _is_number
    elif field == "tax_rate":
        test = _is_rate
    elif field in _DATES:
        test = _is_date
    elif field in {"name", "customer_name", "product_name"}:
        test = _is_name
    else:
        return True
    return sum(map(test, known)) * 2 >= len(known)


def _is_email(value: Cell) -> bool:
    return isinstance(value, str) and "@" in value and "." in value.rpartition("@")[2]


def _has_phone(value: Cell) -> bool:
    return not _is_email(value) and sum(map(str.isdigit, str(value))) >= 6


def _is_phone(value: Cell) -> bool:
    """Stricter than `_has_phone`: without a heading, amounts and codes must not pass."""
    text = plain_text(str(value)) if isinstance(value, str | int) else ""
    digits = sum(map(str.isdigit, text))
    return 10 <= digits <= 13 and not any(map(str.isalpha, text)) and (text[0] in "+0(" or text[0] in "6789")


def _is_number(value: Cell) -> bool:
    if isinstance(value, int | float | Decimal):
        return True
    for reader in (parse_balance, parse_quantity):
        try:
            reader(value)
        except Unreadable:
            continue
        return True
    return False


def _is_rate(value: Cell) -> bool:
    try:
        parse_percent(value)
    except Unreadable:
        return False
    return True


def _is_date(value: Cell) -> bool:
    if isinstance(value, date):
        return True
    try:
        parse_date(value, day_first=None)
    except Unreadable as error:
        return error.code in {"date_old", "date_far", "date_impossible"}
    return True


def _is_name(value: Cell) -> bool:
    return isinstance(value, str) and not _is_email(value)
