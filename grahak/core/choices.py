"""Currencies, countries, time zones and months in the reader's language (Unicode CLDR through Babel),
with those of the first users on top."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.numbers import get_territory_currencies
from django.utils import timezone, translation

FIRST_CURRENCIES = ("INR", "PKR", "BDT", "NPR", "LKR", "AED", "SAR", "GBP", "USD", "EUR")
FIRST_COUNTRIES = ("IN", "PK", "BD", "NP", "LK", "AE", "SA", "GB", "US")
FIRST_ZONES = (
    *("Asia/Kolkata", "Asia/Karachi", "Asia/Dhaka", "Asia/Kathmandu", "Asia/Colombo", "Asia/Dubai"),
    "Europe/London",
)
_NO_COUNTRY = ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO")
_AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

Choices = list[tuple[str, str]]


def _locale() -> Locale:
    return Locale.parse((translation.get_language() or "en").split("-")[0])


def _first(codes: tuple[str, ...], named: dict[str, str]) -> Choices:
    rest = sorted((code for code in named if code not in codes), key=lambda code: named[code])
    return [(code, named[code]) for code in (*codes, *rest) if code in named]


@lru_cache(maxsize=8)
def _currencies(language: str) -> Choices:
    locale = Locale.parse(language)
    today = dt.date.today()  # legal tender on the day the process started is near enough
    used = {
        code
        for country in map(str, locale.territories)
        if len(country) == 2
        for code in get_territory_currencies(country, today, today)
    }
    return _first(FIRST_CURRENCIES, {code: f"{locale.currencies.get(code, code)} ({code})" for code in used})


@lru_cache(maxsize=8)
def _countries(language: str) -> Choices:
    names = Locale.parse(language).territories
    return _first(
        FIRST_COUNTRIES,
        {code: str(name) for code, name in names.items() if len(code) == 2 and code not in _NO_COUNTRY},
    )


def currencies() -> Choices:
    """(ISO 4217 code, "Indian Rupee (INR)") of every currency that is legal tender somewhere today."""
    return _currencies(str(_locale()))


def countries() -> Choices:
    """(ISO 3166 code, name)."""
    return _countries(str(_locale()))


@lru_cache(maxsize=1)
def zones() -> Choices:
    """(IANA name, name with its present distance from UTC)."""
    now = timezone.now()

    def label(name: str) -> str:
        offset = now.astimezone(ZoneInfo(name)).strftime("%z")
        return f"{name.replace('_', ' ')} (UTC{offset[:3]}:{offset[3:]})"

    known = (name for name in available_timezones() if "/" in name and name.split("/")[0] in _AREAS)
    return [*_first(FIRST_ZONES, {name: label(name) for name in known}), ("UTC", "UTC")]


def months() -> list[tuple[int, str]]:
    """(1, "January") … in the reader's language; April, July and January, where fiscal years start, first."""
    names = _locale().months["stand-alone"]["wide"]
    order = [4, 7, 1, *(number for number in range(1, 13) if number not in (4, 7, 1))]
    return [(number, str(names[number])) for number in order]
