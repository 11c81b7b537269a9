"""Public holidays by country, for calendars and the table of dates."""

from __future__ import annotations

import datetime as dt
import warnings
from functools import lru_cache

import holidays

from grahak.core import business


@lru_cache(maxsize=8)
def holidays_of(country: str, first: int, last: int) -> dict[dt.date, str]:
    """Public holidays of a country by day, names in English; empty for a country that is not known. Days that
    hang on the moon (Eid) are estimates until they are seen."""
    years = range(first, last + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # years for which a country's lists are not complete
        try:
            found = holidays.country_holidays(
                country, years=years, language="en_US", categories=_categories(country)
            )
        except (NotImplementedError, KeyError):
            return {}
        return dict(sorted(found.items()))


def _categories(country: str) -> tuple[str, ...]:
    """India keeps Diwali, Holi and the like as optional or by region: take them all."""
    known = holidays.country_holidays(country).supported_categories
    return tuple(name for name in ("public", "government", "optional") if name in known)


def shop_holidays(first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """The holidays of the shop's own country on the days FIRST to LAST, both included."""
    shop = business.current()
    known = holidays_of(shop.country if shop else "IN", first.year, last.year)
    return {day: name for day, name in known.items() if first <= day <= last}
