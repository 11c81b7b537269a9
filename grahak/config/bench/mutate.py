"""Changing what the warehouse holds: one customer erased to the last byte, a thousand customers updated.

Ours goes the whole way, from the change in the records through the change log into files, snapshots and catalogue. The
reference does the same statements on the same rows in a plain DuckDB file, which it owns alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from grahak.config.bench import big
from grahak.core import events
from grahak.customers.models import Customer, Event, Visitor
from grahak.sales.models import Order
from grahak.warehouse import erase, lake, schema, sync
from grahak.warehouse.star import TABLES

QUICK = big.Size(customers=20_000, orders=100_000, lines=300_000, events=400_000)
FULL = big.Size(customers=200_000, orders=1_000_000, lines=3_000_000, events=4_000_000)
UPDATED = 1_000


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """`update_1000` and `erase`: seconds."""
    size = QUICK if quick else FULL
    name = f"mutate-{size.name}"
    with big.shop(name, size) as place:
        sync.catch_up()
        with closing(_native(place)) as native:
            yield _updated(size, native)
            yield _erased(size, native)


def _native(place: Path) -> duckdb.DuckDBPyConnection:
    """The same rows in a plain DuckDB file."""
    path = place / "native.duckdb"
    path.unlink(missing_ok=True)
    native = duckdb.connect(str(path), config={"threads": settings.WAREHOUSE_THREADS})
    with lake.reading() as cursor:
        for table in TABLES.values():
            file = place / "native.parquet"
            cursor.execute(f"COPY (FROM lake.{schema.quoted(table.name)}) TO '{file}' (FORMAT parquet)")
            native.execute(f"CREATE TABLE {schema.quoted(table.name)} AS FROM read_parquet('{file}')")
            file.unlink()
    return native


def _updated(size: big.Size, native: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    step = size.customers // UPDATED
    chosen = list(range(1, size.customers + 1, step))[:UPDATED]
    mark = f"City of {time.time_ns()}"
    Customer.objects.filter(pk__in=chosen).update(city=mark)
    begun = time.perf_counter()
    sync.catch_up()
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    native.execute(
        "UPDATE customers SET city = ? WHERE customer_id IN (SELECT unnest(?::BIGINT[]))", [mark, chosen]
    )
    theirs = time.perf_counter() - begun
    return {
        "case": "update_1000",
        "size": size.customers,
        "value": ours,
        "unit": "s",
        "reference": "the same update in a plain DuckDB file",
        "reference_value": theirs,
    }


def _erased(size: big.Size, native: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    pk = Customer.objects.order_by("pk").values_list("pk", flat=True)[size.customers // 50]
    Event.objects.filter(visitor__customer=pk).delete()
    Visitor.objects.filter(customer=pk).delete()
    Order.objects.filter(customer=pk).delete()
    Customer.objects.filter(pk=pk).delete()
    events.announce("customers.erased", customer_ids=[pk])
    begun = time.perf_counter()
    erase.finish()
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    for table in TABLES.values():
        if table.customer:
            native.execute(
                f"DELETE FROM {schema.quoted(table.name)} WHERE {schema.quoted(table.customer)} = {pk}"
            )
    native.execute("CHECKPOINT")
    theirs = time.perf_counter() - begun
    return {
        "case": "erase",
        "size": size.customers,
        "value": ours,
        "unit": "s",
        "reference": "the same rows deleted from a plain DuckDB file and a checkpoint; its bytes stay",
        "reference_value": theirs,
    }
