"""What a field of a resource is: how it is read from a row, how a value of it is checked, how the schema says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

LARGEST_ID = 2**63 - 1
MOST_WORDS = 100


class Wrong(ValueError):
    """A value that is not one; the sentence says why."""


@dataclass(frozen=True)
class Kind:
    """SCHEMA in JSON Schema (2020-12); TAKE turns a JSON value into Python's or raises Wrong; GIVE turns a row's value
    into what JSON holds (None: as it is; moments, days and decimals are written by the encoder)."""

    schema: dict[str, Any]
    take: Callable[[Any], Any]
    give: Callable[[Any], Any] | None = None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(_("This must be a text."))
    if "\x00" in value:
        raise Wrong(_("This holds a character that cannot be kept."))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong(_("This holds a character that cannot be kept.")) from None
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong(_("This must be a whole number."))
    if abs(value) > LARGEST_ID:
        raise Wrong(_("This number is too large."))
    return value


def _number(value: Any) -> int:
    found = _whole(value)
    if found < 1:
        raise Wrong(_("This must be the number of a record."))
    return found


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(_("This must be true or false."))
    return value


def _decimal(value: Any) -> Decimal:
    """An amount as a text ("1250.50") or a number of JSON; NaN and infinities are none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > 40:
        raise Wrong(_("This must be an amount such as “1250.50”."))
    text = str(value)
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise Wrong(_("This must be an amount such as “1250.50”.")) from None
    if not text.isascii() or "_" in text or text != text.strip() or not found.is_finite():
        raise Wrong(_("This must be an amount such as “1250.50”."))
    if abs(found) >= Decimal(10) ** 14:
        raise Wrong(_("This number is too large."))
    return found


When = TypeVar("When", dt.date, dt.datetime)


def _believable(value: When) -> When:
    """ValueError for a day so far away that reckoning with it (zones, weeks before and after) would pass the calendar's
    end."""
    if not 1900 <= value.year <= 2200:
        raise ValueError(value)
    return value


def _day(value: Any) -> dt.date:
    if not isinstance(value, str) or len(value) != 10:
        raise Wrong(_("This must be a day such as 2026-11-23."))
    try:
        return _believable(dt.date.fromisoformat(value))
    except ValueError:
        raise Wrong(_("This must be a day such as 2026-11-23.")) from None


def _moment(value: Any) -> dt.datetime:
    """RFC 3339 with an offset; kept as UTC."""
    if not isinstance(value, str) or len(value) > 40 or "T" not in value.upper():
        raise Wrong(_("This must be a moment such as 2026-11-23T10:30:00Z."))
    try:
        found = dt.datetime.fromisoformat(value.upper())
        if timezone.is_naive(found):
            raise ValueError
        return _believable(found.astimezone(dt.UTC))
    except (ValueError, OverflowError):
        raise Wrong(_("This must be a moment such as 2026-11-23T10:30:00Z.")) from None


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_WORDS:
        raise Wrong(_("This must be a list of at most 100 texts."))
    return [_text(one) for one in value]


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MOST_WORDS:
        raise Wrong(_("This must be an object."))
    return {_text(key): one for key, one in value.items()}


def _names(value: Any) -> dict[str, str]:
    return {key: _text(one) for key, one in _object(value).items()}


def plain_amount(value: Decimal | None) -> str | None:
    """At least two places, no more than are needed: "1250.50", "0.0125"."""
    if value is None:
        return None
    text = f"{value:f}"
    whole, _dot, places = text.partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"


