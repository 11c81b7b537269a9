"""The table of dates: every day of the business's calendar with its week, month, fiscal year and holidays.

Weeks are ISO 8601's: they begin on Monday, and week 1 is the one with the year's first Thursday. A fiscal year is named
by the calendar year in which it begins and carries both in its label ("2026-27"); period 1 is its first month.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import duckdb
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.holidays import holidays_of
from grahak.warehouse.star import Column

FIRST_YEAR = 2001
YEARS_AHEAD = 2
COLUMNS: tuple[Column, ...] = (
    Column("day", "date", _("The day")),
    Column("year", "int", _("Calendar year")),
    Column("quarter", "int", _("Quarter of the calendar year, 1 to 4")),
    Column("month", "int", _("Month, 1 to 12")),
    Column("month_start", "date", _("First day of the month")),
    Column("day_of_month", "int", _("Day of the month")),
    Column("weekday", "int", _("Day of the week: 1 Monday to 7 Sunday")),
    Column("weekday_name", "text", _("Day of the week, in English")),
    Column("is_weekend", "bool", _("Saturday or Sunday")),
    Column("iso_year", "int", _("Year that the week belongs to (ISO 8601)")),
    Column("iso_week", "int", _("Week, 1 to 53 (ISO 8601)")),
    Column("week_start", "date", _("Monday of the week")),
    Column("fiscal_year", "int", _("Calendar year in which the fiscal year begins")),
    Column("fiscal_label", "text", _("Fiscal year as written, 2026-27")),
    Column("fiscal_quarter", "int", _("Quarter of the fiscal year, 1 to 4")),
    Column("fiscal_period", "int", _("Month of the fiscal year, 1 to 12")),
    Column("holiday_in", "text", _("Holiday in India, in English; empty on other days")),
    Column("holiday_pk", "text", _("Holiday in Pakistan, in English; empty on other days")),
    Column("holiday", "text", _("Holiday in the business's own country")),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _country() -> str:
    found = business.current()
    return found.country if found else "IN"


def _fiscal_month() -> int:
    found = business.current()
    return found.fiscal_month if found else 4


def fingerprint() -> str:
    """Changes when the table must be written anew: a new year, another country or fiscal year."""
    told = repr((business.today().year, _country(), _fiscal_month(), [(c.name, c.type) for c in COLUMNS]))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def rows(first: int, last: int, *, country: str, fiscal_month: int) -> list[tuple[Any, ...]]:
    """A row for every day of the years FIRST to LAST, in the order of COLUMNS."""
    india, pakistan = holidays_of("IN", first, last), holidays_of("PK", first, last)
    own = {"IN": india, "PK": pakistan}.get(country) or holidays_of(country, first, last)
    found = []
    day, end = dt.date(first, 1, 1), dt.date(last, 12, 31)
    while day <= end:
        iso = day.isocalendar()
        period = (day.month - fiscal_month) % 12 + 1
        fiscal = day.year if day.month >= fiscal_month else day.year - 1
        label = str(fiscal) if fiscal_month == 1 else f"{fiscal}-{(fiscal + 1) % 100:02d}"
        found.append(
            (
                day, day.year, (day.month + 2) // 3, day.month, day.replace(day=1), day.day, iso.weekday,
                WEEKDAYS[iso.weekday - 1], iso.weekday >= 6, iso.year, iso.week,
                day - dt.timedelta(days=iso.weekday - 1), fiscal, label, (period + 2) // 3, period,
                india.get(day, ""), pakistan.get(day, ""), own.get(day, ""),
            )
        )  # fmt: skip
        day += dt.timedelta(days=1)
    return found


def write(engine: duckdb.DuckDBPyConnection) -> None:
    """Write lake.dates anew, in the caller's transaction."""
    from grahak.warehouse import schema

    body = ", ".join(f"{schema.quoted(column.name)} {schema.TYPES[column.type]}" for column in COLUMNS)
    engine.execute("DROP TABLE IF EXISTS lake.dates")
    engine.execute(f"CREATE TABLE lake.dates ({body})")
    found = rows(
        FIRST_YEAR, business.today().year + YEARS_AHEAD, country=_country(), fiscal_month=_fiscal_month()
    )
    values = ", ".join(f"CAST(r[{n}] AS {schema.TYPES[column.type]})" for n, column in enumerate(COLUMNS, 1))
    engine.execute(
        f"INSERT INTO lake.dates SELECT {values} FROM (SELECT unnest(from_json(?, '[[\"VARCHAR\"]]')) AS r)",  # noqa: S608
        [json.dumps(found, default=str)],
    )
