"""Reads the fields of a message by name and says by its path which one is wrong. What is not asked for is ignored,
so that a shop may add fields as it likes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from grahak.connect.connectors.documents import Unreadable

LARGEST = Decimal(10) ** 11
MOST_LINES = 5000
LONGEST_ID = 100


def parsed(body: bytes) -> Any:
    """A body as JSON, its numbers exact. Raises Unreadable with the code "not_json"."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, InvalidOperation):
        raise Unreadable("", "not_json") from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


class Fields:
    """One object of a message. PATH is where it stands, for telling."""

    def __init__(self, data: Any, path: str = "") -> None:
        if not isinstance(data, dict):
            raise Unreadable(path, "not_object")
        self.data, self.path = data, path

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        return self.data.get(name) not in (None, "")

    def text(self, name: str, most: int = 200) -> str:
        """One line of text, cut to MOST characters; "" where there is none. Raises for a list or an object."""
        value = self.data.get(name)
        if value is None:
            return ""
        if isinstance(value, dict | list):
            raise Unreadable(self.at(name), "not_text")
        return " ".join(str(value).replace("\x00", "").split())[:most]

    def id(self, name: str = "id", *, needed: bool = True) -> str:
        """A number or word that names something. 0 is none (WooCommerce's guests)."""
        value = self.data.get(name)
        if value in (None, "", 0, "0"):
            if needed:
                raise Unreadable(self.at(name), "missing")
            return ""
        if isinstance(value, bool | dict | list | Decimal):
            raise Unreadable(self.at(name), "not_id")
        told = self.text(name, LONGEST_ID + 1)
        if len(told) > LONGEST_ID:
            raise Unreadable(self.at(name), "too_long", most=LONGEST_ID)
        return told

    def amount(self, name: str, default: Decimal | None = Decimal(0)) -> Decimal:
        """A number as a Decimal; where it is missing DEFAULT, or with None an error."""
        value = self.data.get(name)
        if value is None or value == "":
            if default is None:
                raise Unreadable(self.at(name), "missing")
            return default
        return self._number(name, value)

    def maybe(self, name: str) -> Decimal | None:
        """A number, or None where it is not told."""
        value = self.data.get(name)
        return None if value is None or value == "" else self._number(name, value)

    def _number(self, name: str, value: Any) -> Decimal:
        if isinstance(value, bool | dict | list):
            raise Unreadable(self.at(name), "not_number", text=str(value)[:40])
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            raise Unreadable(self.at(name), "not_number", text=str(value)[:40]) from None
        if not number.is_finite():
            raise Unreadable(self.at(name), "not_number", text=str(value)[:40])
        if abs(number) > LARGEST:
            raise Unreadable(self.at(name), "too_large", text=str(value)[:40])
        return number

    def moment(self, name: str, *, needed: bool = False) -> dt.datetime | None:
        """An aware moment by ISO 8601; without a zone it is UTC."""
        value = self.data.get(name)
        if value is None or value == "":
            if needed:
                raise Unreadable(self.at(name), "missing")
            return None
        try:
            read = dt.datetime.fromisoformat(value)
            aware = read if read.tzinfo else read.replace(tzinfo=dt.UTC)
            return aware.astimezone(dt.UTC)
        except (TypeError, ValueError, OverflowError):
            raise Unreadable(self.at(name), "not_date", text=str(value)[:40]) from None

    def when(self, name: str) -> dt.datetime:
        """A moment that must be there."""
        found = self.moment(name, needed=True)
        assert found is not None
        return found

    def inner(self, name: str) -> Fields | None:
        """An object within; None where there is none."""
        value = self.data.get(name)
        return None if value is None or value == [] else Fields(value, self.at(name))

    def each(self, name: str) -> Iterator[Fields]:
        """The objects of a list; nothing where it is missing."""
        value = self.data.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            raise Unreadable(self.at(name), "not_list")
        if len(value) > MOST_LINES:
            raise Unreadable(self.at(name), "list_long", most=MOST_LINES)
        for place, item in enumerate(value):
            yield Fields(item, f"{self.at(name)}[{place}]")

    def yes(self, name: str) -> bool:
        return self.data.get(name) in (True, 1, "1", "true", "yes")
