"""Bringing in orders: the shipped demo file through the whole importer, against a bare insert of the same rows.

Ours reads, checks, matches customers and items, writes orders, lines, timeline, khata, name keys and figures. The
reference inserts the very rows that ours left behind into the same tables of an empty database with executemany
(all indexes in place, one transaction a table), which is as fast as the database takes them from Python.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction

from grahak.catalogue.models import Product, ServiceCode
from grahak.config.bench.frame import folder, scratch
from grahak.connect import actions
from grahak.connect.importing.engine import run_import
from grahak.core.models import Business
from grahak.customers.models import Activity, Contact, Customer, ExternalRef, Identity, NameKey
from grahak.sales.models import CustomerFigures, DaySales, LedgerEntry, Order, OrderLine

DEMO = Path(__file__).resolve().parent.parent / "demo" / "data" / "online_retail.parquet"
TABLES = (
    Customer, Contact, ExternalRef, Identity, NameKey, ServiceCode, Product, Order, OrderLine, LedgerEntry, Activity,
    CustomerFigures, DaySales,
)  # fmt: skip
QUICK_ROWS = 60_000


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """`orders`: rows of the file a second."""
    file, lines = _file(QUICK_ROWS if quick else None)
    with scratch("import"):
        Business.objects.create(pk=1, name="Bench")
        seconds = _ours(file)
        rows = {model: _dump(model) for model in TABLES}
    with scratch("import-bare"):
        Business.objects.create(pk=1, name="Bench")
        bare = _bare(rows)
    yield {
        "case": "orders",
        "size": lines,
        "value": lines / seconds,
        "unit": "rows/s",
        "reference": "bare executemany of the same rows into the same tables",
        "reference_value": lines / bare,
        "target": {"ratio": (">=", 0.25)},
    }


def _file(most: int | None) -> tuple[Path, int]:
    """The demo's lines with dates of the last two years, as the demo shop brings them in."""
    path = folder() / f"orders-{most or 'all'}.parquet"
    limit = f"LIMIT {most}" if most else ""
    with duckdb.connect() as engine:
        if not path.exists():
            engine.execute(
                f"COPY (SELECT * REPLACE (invoice_date + INTERVAL 728 WEEK AS invoice_date) FROM '{DEMO}' {limit}) "
                f"TO '{path}' (FORMAT parquet)"
            )
        found = engine.execute(f"SELECT count(*) FROM '{path}'").fetchone()
    return path, int(found[0]) if found else 0


def _ours(file: Path) -> float:
    start = time.perf_counter()
    run = actions.prepare_import(file, "orders", by=None, preset="online_retail")
    run_import(run.pk)
    seconds = time.perf_counter() - start
    run.refresh_from_db()
    if run.state != "done":
        raise RuntimeError(f"the import stopped: {run.fault}")
    return seconds


def _dump(model: Any) -> tuple[str, list[tuple[Any, ...]]]:
    """(INSERT statement, rows) of a whole table, without links to the import itself."""
    fields = [field for field in model._meta.concrete_fields if field.name != "batch"]
    names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {table}")
        rows = cursor.fetchall()
    marks = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", rows


def _bare(rows: dict[Any, tuple[str, list[tuple[Any, ...]]]]) -> float:
    start = time.perf_counter()
    for statement, values in rows.values():
        if values:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.executemany(statement, values)
    return time.perf_counter() - start
