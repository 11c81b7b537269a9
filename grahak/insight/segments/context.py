"""What a condition needs to write its SQL: tables, values and the few words in which engines differ.

There are two targets. The warehouse: DuckDB, set-based, over `lake.<table>` or over copies cut to some customers. The
records: SQLite or PostgreSQL, where each table of the star becomes its own SELECT cut to one customer or a few.
Values are always bound, never written into the text; those that depend on the day are worked out when the text is
used, so the text of a tree can be kept for good.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from grahak.core import business
from grahak.warehouse import star

MONEY_UNIT: Final = 10_000
QUANTITY_UNIT: Final = 1_000
PERCENT_UNIT: Final = 100  # percentages are compared as whole hundredths of a per cent
FIRST_DAY: Final = dt.date(1, 1, 2)  # a day of Python's and of every engine, west of Greenwich too


class Known(str):
    """A boolean expression that is never NULL."""

    __slots__ = ()


@dataclass(frozen=True)
class Target:
    """DIALECT is duckdb, sqlite or postgres; SCOPE all (everybody), part (temporary tables, cut
    beforehand), one or few (customers given by parameter)."""

    dialect: str
    scope: str

    @property
    def is_records(self) -> bool:
        return self.dialect != "duckdb"

    def mark(self, name: str) -> str:
        """The placeholder of a parameter for the driver that runs the text."""
        return {"duckdb": f"${name}", "sqlite": f":{name}", "postgres": f"%({name})s"}[self.dialect]


EVERYBODY: Final = Target("duckdb", "all")
PART: Final = Target("duckdb", "part")


def records(scope: str = "one") -> Target:
    """The target for the database of the records, whichever it is."""
    return Target("postgres" if connection.vendor == "postgresql" else "sqlite", scope)


@dataclass(frozen=True)
class OnDay:
    """A value that depends on the day of asking."""

    of: Callable[[dt.date], Any]


@dataclass
class Context:
    """Gathers the parameters of one text while its conditions are written. SEGMENTS are the trees of the segments
    that others refer to; INSIDE those being written just now (a circle is refused)."""

    target: Target
    segments: Callable[[int], Any] | None = None
    params: dict[str, Any] = field(default_factory=dict)
    inside: tuple[int, ...] = ()
    tables: set[str] = field(default_factory=set)
    write: Callable[[Any, Context], str] | None = None
    near: bool = False  # rows are looked at only of customers in the table `near`

    # Tables

    def table(self, name: str) -> str:
        """What stands in FROM for a table of the star."""
        self.tables.add(name)
        if not self.target.is_records:
            cut = self.target.scope == "part" and star.TABLES[name].customer
            return f"temp.{name}" if cut else f"lake.{name}"
        table = star.TABLES[name]
        cut = f" WHERE {self._cut(table.customer_is)}" if table.customer_is else ""
        return f"({' '.join(table.select.split())}{cut})"

    def _cut(self, column: str) -> str:
        if self.target.scope == "one":
            return f"{column} = {self.target.mark('customer')}"
        if self.target.dialect == "postgres":
            return f"{column} = ANY({self.target.mark('customers')})"
        return f"{column} IN (SELECT value FROM json_each({self.target.mark('customers')}))"

    # Values

    def value(self, value: Any) -> str:
        """A number or a text as it is."""
        return self._bind(value)

    def values(self, values: list[Any]) -> str:
        """Several, in brackets for IN."""
        return f"({', '.join(self._bind(value) for value in values)})"

    def money(self, amount: Any) -> str:
        return self._fixed(amount, MONEY_UNIT)

    def quantity(self, amount: Any) -> str:
        return self._fixed(amount, QUANTITY_UNIT)

    def _fixed(self, amount: Any, unit: int) -> str:
        number = Decimal(str(amount))
        return self._bind(int((number * unit).to_integral_value()) if self.target.is_records else number)

    def amount(self, of: str, amount: Any) -> str:
        """A value of a comparison, in the unit of what it compares."""
        if of == "money":
            return self.money(amount)
        if of == "quantity":
            return self.quantity(amount)
        if of == "percent":
            return self._bind(int(Decimal(str(amount)) * PERCENT_UNIT))
        return self._bind(int(amount))

    def day(self, of: Callable[[dt.date], dt.date] | dt.date) -> str:
        """A business day; a function of today where it moves."""
        found = of if callable(of) else lambda today: of
        if self.target.dialect == "sqlite":
            return self._bind(OnDay(lambda today: found(today).isoformat()))
        return self._bind(OnDay(found))

    def moment(self, of: Callable[[dt.date], dt.date] | dt.date) -> str:
        """The first moment of a business day, in the form in which the engine keeps moments."""
        found = of if callable(of) else lambda today: of
        form = {
            "sqlite": lambda at: str(at),
            "duckdb": lambda at: at,
            "postgres": lambda at: at.replace(tzinfo=dt.UTC),
        }[self.target.dialect]
        return self._bind(OnDay(lambda today: form(utc_start(found(today)))))

    def _bind(self, value: Any) -> str:
        for name, known in self.params.items():
            if type(known) is type(value) and known == value and not isinstance(value, OnDay):
                return self.target.mark(name)
        name = f"p{len(self.params)}"
        self.params[name] = value
        return self.target.mark(name)

    # Words in which engines differ

    def days_since(self, day: str) -> str:
        """Days from the day of an expression until today."""
        today = self.day(lambda today: today)
        if self.target.dialect == "sqlite":
            return f"CAST(julianday({today}) - julianday({day}) AS INTEGER)"
        if self.target.dialect == "postgres":
            return f"({today}::date - {day})"
        return f"date_diff('day', {day}, CAST({today} AS DATE))"

    def contains(self, text: str, part: str) -> str:
        """Whether TEXT has PART in it, letter for letter."""
        call = {"sqlite": "instr", "postgres": "strpos", "duckdb": "instr"}[self.target.dialect]
        return f"{call}({text}, {self.value(part)}) > 0"

    def property_text(self, column: str, name: str) -> str:
        """A text in the properties of an event; NULL where it is none."""
        if self.target.dialect == "postgres":
            key = self.value(name)
            return f"CASE WHEN jsonb_typeof({column} -> {key}) = 'string' THEN {column} ->> {key} END"
        path = self.value(f'$."{name}"')
        if self.target.dialect == "sqlite":
            return f"CASE WHEN json_type({column}, {path}) = 'text' THEN json_extract({column}, {path}) END"
        return f"CASE WHEN json_type({column}, {path}) = 'VARCHAR' THEN json_extract_string({column}, {path}) END"

    def property_number(self, column: str, name: str) -> str:
        """A number in the properties of an event; NULL where it is none."""
        if self.target.dialect == "postgres":
            key = self.value(name)
            number = f"({column} ->> {key})::double precision"
            return f"CASE WHEN jsonb_typeof({column} -> {key}) = 'number' THEN {number} END"
        path = self.value(f'$."{name}"')
        if self.target.dialect == "sqlite":
            return (
                f"CASE WHEN json_type({column}, {path}) IN ('integer', 'real') "
                f"THEN CAST(json_extract({column}, {path}) AS REAL) END"
            )
        kinds = "('UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT', 'DECIMAL')"
        return (
            f"CASE WHEN json_type({column}, {path}) IN {kinds} "
            f"THEN CAST(json_extract_string({column}, {path}) AS DOUBLE) END"
        )


def utc_start(day: dt.date) -> dt.datetime:
    """The first moment of a business day as UTC without a zone."""
    return business.day_start(max(day, FIRST_DAY)).astimezone(dt.UTC).replace(tzinfo=None)


def days_before(today: dt.date, days: int) -> dt.date:
    """The day that many days before today, the first day there is at the earliest."""
    return today - dt.timedelta(days=min(days, (today - FIRST_DAY).days))
