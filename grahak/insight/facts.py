"""Sales as plain facts for questions over all of them: one set of tables in DuckDB, filled from the warehouse where
it is there and up to date, else straight from the records.

- `sold`: one row an order or return that counts: customer_id, order_id, kind, moment (UTC), day (business day), net.
- `lines`: one row a line of goods of those sales (returns left out): customer_id, order_id, day, product_id,
  category_id (either may be NULL), amount.
- `people`: customers who are in use: customer_id, branch_id.

Money is DECIMAL(19,4) in the currency of account.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection
from django.db.models import QuerySet

from grahak.catalogue.models import Product
from grahak.core import business
from grahak.customers.models import Customer
from grahak.sales.models import Order, OrderKind, OrderLine
from grahak.warehouse import lake

MEMORY = "1GB"
THREADS = 2
LATE = 120  # seconds; a warehouse further behind than that is not asked

_DAY = "CAST(({at} AT TIME ZONE 'UTC') AT TIME ZONE '{zone}' AS DATE)"


@dataclass(frozen=True)
class Facts:
    """DB holds the tables. FROM is "warehouse" or "records"."""

    db: duckdb.DuckDBPyConnection
    source: str

    def rows(self, sql: str, params: list[Any] | None = None, at_once: int = 50_000) -> Iterator[list[Any]]:
        """The rows of a question, some thousands at a time."""
        answer = self.db.execute(sql, params or [])
        while piece := answer.fetchmany(at_once):
            yield piece

    def one(self, sql: str, params: list[Any] | None = None) -> Any:
        """The only value of a question."""
        found = self.db.execute(sql, params or []).fetchone()
        return found[0] if found else None


@contextmanager
def reading(*, with_lines: bool = True) -> Iterator[Facts]:
    """The facts as they are now. WITH_LINES False: `lines` is not there, which spares reading them."""
    with _warehouse() as db:
        if db is not None:
            yield _over(db)
            return
    with tempfile.TemporaryDirectory(prefix="grahak-facts-") as folder:
        db = duckdb.connect(config={"memory_limit": MEMORY, "threads": THREADS, "temp_directory": folder})
        db.execute("SET enable_progress_bar = false")
        try:
            _fill(db, Path(folder), with_lines)
            yield Facts(db, "records")
        finally:
            db.close()


@contextmanager
def _warehouse() -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The warehouse; None where it was never built or is behind, and inside a transaction, whose own changes it can't
    know."""
    if connection.in_atomic_block:
        yield None
        return
    behind = lake.fresh()["behind_seconds"]
    if behind is None or behind > LATE:
        yield None
        return
    with lake.reading() as db:
        yield db


def _over(db: duckdb.DuckDBPyConnection) -> Facts:
    """Views over the warehouse's tables, in the reader's own temporary schema."""
    day = _DAY.format(at="placed_at", zone=business.zone().key)
    db.execute(
        "CREATE OR REPLACE TEMP VIEW sold AS "  # noqa: S608
        f"SELECT customer_id, order_id, kind, placed_at AS moment, {day} AS day, net "
        "FROM lake.orders WHERE customer_id IS NOT NULL AND cancelled_at IS NULL"
    )
    line_day = _DAY.format(at="l.placed_at", zone=business.zone().key)
    db.execute(
        f"CREATE OR REPLACE TEMP VIEW lines AS SELECT l.customer_id, l.order_id, {line_day} AS day, l.product_id, "  # noqa: S608
        "p.category_id, l.amount FROM lake.order_lines l LEFT JOIN lake.products p ON p.product_id = l.product_id "
        "WHERE l.customer_id IS NOT NULL AND l.cancelled_at IS NULL AND l.kind = 'sale' AND NOT l.is_service"
    )
    db.execute(
        "CREATE OR REPLACE TEMP VIEW people AS SELECT customer_id, branch_id FROM lake.customers "
        "WHERE archived_at IS NULL"
    )
    return Facts(db, "warehouse")


def _fill(db: duckdb.DuckDBPyConnection, folder: Path, with_lines: bool) -> None:
    zone = business.zone().key
    orders = Order.objects.filter(cancelled_at=None, customer__isnull=False).order_by()
    _load(
        db, folder / "sold.csv", "raw",
        "customer_id BIGINT, order_id BIGINT, kind VARCHAR, moment TIMESTAMP, net BIGINT",
        orders, ("customer_id", "pk", "kind", "placed_at", "net"),
    )  # fmt: skip
    day = _DAY.format(at="moment", zone=zone)
    db.execute(
        f"CREATE TABLE sold AS SELECT customer_id, order_id, kind, moment, {day} AS day, "  # noqa: S608
        f"{_money('net')} AS net FROM raw"
    )
    db.execute("DROP TABLE raw")
    customers = Customer.objects.filter(archived_at=None).order_by()
    _load(
        db, folder / "people.csv", "people", "customer_id BIGINT, branch_id BIGINT",
        customers, ("pk", "branch_id"),
    )  # fmt: skip
    if not with_lines:
        return
    _load(
        db, folder / "items.csv", "items", "product_id BIGINT, category_id BIGINT",
        Product.objects.order_by(), ("pk", "category_id"),
    )  # fmt: skip
    lines = OrderLine.objects.filter(
        order__cancelled_at=None, order__customer__isnull=False, order__kind=OrderKind.SALE, is_service=False
    ).order_by()
    _load(
        db, folder / "lines.csv", "raw", "order_id BIGINT, product_id BIGINT, amount BIGINT",
        lines, ("order_id", "product_id", "amount"),
    )  # fmt: skip
    db.execute(
        "CREATE TABLE lines AS SELECT s.customer_id, s.order_id, s.day, r.product_id, i.category_id, "  # noqa: S608
        f"{_money('r.amount')} AS amount FROM raw r JOIN sold s ON s.order_id = r.order_id "
        "LEFT JOIN items i ON i.product_id = r.product_id"
    )
    db.execute("DROP TABLE raw")


def _money(column: str) -> str:
    return f"CAST(CAST({column} AS DECIMAL(28,0)) * CAST(0.0001 AS DECIMAL(5,4)) AS DECIMAL(19,4))"


def _load(
    db: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    columns: str,
    rows: QuerySet[Any],
    names: tuple[str, ...],
) -> None:
    """Rows of the records into a table, by way of a file: DuckDB reads one many times faster than it takes values
    one by one. Values go as the database holds them."""
    sql, params = rows.values_list(*names).query.sql_with_params()
    with connection.chunked_cursor() as cursor, path.open("w", newline="") as file:
        cursor.execute(sql, params)
        write = csv.writer(file)
        while piece := cursor.fetchmany(10_000):
            write.writerows(piece)
    db.execute(f"CREATE TABLE {table} ({columns})")
    db.execute(f"COPY {table} FROM '{path}' (FORMAT csv, HEADER false, AUTO_DETECT false, DELIM ',')")
    path.unlink()
