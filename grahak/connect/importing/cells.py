"""Reads the cells of a row by field, in database units, remembering what it has read: files repeat themselves."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from grahak.connect.reading import ADDED, JOINED
from grahak.core.parsing import (
    Unreadable,
    clean_email,
    is_blank,
    parse_balance,
    parse_date,
    parse_decimal,
    parse_phone,
    parse_quantity,
)

MONEY = 10_000
QUANTITY = 1_000
_REMEMBERED = 200_000


class CellError(ValueError):
    """A cell that cannot be used: its field, and a code with values that is told in the reader's language."""

    def __init__(self, field: str, code: str, **params: Any) -> None:
        super().__init__(field, code)
        self.field, self.code, self.params = field, code, params


class Cells:
    """Readers for one file: COLUMNS are its column names, MAPPING tells {column name: field}."""

    def __init__(
        self,
        columns: Sequence[str],
        mapping: dict[str, str],
        *,
        zone: ZoneInfo,
        today: dt.date,
        regions: Sequence[str],
        day_first: dict[str, bool | None] | None = None,
        decimal_mark: dict[str, str | None] | None = None,
    ) -> None:
        self.at: dict[str, list[int]] = {}
        for index, name in enumerate(columns):
            if mapping.get(name):
                self.at.setdefault(mapping[name], []).append(index)
        self.only = {field: places[0] for field, places in self.at.items() if len(places) == 1}
        names = {field: columns[places[0]] for field, places in self.at.items()}
        self.zone, self.today, self.regions = zone, today, tuple(regions)
        self._day_first = {field: (day_first or {}).get(name) for field, name in names.items()}
        self._mark = {field: (decimal_mark or {}).get(name) for field, name in names.items()}
        self._texts: dict[Any, str] = {}
        self._numbers: dict[str, dict[Any, int]] = defaultdict(dict)
        self._moments: dict[Any, dt.datetime] = {}

    def raw(self, values: Sequence[Any], field: str) -> Any:
        """The first filled cell among the columns of a field, or None."""
        for index in self.at.get(field, ()):
            if index < len(values):
                value = values[index]
                if value is not None and not (isinstance(value, str) and not value.strip()):
                    return value
        return None

    def text(self, values: Sequence[Any], field: str, most: int = 200) -> str:
        """The cell as one line of text; "" where empty. A whole number from a spreadsheet loses its ".0"."""
        place = self.only.get(field)
        if place is not None:
            value = values[place] if place < len(values) else None
            if value is None:
                return ""
            known = self._texts.get(value)
            if known is not None and len(known) <= most:
                return known
            known = self._joined([value], field, most)
            if len(self._texts) < _REMEMBERED:
                self._texts[value] = known
            return known
        places = self.at.get(field)
        if places is None:
            return ""
        if field in JOINED:
            return self._joined([values[place] for place in places if place < len(values)], field, most)
        value = self.raw(values, field)
        return "" if value is None else self._joined([value], field, most)

    @staticmethod
    def _joined(parts: list[Any], field: str, most: int) -> str:
        whole = [int(part) if isinstance(part, float) and part.is_integer() else part for part in parts]
        text = " ".join(
            word for part in whole if part is not None for word in str(part).replace("\x00", "").split()
        )
        if len(text) > most:
            raise CellError(field, "too_long", most=most, text=text[:40] + "…")
        return text

    def units(self, values: Sequence[Any], field: str, scale: int) -> int | None:
        """A number in database units (money × 10,000, quantity × 1,000; one scale a field); None where empty.
        Columns of a field in ADDED (CGST, SGST, …) are summed."""
        place = self.only.get(field)
        if place is not None:
            value = values[place] if place < len(values) else None
            if value is None:
                return None
            known = self._numbers[field].get(value)
            return known if known is not None else self._number(value, field, scale)
        places = self.at.get(field)
        if places is None:
            return None
        if field in ADDED:
            parts = [self._number(values[place], field, scale) for place in places if place < len(values)]
            filled = [part for part in parts if part is not None]
            return sum(filled) if filled else None
        return self._number(self.raw(values, field), field, scale)

    def _number(self, value: Any, field: str, scale: int) -> int | None:
        if is_blank(value):
            return None
        mark: Any = self._mark.get(field)
        try:
            if scale == QUANTITY:  # registers print the unit behind it: "12.00 Nos"
                number = parse_quantity(value, decimal_mark=mark).number
            else:
                number = parse_decimal(value, decimal_mark=mark)
        except Unreadable as error:
            raise CellError(field, error.code, **error.params) from None
        units = int((number * scale).to_integral_value())
        if abs(units) > 9 * 10**17:
            raise CellError(field, "number_huge", text=str(value)[:40])
        if len(self._numbers[field]) < _REMEMBERED:
            self._numbers[field][value] = units
        return units

    def balance(self, values: Sequence[Any], field: str) -> int | None:
        """An opening balance: Dr or plain is what they owe us (positive), Cr negative."""
        value = self.raw(values, field)
        if is_blank(value):
            return None
        mark: Any = self._mark.get(field)
        side = self.text(values, "balance_side", 40)
        try:
            return int((parse_balance(value, decimal_mark=mark, side=side) * MONEY).to_integral_value())
        except Unreadable as error:
            raise CellError(field, error.code, **error.params) from None

    def moment(self, values: Sequence[Any], field: str) -> dt.datetime | None:
        """An aware moment; a bare day is its noon by the shop's clock, so that it stays that day anywhere."""
        value = self.raw(values, field)
        if value is None:
            return None
        found = self._moments.get(value)
        if found is not None:
            return found
        if is_blank(value):
            return None
        try:
            read = parse_date(value, day_first=self._day_first.get(field), today=self.today)
        except Unreadable as error:
            raise CellError(field, error.code, **error.params) from None
        if not isinstance(read, dt.datetime):
            read = dt.datetime.combine(read, dt.time(12))
        moment = read if read.tzinfo else read.replace(tzinfo=self.zone)
        if len(self._moments) < _REMEMBERED:
            self._moments[value] = moment
        return moment

    def day(self, values: Sequence[Any], field: str) -> dt.date | None:
        moment = self.moment(values, field)
        return moment.astimezone(self.zone).date() if moment else None

    def phone(self, values: Sequence[Any], field: str) -> tuple[str, str]:
        """(E.164, as typed); ("", "") where empty. A number that no country uses is refused by field."""
        value = self.raw(values, field)
        if is_blank(value):
            return "", ""
        try:
            phone = parse_phone(value, self.regions)
        except Unreadable as error:
            raise CellError(field, error.code, **error.params) from None
        if not phone.valid:
            raise CellError(
                field, "phone_invalid", text=phone.typed[:60], digits=sum(map(str.isdigit, phone.typed))
            )
        return phone.e164, phone.typed

    def email(self, values: Sequence[Any], field: str) -> str:
        value = self.raw(values, field)
        if is_blank(value):
            return ""
        try:
            return clean_email(value)
        except Unreadable as error:
            raise CellError(field, error.code, **error.params) from None


def decimal_of(units: int, scale: int) -> Decimal:
    """Database units as a Decimal."""
    return Decimal(units) / scale


def usable(row: Any) -> bool:
    """Whether a row is one of data: False for a row of totals. Raises CellError for a damaged row."""
    for flaw in row.flaws:
        if flaw.level == "error":
            raise CellError("", flaw.code, **flaw.params)
        if flaw.level == "skip":
            return False
    return True
