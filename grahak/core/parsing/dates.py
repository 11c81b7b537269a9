"""Dates as people and programs write them: either order, ISO, month names, times, Excel's day numbers."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from grahak.core.parsing.errors import Unreadable
from grahak.core.parsing.months import month_numbers, weekday
from grahak.core.parsing.text import plain_text

OLDEST = date(1970, 1, 1)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # Excel's 1900 system, with its 29 February 1900 that never was
_LAST_SERIAL = 2_958_465  # 31 December 9999

_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?", re.ASCII)
_NUMERIC = re.compile(
    r"(\d{1,4})\s*([/.\-]|\s)\s*(\d{1,2})\s*([/.\-]|\s)\s*(\d{4}|\d{2})(?!\d)(.*)", re.DOTALL
)
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?)?")
_WORD = r"([^\d\s,./'\-]{2,})"
_DAY_MONTH = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s\-/.,]*{_WORD}[\s\-/.,']*(\d{{4}}|\d{{2}})(?!\d)(.*)", re.I | re.S
)
_MONTH_DAY = re.compile(
    rf"{_WORD}[\s\-/.]*(\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|[\s\-/.]+)'?(\d{{4}}|\d{{2}})(?!\d)(.*)",
    re.I | re.S,
)
_YEAR_MONTH_DAY = re.compile(rf"(\d{{4}})[\s\-/.,]*{_WORD}[\s\-/.,]*(\d{{1,2}})(?!\d)(.*)", re.I | re.S)
_TIME = re.compile(
    r"""(?:t|\s*,\s*|\s+at\s+|\s+|\s*-\s+)(\d{1,2})
    (?:[:.](\d{2}))?(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?
    \s*(a\.?m\.?|p\.?m\.?)?\s*(z|utc|gmt|ist|pkt|[+-]\d{2}:?\d{2})?""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_YEAR = re.compile(rf"\d{{1,2}}[\s\-/.]*{_WORD}|{_WORD}[\s\-/.]*\d{{1,2}}|\d{{1,2}}[/\-.]\d{{1,2}}", re.I)
_ZONES = {
    "z": UTC,
    "utc": UTC,
    "gmt": UTC,
    "ist": timezone(timedelta(hours=5, minutes=30)),
    "pkt": timezone(timedelta(hours=5)),
}


def parse_date(value: Any, *, day_first: bool | None, today: date | None = None) -> datetime | date:
    """The day, or the moment if a time stands there, in a text or a spreadsheet's cell.

    `day_first`: True reads 03/04/2026 as 3 April, False as 4 March, None as 3 April unless only the other
    fits. With True or False a date that only fits the other way is refused: it is a sign of a mixed column.
    Moments are naive unless the text carries a zone. Refuses days before 1970 and more than a year after
    `today` (for two-digit years too: 71 is 1971).
    """
    found = _value(value, day_first)
    day = found.date() if isinstance(found, datetime) else found
    if day < OLDEST:
        raise Unreadable("date_old", value)
    now = today or datetime.now(UTC).date()
    if day > now + timedelta(days=366):
        raise Unreadable("date_far", value)
    return found


def detect_day_first(samples: Iterable[object]) -> bool | None:
    """Whether a column writes the day before the month; None if no value tells, or values contradict."""
    day_first = month_first = 0
    for sample in samples:
        if not isinstance(sample, str):
            continue
        found = _NUMERIC.match(plain_text(sample))
        if not found or len(found[1]) > 2 or found[2] != found[4]:
            continue
        first, second = int(found[1]), int(found[3])
        if 12 < first <= 31 and 1 <= second <= 12:
            day_first += 1
        elif 12 < second <= 31 and 1 <= first <= 12:
            month_first += 1
    if bool(day_first) == bool(month_first):
        return None
    return day_first > 0


def _value(value: Any, day_first: bool | None) -> datetime | date:
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, bool):
        raise Unreadable("date", value)
    if isinstance(value, int | float):
        return _from_number(value)
    if isinstance(value, str):
        return _from_text(value, day_first)
    raise Unreadable("date_blank" if value is None else "date", "" if value is None else value)


