"""Where a recipient's clock is: told by the phone number's area (ITU-T E.164, as phonenumbers knows it), else by the
country, else it is the shop's."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as phone_zones

SHORT, LONG = (
    4,
    9,
)  # characters of a number, with its plus: enough for most countries; for those with several zones

KNOWN = (  # of zones with the same clock the one that people know, rather than an island
    *("Europe/London", "Europe/Madrid", "Europe/Lisbon", "America/New_York", "America/Chicago"),
    *("America/Sao_Paulo", "America/Mexico_City", "Asia/Shanghai", "Australia/Sydney", "Pacific/Auckland"),
)


@lru_cache(maxsize=20_000)
def zones_of_number(start: str) -> tuple[str, ...]:
    """The zones of the numbers that begin like this ("+9198", "+1212"); none where it is no number."""
    try:
        number = phonenumbers.parse(start.ljust(12, "0"))
    except phonenumbers.NumberParseException:
        return ()
    found = phone_zones.time_zones_for_geographical_number(number)
    return tuple(name for name in found if _zone(name) is not None)


@lru_cache(maxsize=500)
def zones_of_country(country: str) -> tuple[str, ...]:
    """The zones of a country by its two letters (ISO 3166); none for one that is not known."""
    code = phonenumbers.country_code_for_region(country.upper())
    return zones_of_number(f"+{code}") if code else ()


def has_several(start: str, at: dt.datetime) -> bool:
    """Whether more of the number tells more: the country of its calling code has clocks that differ."""
    try:
        code = phonenumbers.parse(start.ljust(12, "0")).country_code
    except phonenumbers.NumberParseException:
        return False
    return len({_offset(name, at) for name in zones_of_number(f"+{code}")}) > 1


def zone_of(country: str, start: str, shop: str, at: dt.datetime) -> str:
    """The zone of somebody with a COUNTRY and a phone that begins with START; "" where their clock shows what the
    SHOP's does. Of several the middle one, so that nobody is off by much."""
    found = zones_of_number(start) if start else ()
    found = found or (zones_of_country(country) if country else ())
    if not found:
        return ""
    by_offset = sorted(found, key=lambda name: (_offset(name, at), name))
    middle = by_offset[(len(by_offset) - 1) // 2]
    alike = {name for name in found if _offset(name, at) == _offset(middle, at)}
    name = next((one for one in KNOWN if one in alike), middle)
    half_a_year = at + dt.timedelta(days=182)  # Calcutta is Kolkata; and winter may part what summer joins
    same = all(_offset(name, moment) == _offset(shop, moment) for moment in (at, half_a_year))
    return "" if same or shop in found else name


def local(moment: dt.datetime, shop: dt.tzinfo, zone: str) -> dt.datetime:
    """The moment at which the clock of ZONE shows what the shop's does at MOMENT."""
    known = _zone(zone) if zone else None
    if known is None:
        return moment
    return moment.astimezone(shop).replace(tzinfo=known).astimezone(dt.UTC)


def _offset(name: str, at: dt.datetime) -> dt.timedelta:
    zone = _zone(name)
    return (at.astimezone(zone).utcoffset() if zone else None) or dt.timedelta()


@lru_cache(maxsize=1_000)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
