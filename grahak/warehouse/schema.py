"""The star as SQL: types, the statements that make its tables, and the casts from what records hold.

Records are read as text (both databases can write every value as text without loss) and cast here, so that the
warehouse holds the same types whichever database the records are in.
"""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext_lazy as _

from grahak.warehouse.star import TABLES, Column, Table

TYPES = {
    "id": "BIGINT",
    "int": "BIGINT",
    "text": "VARCHAR",
    "bool": "BOOLEAN",
    "time": "TIMESTAMP",
    "date": "DATE",
    "money": "DECIMAL(19,4)",
    "quantity": "DECIMAL(19,3)",
    "json": "VARCHAR",
}
UNITS = {"money": ("0.0001", "DECIMAL(19,4)"), "quantity": ("0.001", "DECIMAL(19,3)")}
EVENTS = "events"  # its rows only come, so they are read by id and not by the change log
DATES = "dates"


def quoted(name: str) -> str:
    """A name for SQL; `at` is a word of DuckDB's own."""
    return '"' + name.replace('"', '""') + '"'


def columns(table: Table) -> list[Column]:
    """The columns in the warehouse: those of the star, and the business day where it has one."""
    found = list(table.columns)
    if table.day:
        found.append(Column("day", "date", _("The day of it, by the shop's clock")))
    return found


def body(table: Table) -> str:
    """What stands in the brackets of a CREATE TABLE."""
    return ", ".join(f"{quoted(column.name)} {TYPES[column.type]}" for column in columns(table))


def creating(table: Table) -> str:
    """CREATE TABLE of a table of the star, in the lake."""
    return f"CREATE TABLE lake.{quoted(table.name)} ({body(table)})"


def cast(column: Column, value: str) -> str:
    """The SQL that turns VALUE, as records hold it, into the column's type. A moment that no calendar knows
    becomes NULL rather than stopping everything."""
    if column.type in UNITS:
        unit, type_ = UNITS[column.type]
        # by BIGINT: the engine turns text into a DECIMAL(19) two hundred times slower
        return f"CAST(CAST(CAST({value} AS BIGINT) AS DECIMAL(19,0)) * {unit} AS {type_})"
    if column.type in ("time", "date"):
        return f"TRY_CAST({value} AS {TYPES[column.type]})"
    return f"CAST({value} AS {TYPES[column.type]})"


def cast_row(table: Table, values: list[str], zone: str) -> str:
    """The list of a SELECT that turns VALUES (SQL for each star column, in order) into a row of the warehouse."""
    parts = []
    for column, value in zip(table.columns, values, strict=True):
        parts.append(f"{cast(column, value)} AS {quoted(column.name)}")
        if column.name == table.day:
            moment = cast(column, value)
    if table.day:
        parts.append(f"CAST(timezone('{zone}', timezone('UTC', {moment})) AS DATE) AS \"day\"")
    return ", ".join(parts)


def fingerprint(table: Table) -> str:
    """Changes when the table's columns or their source do: the warehouse then fills it anew."""
    told = repr([(c.name, c.type) for c in columns(table)]) + table.select + table.key + repr(table.sort)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def fingerprints() -> dict[str, str]:
    """Of all tables."""
    return {name: fingerprint(table) for name, table in TABLES.items()}


def sorting(table: Table) -> str:
    """ORDER BY of rows in files, "" for any order."""
    return f" ORDER BY {', '.join(quoted(name) for name in table.sort)}" if table.sort else ""


def column_of(table: Table, expression: str) -> str:
    """The warehouse's column that holds what a `follows` expression (over the records) stands for."""
    name = expression.rsplit(".", 1)[-1]
    if expression == "t.id":
        return table.key
    if name not in table.names:
        raise LookupError(f"star: {table.name} follows {expression}, which is none of its columns")
    return name
