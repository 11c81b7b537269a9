"""Comparing the warehouse with the records, row by row and value by value."""

from __future__ import annotations

from typing import Any

from grahak.core import business
from grahak.warehouse import lake, records, schema
from grahak.warehouse.star import TABLES, Table


def rows(table: Table) -> tuple[list[Any], list[Any]]:
    """(the records' rows in the warehouse's types, the warehouse's rows), both sorted."""
    engine = lake.engine()
    try:
        engine.execute(f"CREATE TABLE truth ({schema.body(table)})")
        records.gather(engine, "truth", table, "", str(business.zone()), how="few")
        truth = engine.execute(f"FROM truth ORDER BY {schema.quoted(table.key)}").fetchall()
    finally:
        engine.close()
    kept = lake.ask(f"FROM lake.{schema.quoted(table.name)} ORDER BY {schema.quoted(table.key)}")
    return truth, kept


def differing() -> dict[str, tuple[list[Any], list[Any]]]:
    """The tables of which the warehouse does not hold exactly what the records do."""
    found = {name: rows(table) for name, table in TABLES.items()}
    return {name: both for name, both in found.items() if both[0] != both[1]}
