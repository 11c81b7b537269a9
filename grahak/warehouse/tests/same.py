"""Comparing the warehouse with the records, row by row and value by value."""

from __future__ import annotations

from typing import Any

from grahak.core import business
from grahak.warehouse import lake, records, schema
from grahak.warehouse.star import TABLES


def differing() -> dict[str, tuple[list[Any], list[Any]]]:
    """The tables of which the warehouse does not hold exactly what the records do, with both sides' rows."""
    found = {}
    zone = str(business.zone())
    engine = lake.engine()
    try:
        with lake.reading() as cursor:
            for name, table in TABLES.items():
                truth, key = schema.quoted(f"truth {name}"), schema.quoted(table.key)
                engine.execute(f"CREATE TABLE {truth} ({schema.body(table)})")
                records.gather(engine, truth, table, "", zone, how="few")
                ours = engine.execute(f"FROM {truth} ORDER BY {key}").fetchall()
                theirs = cursor.execute(f"FROM lake.{schema.quoted(name)} ORDER BY {key}").fetchall()
                if ours != theirs:
                    found[name] = (ours, theirs)
    finally:
        engine.close()
    return found
