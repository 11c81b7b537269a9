"""Filters of our own for texts: money, number and date, each as the reader of the mail writes them.

The reader's language comes with the values, under the name LANGUAGE, so that one template serves all of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.dates import format_date, format_datetime
from liquid import RenderContext
from liquid.exceptions import FilterArgumentError

from grahak.core import business, money
from grahak.core.digits import to_ascii_digits

LANGUAGE = "_language"
STYLES = ("short", "medium", "long", "full")
# Liquid's own codes (those of strftime), in Unicode's date patterns (UTS 35), which know the names of months
_CODES = {
    "d": "dd", "-d": "d", "e": "d", "m": "MM", "-m": "M", "B": "MMMM", "b": "MMM", "Y": "y", "y": "yy",
    "A": "EEEE", "a": "EEE", "H": "HH", "M": "mm", "I": "hh", "p": "a", "%": "%",
}  # fmt: skip
_CODE = re.compile(r"%(-?[A-Za-z%])")
RTL = frozenset({"ur"})


class Day(str):
    """A day that reads as words ("21 November") and can be said otherwise by `date`. DATE is the day itself."""

    date: dt.date

    def __new__(cls, date: dt.date, words: str) -> Day:
        made = super().__new__(cls, words)
        made.date = date
        return made


def _language(context: RenderContext) -> str:
    found = context.resolve(LANGUAGE, default="en")
    return found if isinstance(found, str) and found else "en"


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or value is None or value == "":
        return None
    try:
        return Decimal(to_ascii_digits(str(value)).replace(",", ""))
    except InvalidOperation:
        return None


def _isolated(text: str, language: str) -> str:
    """Figures keep their order inside a line that runs from the right (Unicode's isolates, UAX 9)."""
    return f"\u2066{text}\u2069" if language in RTL else text


def as_money(value: Any, places: Any = 0, *, context: RenderContext) -> str:
    """An amount with the sign of the shop's currency; nothing where there is no number."""
    number = _decimal(value)
    if number is None:
        return ""
    return _isolated(money.written(Decimal(number), _places(places)), _language(context))


def as_number(value: Any, places: Any = 0, *, context: RenderContext) -> str:
    """A number, grouped as in this shop."""
    number = _decimal(value)
    return (
        ""
        if number is None
        else _isolated(money.figure(Decimal(number), _places(places)), _language(context))
    )


def _places(asked: Any) -> int:
    number = _decimal(asked)
    if number is None or not 0 <= number <= 4:
        raise FilterArgumentError("0 to 4 decimal places", token=None)
    return int(number)


def as_date(value: Any, style: Any = "", *, context: RenderContext) -> str:
    """A day in the reader's language: "short", "medium", "long" or "full" (with the weekday), or Liquid's codes
    such as "%-d %B". "today" is today."""
    day = _day(value)
    if day is None:
        return ""
    language, style = _language(context), str(style or "")
    if not style:
        pattern = "d MMMM" if day.year == business.today().year else "d MMMM y"
        return format_date(day, pattern, locale=language)
    if style in STYLES:
        return format_date(day, style, locale=language)
    return _by_codes(day, style, language)


def _by_codes(day: dt.date, style: str, language: str) -> str:
    moment = day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time.min)

    def said(found: re.Match[str]) -> str:
        pattern = _CODES.get(found.group(1))
        if pattern is None:
            raise FilterArgumentError(f"there is no %{found.group(1)}", token=None)
        return "%" if pattern == "%" else format_datetime(moment, pattern, locale=language)

    return _CODE.sub(said, style)


def _day(value: Any) -> dt.date | None:
    if isinstance(value, Day):
        return value.date
    if isinstance(value, dt.datetime):
        return value.astimezone(business.zone()) if value.tzinfo else value
    if isinstance(value, dt.date):
        return value
    if value in ("today", "now"):
        return business.today()
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _in_context(filter_: Callable[..., str]) -> Callable[..., str]:
    filter_.with_context = True  # type: ignore[attr-defined]
    return filter_


OURS: dict[str, Callable[..., str]] = {
    "money": _in_context(as_money),
    "number": _in_context(as_number),
    "date": _in_context(as_date),
}
