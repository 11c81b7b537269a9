"""Making the warehouse anew from the records, against the engine's own bulk load of the same rows.

Ours reads every table of the records, joins, casts and writes the lake. The reference loads the very rows that ours
left behind, from Parquet files, into tables of another lake: as fast as the engine takes them.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grahak.config.bench import big
from grahak.warehouse import lake, rebuild, schema, sync
from grahak.warehouse.star import TABLES

QUICK = big.Size(customers=50_000, orders=250_000, lines=750_000, events=1_000_000)


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """`all`: rows a second."""
    size = QUICK if quick else big.FULL
    with big.shop(size.name, size) as place:
        rebuild.rebuild()  # once unmeasured: both sides then find files and pages warm
        begun = time.perf_counter()
        rows = rebuild.rebuild()
        ours = time.perf_counter() - begun
        theirs = _bulk(place)
    yield {
        "case": "all",
        "size": rows,
        "value": rows / ours,
        "unit": "rows/s",
        "reference": "the engine's bulk load of the same rows from Parquet into a lake",
        "reference_value": rows / theirs,
        "target": {"ratio": (">=", 0.33)},
    }


def _bulk(place: Path) -> float:
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
    return seconds