def plain_quantity(value: Decimal | None) -> str | None:
    """No more places than are needed: "12", "0.5"."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


AMOUNT = r"^-?\d{1,14}(\.\d{1,6})?$"
TEXT = Kind({"type": "string"}, _text)
INT = Kind({"type": "integer", "format": "int64"}, _whole)
ID = Kind({"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST_ID}, _number)
BOOL = Kind({"type": "boolean"}, _bool)
MONEY = Kind({"type": "string", "pattern": AMOUNT, "examples": ["1250.50"]}, _decimal, plain_amount)
QUANTITY = Kind({"type": "string", "pattern": AMOUNT, "examples": ["12.5"]}, _decimal, plain_quantity)
DAY = Kind({"type": "string", "format": "date"}, _day)
MOMENT = Kind({"type": "string", "format": "date-time"}, _moment)
TEXTS = Kind({"type": "array", "items": {"type": "string"}, "maxItems": MOST_WORDS}, _texts)
NAMES = Kind({"type": "object", "additionalProperties": {"type": "string"}}, _names)
OBJECT = Kind({"type": "object"}, _object)
ANY = Kind({}, lambda value: value)


def choice(values: list[str]) -> Kind:
    """One of a few words."""

    def take(value: Any) -> str:
        if value not in values or not isinstance(value, str):
            raise Wrong(_("This must be one of: %(words)s.") % {"words": ", ".join(values)})
        return value

    return Kind({"type": "string", "enum": values}, take)


def objects(schema: dict[str, Any], take: Callable[[dict[str, Any]], Any], most: int) -> Kind:
    """A list of objects (an order's lines)."""

    def taken(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > most:
            raise Wrong(_("This must be a list of at most %(most)s objects.") % {"most": most})
        return [take(_object(one)) for one in value]

    return Kind({"type": "array", "items": schema, "maxItems": most}, taken)


@dataclass(frozen=True)
class Field:
    """One field. PATH is where it stands in the row (as QuerySet.values names it; "" for what `fill` brings).
    WRITE: "both", "add" (only when the record is made), "change" (only afterwards) or "". COLUMN is the name by which
    rights know it."""

    name: str
    kind: Kind
    path: str | None = None
    write: str = ""
    required: bool = False
    nullable: bool = False
    length: int = 0
    column: str = ""
    subject: str = ""  # whose right it falls under, where that is not its resource's own
    says: str = ""
    usual: bool = True  # given where the request names no fields

    @property
    def source(self) -> str:
        return self.name if self.path is None else self.path

    @property
    def known_as(self) -> str:
        return self.column or self.name

    def schema(self, *, writing: bool = False) -> dict[str, Any]:
        found = dict(self.kind.schema)
        if self.length and writing:
            found["maxLength"] = self.length
            if self.required:
                found["minLength"] = 1
        if self.says:
            found["description"] = self.says
        if self.nullable and "type" in found and not (writing and self.required):
            found["type"] = [found["type"], "null"]
            if "enum" in found:
                found["enum"] = [*found["enum"], None]
        return found

    def take(self, value: Any) -> Any:
        """The value of a JSON value. Raises Wrong."""
        if value is None:
            if self.nullable and not self.required:
                return None
            raise Wrong(_("This cannot be empty."))
        found = self.kind.take(value)
        if self.required and isinstance(found, str) and not found.strip():
            raise Wrong(_("This is needed."))
        if self.length and isinstance(found, str) and len(found) > self.length:
            raise Wrong(_("At most %(most)s characters.") % {"most": self.length})
        return found


@dataclass(frozen=True)
class Narrow:
    """A filter of a list: NAME=VALUE in the address. LOOKUP is Django's, or a function (queryset, value). MOVED gives
    for (principal, number) the number that one was merged into, which is then asked for; None where it was not."""

    name: str
    kind: Kind
    lookup: str | Callable[[Any, Any], Any]
    column: str = ""
    says: str = ""
    subject: str = ""
    moved: Callable[[Any, int], int | None] | None = None

    @property
    def known_as(self) -> str:
        return self.column or self.name

    def take(self, text: str) -> Any:
        """The value of a text of the address. Raises Wrong."""
        match self.kind.schema.get("type"):
            case "integer":
                if not (text.lstrip("-").isascii() and text.lstrip("-").isdigit() and len(text) < 20):
                    raise Wrong(_("This must be a whole number."))
                return self.kind.take(int(text))
            case "boolean":
                if text not in ("true", "false"):
                    raise Wrong(_("This must be true or false."))
                return text == "true"
        return self.kind.take(text)

    def apply(self, rows: Any, value: Any) -> Any:
        return self.lookup(rows, value) if callable(self.lookup) else rows.filter(**{self.lookup: value})
