"""Making the warehouse anew from the records, against the engine's own bulk load of the same records.

Ours reads every table of the records, joins, casts, sorts and writes the lake. The reference of `all` is the engine's
`CREATE TABLE … AS SELECT *` of the very tables that ours reads, from the same database into another lake, with nothing
joined, cast or sorted. `parquet` stands beside what no records can reach: the rows that ours left behind, loaded from
Parquet files, where the engine need not read a row store at all. It carries no promise.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlglot
from django.db import connection
from sqlglot import exp

from grahak.config.bench import big
from grahak.warehouse import lake, rebuild, records, schema, sync
from grahak.warehouse.star import TABLES

QUICK = big.Size(customers=50_000, orders=250_000, lines=750_000, events=1_000_000)


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """`all`: rows a second."""
    size = QUICK if quick else big.FULL
    with big.shop(size.name, size) as place:
        rebuild.rebuild()  # once unmeasured: both sides then find files and pages warm
        begun = time.perf_counter()
        rows = rebuild.rebuild()
        ours = rows / (time.perf_counter() - begun)
        records_rate, parquet_rate = _from_records(), _from_parquet(place, rows)
    line = {"size": rows, "value": ours, "unit": "rows/s"}
    yield {
        "case": "all",
        **line,
        "reference": "the engine's bulk load of the same tables from the records into a lake",
        "reference_value": records_rate,
        "target": {"ratio": (">=", 0.33)},
    }
    yield {
        "case": "parquet",
        **line,
        "reference": "the engine's bulk load of the resulting rows from Parquet into a lake",
        "reference_value": parquet_rate,
    }


def _sources() -> list[str]:
    """The tables of the records that the star is made of."""
    found = {
        one.name for table in TABLES.values() for one in sqlglot.parse_one(table.select).find_all(exp.Table)
    }
    return sorted(found)


def _from_records() -> float:
    """Rows a second of the engine alone, over the tables that the star is made of."""
    generation = lake.new_generation()
    loads = [
        (name, f"CREATE TABLE lake.{schema.quoted(name)} AS SELECT * FROM records.{schema.quoted(name)}")
        for name in _sources()
    ]
    begun = time.perf_counter()
    if connection.vendor == "sqlite":
        made = records.load_apart(generation, [(name, [sql]) for name, sql in loads], ["SELECT 1"])
        rows = sum(many for _name, many in made)
    else:
        writer = sync.Writer(generation)
        records.attach(writer.engine)
        rows = 0
        for name, _sql in loads:
            copy = f"CREATE TABLE lake.{schema.quoted(name)} AS FROM records.public.{schema.quoted(name)}"
            rows += writer.run(copy)[0][0]
        writer.close()
    seconds = time.perf_counter() - begun
    shutil.rmtree(generation)
    return rows / seconds


def _from_parquet(place: Path, rows: int) -> float:
    dump = place / "dump"
    dump.mkdir(exist_ok=True)
    with lake.reading() as cursor:
        for name in TABLES:
            cursor.execute(
                f"COPY (FROM lake.{schema.quoted(name)}) TO '{dump / name}.parquet' (FORMAT parquet)"
            )
    generation = lake.new_generation()
    begun = time.perf_counter()
    writer = sync.Writer(generation)
    writer.run("BEGIN")
    for table in TABLES.values():
        writer.run(schema.creating(table))
        writer.run(
            f"INSERT INTO lake.{schema.quoted(table.name)} FROM read_parquet('{dump / table.name}.parquet')"
        )
    writer.run("COMMIT")
    writer.close()
    seconds = time.perf_counter() - begun
    shutil.rmtree(generation)
    shutil.rmtree(dump)
    return rows / seconds