def _from_number(number: int | float) -> datetime | date:
    if isinstance(number, float) and not number.is_integer():
        if not 1 <= number <= _LAST_SERIAL:
            raise Unreadable("date", number)
        seconds = round(number * 86_400)
        return _EXCEL_EPOCH + timedelta(seconds=seconds)
    whole = int(number)
    if 19_000_101 <= whole <= 21_001_231:  # yyyymmdd, as Tally writes days
        return _day(whole // 10_000, whole // 100 % 100, whole % 100, str(whole))
    if not 1 <= whole <= _LAST_SERIAL:
        raise Unreadable("date", number)
    return (_EXCEL_EPOCH + timedelta(days=whole)).date()


@lru_cache(maxsize=65_536)
def _from_text(value: str, day_first: bool | None) -> datetime | date:
    text = plain_text(value)
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)
        except ValueError:
            raise Unreadable("date_impossible", value) from None
    if not text:
        raise Unreadable("date_blank")
    if len(text) > 64:
        raise Unreadable("date", value)
    if found := _COMPACT.fullmatch(text):
        day = _day(int(found[1]), int(found[2]), int(found[3]), value)
        return _at(day, found[4], found[5], found[6], value) if found[4] else day
    if re.fullmatch(r"\d{5}(?:\.\d+)?", text):  # a spreadsheet saved as text keeps its day numbers
        return _from_number(float(text) if "." in text else int(text))
    text = weekday().sub("", text, count=1) if weekday().match(text) else text
    day, rest = _numeric_day(text, day_first, value) or _named_day(text, value)
    return _with_time(day, rest, value)


def _numeric_day(text: str, day_first: bool | None, value: str) -> tuple[date, str] | None:
    found = _NUMERIC.fullmatch(text)
    if not found:
        return None
    first, second, third = found[1], int(found[3]), found[5]
    if len(found[1]) > 2:
        if len(first) == 3 or len(third) > 2:
            raise Unreadable("date", value)
        return _day(int(first), second, int(third), value), found[6]
    day, month = int(first), second
    if day_first is None:
        day_first = not (month > 12 >= day)
    if not day_first:
        day, month = month, day
    if month > 12 >= day:
        raise Unreadable("date_order_day" if day_first else "date_order_month", value)
    return _day(_full_year(third), month, day, value), found[6]


def _named_day(text: str, value: str) -> tuple[date, str]:
    for pattern, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2)), (_YEAR_MONTH_DAY, (1, 2, 3))):
        found = pattern.fullmatch(text)
        if not found:
            continue
        year, name, day = (found[index] for index in order)
        month = month_numbers().get(name.casefold().strip("."))
        if month:
            return _day(_full_year(year), month, int(day), value), found[4]
    raise Unreadable("date_year" if _lacks_year(text) else "date", value)


def _lacks_year(text: str) -> bool:
    found = _NO_YEAR.fullmatch(text)
    if not found:
        return False
    name = found[1] or found[2]
    return name is None or name.casefold().strip(".") in month_numbers()


def _with_time(day: date, rest: str, value: str) -> datetime | date:
    if not rest.strip():
        return day
    found = _TIME.fullmatch(rest.rstrip())
    if not found or not (found[2] or found[5]):
        raise Unreadable("date", value)
    hour, half = int(found[1]), (found[5] or "").lower().replace(".", "")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    moment = _at(day, hour, found[2] or 0, found[3], value)
    if found[4]:
        moment = moment.replace(microsecond=int(found[4][:6].ljust(6, "0")))
    return moment.replace(tzinfo=_zone(found[6], value)) if found[6] else moment


def _at(day: date, hour: int | str, minute: int | str, second: int | str | None, value: str) -> datetime:
    try:
        return datetime(day.year, day.month, day.day, int(hour), int(minute), int(second or 0))
    except ValueError:
        raise Unreadable("date_time", value) from None


def _zone(text: str, value: str) -> timezone:
    known = _ZONES.get(text.lower())
    if known:
        return known
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 14 or minutes > 59:
        raise Unreadable("date_time", value)
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if text[0] == "-" else away)


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    pivot = datetime.now(UTC).year % 100 + 1
    return 2000 + year if year <= pivot else 1900 + year


def _day(year: int, month: int, day: int, value: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("date_impossible", value) from None
