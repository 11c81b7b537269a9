"""One value read as another kind, or as a word of another list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from grahak.core.parsing import Unreadable
from grahak.core.parsing.dates import parse_date
from grahak.customers import custom
from grahak.customers.models import Customer, CustomField, CustomKind, CustomValue


class Carried(NamedTuple):
    """A value in the new field (None or [] where nothing of it fits) and, as text, what did not fit."""

    value: Any
    aside: str


def held_of(field: CustomField, rows: list[CustomValue]) -> Any:
    """The plain value in a customer's rows of a field."""
    if field.kind == CustomKind.CHOICES:
        return [row.text for row in rows]
    return custom.held(field, rows[0])


def carried(old: CustomField, new: CustomField, value: Any, words: Mapping[str, str]) -> Carried:
    """VALUE of OLD as NEW reads it. WORDS leads from words of the old list to those of the new; "" leaves one out."""
    if old.kind == CustomKind.CHOICES and new.kind == CustomKind.CHOICES:
        return _words(new, value, words)
    if old.kind in custom.LISTS and words:
        before = custom.plain(old, value)
        value = [words.get(one, one) for one in (value if isinstance(value, list) else [value])]
        value = [one for one in value if one]
        if not value:
            return Carried(None, before)
        value = value if old.kind == CustomKind.CHOICES else value[0]
    text = custom.plain(old, value)
    try:
        return Carried(_read(new, text), "")
    except (ValidationError, Unreadable):
        return Carried(None, text)


def _words(new: CustomField, value: list[str], words: Mapping[str, str]) -> Carried:
    kept: list[str] = []
    aside: list[str] = []
    for word in value:
        try:
            kept.append(str(custom.cleaned(new, [words.get(word, word)])[0]))
        except (ValidationError, IndexError):
            aside.append(word)
    return Carried(list(dict.fromkeys(kept)), ", ".join(aside))


def _read(new: CustomField, text: str) -> Any:
    match new.kind:
        case CustomKind.DATE:
            return _day(text)
        case CustomKind.CUSTOMER:
            return _customer(text)
    return custom.cleaned(new, text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        found = parse_date(text, day_first=None)
    return found.date() if isinstance(found, dt.datetime) else found


def _customer(text: str) -> Customer:
    found = list(Customer.objects.active().filter(name=text)[:2])
    if len(found) != 1:
        raise ValidationError(text)
    return found[0]


def as_rows(field: CustomField, customer: int, value: Any) -> list[CustomValue]:
    """The rows in which a value stands."""
    if value is None or value == []:
        return []
    if field.kind == CustomKind.CHOICES:
        return [CustomValue(field=field, customer_id=customer, text=word) for word in value]
    column = custom.COLUMNS.get(field.kind, "text")
    return [CustomValue(field=field, customer_id=customer, **{column: value})]
