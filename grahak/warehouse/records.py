"""Reading the records for the warehouse: a star table's rows, as text, into a temporary table of the engine.

PostgreSQL is read by the engine's own `postgres_query`, which lets the database pick the rows by its indexes; an SQLite
file by the engine in a process apart, which hands them over as a Parquet file. Few rows, and records in memory or
inside an open transaction (tests), go through Django's own connection.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from django.conf import settings
from django.db import connection
from sqlglot import exp

from grahak.warehouse import apart, schema
from grahak.warehouse.star import Table

AT_ONCE = 20_000  # rows of one JSON text handed to the engine


def as_text(table: Table, where: str = "") -> str:
    """The star's SELECT with every value as text, for the records' own SQL. WHERE is over its tables."""
    inner = table.select + (f" WHERE {where}" if where else "")
    parts = []
    for column in table.columns:
        name = schema.quoted(column.name)
        if connection.vendor == "postgresql":
            value = f"({name} AT TIME ZONE 'UTC')::text" if column.type == "time" else f"{name}::text"
        else:
            value = f"CAST({name} AS TEXT)"
        parts.append(f"{value} AS {name}")
    return f"SELECT {', '.join(parts)} FROM ({inner}) AS star"  # noqa: S608 (the star's own text)


def in_reach() -> bool:
    """Whether the engine can open the records itself: a file or a server, and nothing uncommitted of ours."""
    if connection.in_atomic_block:
        return False
    if connection.vendor == "sqlite":
        return Path(str(connection.settings_dict["NAME"])).is_file()
    return connection.vendor == "postgresql"


def attach(engine: duckdb.DuckDBPyConnection) -> None:
    """Attach the PostgreSQL records to ENGINE as `records`, read only (where `in_reach`)."""
    attached = {row[0] for row in engine.execute("SELECT database_name FROM duckdb_databases()").fetchall()}
    if "records" in attached:
        return
    from grahak.warehouse.lake import extension

    engine.execute(f"LOAD '{extension('postgres_scanner')}'")
    engine.execute(f"ATTACH '{_conninfo()}' AS records (TYPE postgres, READ_ONLY)")


def _conninfo() -> str:
    """Where PostgreSQL is, as libpq writes it, quoted for SQL. The password never reaches a log: the engine is
    asked nothing that would print it."""
    given = connection.settings_dict
    parts = {
        "dbname": given["NAME"],
        "user": given["USER"],
        "password": given["PASSWORD"],
        "host": given["HOST"],
        "port": given["PORT"],
    }

    def quoted(value: Any) -> str:
        return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"

    return " ".join(f"{key}={quoted(value)}" for key, value in parts.items() if value).replace("'", "''")


def source(table: Table, where: str, zone: str) -> str:
    """A SELECT for the engine (with the records attached) that gives the table's rows in the warehouse's types."""
    function = "postgres_query" if connection.vendor == "postgresql" else "sqlite_query"
    text = as_text(table, where).replace("'", "''")
    values = [schema.quoted(column.name) for column in table.columns]
    return f"SELECT {schema.cast_row(table, values, zone)} FROM {function}('records', '{text}')"  # noqa: S608


@lru_cache(maxsize=64)
def _attached(select: str) -> str:
    """The star's SELECT in the engine's own words, over the attached records."""
    tree = sqlglot.parse_one(select, read="duckdb")
    for table in tree.find_all(exp.Table):
        table.set("catalog", exp.to_identifier("records"))
        table.set("db", exp.to_identifier("public" if connection.vendor == "postgresql" else "main"))
    return tree.sql(dialect="duckdb")


def scan(table: Table, where: str, zone: str) -> str:
    """As `source`, read by the engine's own scan of the attached records with all its threads: two to three times
    faster for whole tables, and no use for a few rows."""
    values = [f"star.{schema.quoted(column.name)}" for column in table.columns]
    inner = _attached(table.select) + (f" WHERE {where}" if where else "")
    return f"SELECT {schema.cast_row(table, values, zone)} FROM ({inner}) AS star"  # noqa: S608


def gather(
    engine: duckdb.DuckDBPyConnection, into: str, table: Table, where: str, zone: str, *, how: str
) -> None:
    """Put the rows of TABLE that WHERE picks into the table INTO, which is there. HOW: "few" reads them through
    Django's own connection, which costs less for a handful; "some" by indexes; "whole" by a scan."""
    if how == "few" or not in_reach():
        for rows in _rows(as_text(table, where)):
            _put(engine, into, table, rows, zone)
        return
    text = (scan if how == "whole" else source)(table, where, zone)
    if connection.vendor == "postgresql":
        attach(engine)
        engine.execute(f"INSERT INTO {into} {text}{schema.sorting(table)}")
        return
    from grahak.warehouse import lake

    with apart.rows(
        text,
        database=str(connection.settings_dict["NAME"]),
        extensions=[lake.extension("sqlite_scanner")],
        scratch=lake.scratch(),
        threads=settings.WAREHOUSE_THREADS,
        memory=settings.WAREHOUSE_MEMORY,
    ) as file:
        engine.execute(f"INSERT INTO {into} SELECT * FROM read_parquet('{file}'){schema.sorting(table)}")  # noqa: S608


def fill_apart(
    generation: Path, tables: list[tuple[Table, str]], zone: str, last: list[Any]
) -> Iterator[Any]:
    """Fill a new generation from the SQLite records whole, in a process apart: (table, WHERE) each, and LAST before
    the commit. Gives (name, rows) as they are done."""
    loads = [
        (
            table.name,
            [
                schema.creating(table),
                f"INSERT INTO lake.{schema.quoted(table.name)} {scan(table, where, zone)}{schema.sorting(table)}",
            ],
        )
        for table, where in tables
    ]
    return load_apart(generation, loads, last)


def load_apart(generation: Path, loads: list[tuple[str, list[str]]], last: list[Any]) -> Iterator[Any]:
    """Run the statements of each (name, statements) in a process apart that has the SQLite records and the generation
    as `records` and `lake`, in one commit. Gives (name, rows of its last statement) as they are done."""
    from grahak.warehouse import lake

    scratch = lake.scratch()
    scratch.mkdir(parents=True, exist_ok=True)
    return apart.fill(
        database=str(connection.settings_dict["NAME"]),
        extensions=[lake.extension(name) for name in ("ducklake", "sqlite_scanner")],
        lake=lake.attaching(generation),
        scratch=str(scratch),
        threads=settings.WAREHOUSE_THREADS,
        memory=settings.WAREHOUSE_REBUILD_MEMORY,
        last=last,
        tables=loads,
    )


def _rows(sql: str) -> Iterator[list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(AT_ONCE):
            yield rows


def _put(
    engine: duckdb.DuckDBPyConnection, into: str, table: Table, rows: list[tuple[Any, ...]], zone: str
) -> None:
    values = [f"r[{place}]" for place in range(1, len(table.columns) + 1)]
    engine.execute(
        f"INSERT INTO {into} SELECT {schema.cast_row(table, values, zone)}"  # noqa: S608 (columns of the star)
        " FROM (SELECT unnest(from_json(?, '[[\"VARCHAR\"]]')) AS r)",
        [json.dumps(rows, ensure_ascii=False)],
    )
