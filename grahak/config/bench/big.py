"""A large shop made from a seed, for the benches of the warehouse and the segments: customers, contacts, tags,
consents, items, orders, lines, figures, messages, visitors and events, made inside DuckDB and written straight into the
records (SQLite) or the warehouse.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from grahak.config.bench.frame import filled, folder, scratch
from grahak.core import change_triggers, changes
from grahak.warehouse import dates, lake, schema, sync
from grahak.warehouse.star import TABLES

DAYS = 730  # orders and events are spread over as many days, ending now, denser towards the end
TAGS = ("wholesale", "eid", "diwali", "vip", "late payer", "new", "school", "boutique", "tailor", "online")
NAMES = ("Product Viewed", "Product Added", "Checkout Started", "Order Completed", "Products Searched")
COUNTRIES = ("IN", "IN", "IN", "IN", "PK", "PK", "AE", "GB", "US", "BD")


@dataclass(frozen=True)
class Size:
    """How many; the rest follows: one contact, consent and message a customer, an item for 500 customers."""

    customers: int = 1_000_000
    orders: int = 5_000_000
    lines: int = 15_000_000
    events: int = 20_000_000
    seed: int = 1

    @property
    def items(self) -> int:
        return max(self.customers // 500, 20)

    @property
    def name(self) -> str:
        return "big-" + "-".join(str(value) for value in asdict(self).values())


QUICK = Size(customers=20_000, orders=100_000, lines=300_000, events=400_000)
FULL = Size()


def _model(label: str) -> type[models.Model]:
    return apps.get_model(label)


def _draw(salt: int, row: str = "i") -> str:
    """A number from 0 up to 1, the same for the same row, SALT and seed."""
    return f"((hash({row}, {salt}, $seed) % 1000000007) / 1000000007.0)"


def _when(row: str, of: str) -> str:
    """Moments that grow with the row and lie denser towards now."""
    return f"($now - to_seconds(CAST({DAYS * 86400} * (1 - sqrt({row} / {of}::DOUBLE)) AS BIGINT)))"


def _pick(words: tuple[str, ...], salt: int) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"([{listed}])[1 + CAST(floor({_draw(salt)} * {len(words)}) AS BIGINT)]"


Tables = dict[str, tuple[str, dict[str, str]]]  # model → (FROM with a row number i from 1, its columns)


def _rows(many: int) -> str:
    return f"(SELECT range AS i FROM range(1, {many + 1}))"


def _among(many: int, salt: int, steep: float) -> str:
    """One of MANY, from 1; the higher STEEP, the more often the first ones."""
    return f"1 + CAST(floor(pow({_draw(salt)}, {steep}) * {many}) AS BIGINT)"


def _tables(size: Size) -> Tables:
    return _shop(size) | _people(size) | _trade(size) | _doings(size)


def _shop(size: Size) -> Tables:
    return {
        "core.Branch": (_rows(4), {"name": "'Branch ' || i"}),
        "catalogue.Category": (_rows(20), {"name": "'Category ' || i"}),
        "catalogue.Product": (
            _rows(size.items),
            {
                "code": "'SKU' || i",
                "name": "'Item ' || i",
                "category_id": "1 + i % 20",
                "price": "(50 + i % 950) * 10000",
                "stock": "1000",
            },
        ),
        "customers.Tag": (_rows(len(TAGS)), {"name": _words(TAGS)}),
        "customers.Source": (_rows(1), {"kind": "'web'", "name": "'Web shop'", "write_key": "'big'"}),
    }


def _people(size: Size) -> Tables:
    n = size.customers
    mail = "'c' || i || '@example.com'"
    return {
        "customers.Customer": (
            _rows(n),
            {
                "name": "'Customer ' || i",
                "name_sort": "'customer ' || lpad(i::VARCHAR, 9, '0')",
                "kind": f"CASE WHEN {_draw(1)} < 0.3 THEN 'business' ELSE 'person' END",
                "language": _pick(("en", "hi", "gu", "ur"), 2),
                "branch_id": _among(4, 3, 1),
                "city": f"'City ' || CAST(floor({_draw(4)} * 200) AS BIGINT)",
                "country": _pick(COUNTRIES, 5),
                "created_at": _when("i", str(n)),
                "source": "'bench'",
            },
        ),
        "customers.Contact": (
            _rows(n),
            {"customer_id": "i", "name": "'Customer ' || i", "is_primary": "true"},
        ),
        "customers.Identity": (_rows(n), {"contact_id": "i", "kind": "'email'", "value": mail}),
        "customers.Consent": (
            _rows(n),
            {
                "contact_id": "i",
                "channel": "'email'",
                "purpose": "'offers'",
                "how": "'form'",
                "state": f"CASE WHEN {_draw(6)} < 0.8 THEN 'granted' ELSE 'withdrawn' END",
                "is_current": "true",
            },
        ),
        "customers.CustomerTag": (
            _rows(n // 2),
            {"customer_id": "2 * i", "tag_id": _among(len(TAGS), 7, 2)},
        ),
    }


def _trade(size: Size) -> Tables:
    per = max(size.lines // size.orders, 1)
    item = _among(size.items, 20, 1.5)
    placed = _when("i", str(size.orders))
    return {
        "sales.Order": (
            _rows(size.orders),
            {
                "number": "'B' || i",
                "source": "'bench'",
                "kind": f"CASE WHEN {_draw(10)} < 0.05 THEN 'return' ELSE 'sale' END",
                "customer_id": _among(size.customers, 11, 2),
                "branch_id": "1 + i % 4",
                "placed_at": placed,
                "cancelled_at": f"CASE WHEN {_draw(12)} < 0.01 THEN {placed} END",
            },
        ),
        "sales.OrderLine": (
            _rows(size.lines),
            {
                "order_id": f"1 + (i - 1) // {per}",
                "ordinal": f"1 + (i - 1) % {per}",
                "product_id": item,
                "code": f"'SKU' || ({item})",
                "description": f"'Item ' || ({item})",
                "quantity": f"({_among(5, 21, 1)}) * 1000",
                "unit_price": f"(50 + ({item}) % 950) * 10000",
            },
        ),
    }


def _doings(size: Size) -> Tables:
    n = size.customers
    sent = f"$now - to_seconds(CAST({_draw(30)} * 86400 * 90 AS BIGINT))"
    opened = f"$now - to_seconds(CAST({_draw(30)} * 86400 * 80 AS BIGINT))"
    happened = _when("i", str(size.events))
    return {
        "channels.Dispatch": (
            _rows(1),
            {"renderer": "'bench'", "subject_id": "1", "title": "'Eid offers'", "state": "'done'"},
        ),
        "channels.Message": (
            _rows(n),
            {
                "dispatch_id": "1",
                "customer_id": "i",
                "contact_id": "i",
                "address": "'c' || i || '@example.com'",
                "state": "'sent'",
                "sent_at": sent,
                "first_opened_at": f"CASE WHEN {_draw(31)} < 0.3 THEN {opened} END",
            },
        ),
        "customers.Visitor": (
            _rows(n + n // 5),
            {
                "kind": "'a'",
                "value": "'v' || lpad(i::VARCHAR, 9, '0')",
                "customer_id": f"CASE WHEN i <= {n} THEN i END",
            },
        ),
        "customers.Event": (
            _rows(size.events),
            {
                "once": "i",
                "visitor_id": _among(n + n // 5, 71, 2),
                "type": f"CASE WHEN {_draw(72)} < 0.5 THEN 'page' ELSE 'track' END",
                "name": f"CASE WHEN {_draw(72)} < 0.5 THEN 'Page Viewed' ELSE {_pick(NAMES, 73)} END",
                "subject": f"'SKU' || ({_among(size.items, 74, 1.5)})",
                "at": happened,
                "received_at": happened,
                "source_id": "1",
            },
        ),
    }


def _words(words: tuple[str, ...]) -> str:
    return "([" + ", ".join(f"'{word}'" for word in words) + "])[i]"


# What hangs on rows that were made before
AFTER = (
    # amounts of lines, negative on returns; the orders' and customers' sums are those of their lines
    """UPDATE sales_orderline SET amount = quantity // 1000 * unit_price""",
    """UPDATE sales_orderline SET quantity = -quantity, amount = -amount FROM sales_order o
       WHERE o.id = sales_orderline.order_id AND o.kind = 'return'""",
    """UPDATE sales_order SET net = s.net, total = s.net, received = s.net
       FROM (SELECT order_id, sum(amount)::BIGINT AS net FROM sales_orderline GROUP BY order_id) s
       WHERE s.order_id = sales_order.id""",
)
FIGURES = """SELECT customer_id, count(*) FILTER (kind = 'sale') AS orders,
    count(*) FILTER (kind = 'return') AS returns,
    sum(net)::BIGINT AS net, min(placed_at) FILTER (kind = 'sale') AS first_at,
    max(placed_at) FILTER (kind = 'sale') AS last_at
FROM sales_order WHERE cancelled_at IS NULL GROUP BY customer_id"""


def _default(field: Any) -> str:
    """SQL of the value that a column has where nothing is said."""
    if field.null:
        return "NULL"
    kind = field.get_internal_type()
    if kind in ("DateTimeField", "DateField"):
        return "$now"
    if kind == "JSONField":
        return "'[]'" if field.default is list else "'{}'"
    value = field.get_default()
    if kind == "BooleanField":
        return "true" if value else "false"
    if kind in ("CharField", "TextField", "EmailField"):
        return "'" + str(value or "").replace("'", "''") + "'"
    return str(int(value or 0))


def made(size: Size) -> Path:
    """The DuckDB file with the shop's records (tables and columns named as in the records), made once."""
    path = folder() / f"{size.name}.duckdb"
    if path.exists():
        return path
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with closing(duckdb.connect(str(new), config={"threads": settings.WAREHOUSE_THREADS})) as engine:
        given = {"seed": size.seed, "now": _now()}
        for label, (source, columns) in _tables(size).items():
            _make(engine, _model(label), source, columns, given)
        for statement in AFTER:
            engine.execute(statement)
        known = ("customer_id", "orders", "returns", "net", "first_at", "last_at")
        _make(engine, _model("sales.CustomerFigures"), f"({FIGURES})", {name: name for name in known}, given)
        engine.execute("CHECKPOINT")
    new.replace(path)
    return path


def _now() -> Any:
    found = duckdb.execute("SELECT date_trunc('hour', now()::TIMESTAMP)").fetchone()
    return found[0] if found else None


def _make(
    engine: duckdb.DuckDBPyConnection,
    model: type[models.Model],
    source: str,
    columns: dict[str, str],
    given: Any,
) -> None:
    parts = []
    for field in model._meta.concrete_fields:
        value = columns.get(str(field.column)) or ("i" if field.primary_key else _default(field))
        kind = field.get_internal_type()
        if kind == "DateTimeField":
            value = f"date_trunc('second', CAST({value} AS TIMESTAMP))"
        elif kind not in ("CharField", "TextField", "JSONField", "BooleanField", "DateField", "EmailField"):
            value = f"CAST({value} AS BIGINT)"
        parts.append(f"{value} AS {schema.quoted(str(field.column))}")
    sql = f"CREATE TABLE {schema.quoted(model._meta.db_table)} AS SELECT {', '.join(parts)} FROM {source}"
    engine.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql})


# -- into the records ------------------------------------------------------------------------------------------


def into_records(size: Size) -> float:
    """Write the shop into the (empty, scratch) SQLite database that the default connection points at, as fast as
    it takes them: triggers and indexes come back afterwards. Returns the seconds it took."""
    path, target = made(size), str(connection.settings_dict["NAME"])
    begun = time.perf_counter()
    change_triggers.drop(changes.FOLLOWED.values())
    connection.close()
    with closing(sqlite3.connect(target)) as records:
        indexes = records.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _sql in indexes:
            records.execute(f"DROP INDEX {schema.quoted(name)}")
        records.commit()
    with closing(lake.engine()) as engine:
        engine.execute(f"ATTACH '{path}' AS made (READ_ONLY)")
        engine.execute(f"ATTACH '{target}' AS records (TYPE sqlite)")
        for label in (*_tables(size), "sales.CustomerFigures"):
            _copy(engine, _model(label))
    with closing(sqlite3.connect(target)) as records:
        records.execute("PRAGMA cache_size=-262144")
        for _name, sql in indexes:
            records.execute(sql)
        records.execute("ANALYZE")
        records.commit()
    change_triggers.install(list(changes.FOLLOWED.values()))
    return time.perf_counter() - begun


def _copy(engine: duckdb.DuckDBPyConnection, model: type[models.Model]) -> None:
    table = schema.quoted(model._meta.db_table)
    names, values = [], []
    for field in model._meta.concrete_fields:
        name, kind = schema.quoted(str(field.column)), field.get_internal_type()
        names.append(name)
        if kind in ("DateTimeField", "DateField"):
            values.append(f"CAST({name} AS VARCHAR)")
        else:
            values.append(f"CAST({name} AS BIGINT)" if kind == "BooleanField" else name)
    engine.execute(
        f"INSERT INTO records.{table} ({', '.join(names)}) SELECT {', '.join(values)} FROM made.{table}"
    )


# -- into the warehouse ----------------------------------------------------------------------------------------


@contextmanager
def shop(name: str, size: Size) -> Iterator[Path]:
    """The records of SIZE in a database of this bench's own, made if an earlier run did not, and a folder for their
    warehouse."""
    with scratch(name) as empty:
        if empty:
            into_records(size)
            filled(name)
        with own_warehouse(name) as place:
            yield place


@contextmanager
def own_warehouse(name: str) -> Iterator[Path]:
    """Let the warehouse lie in the benches' folder meanwhile; the shop's own is never touched."""
    before, place = settings.DATA, folder() / f"{name}-data"
    place.mkdir(exist_ok=True)
    lake.forget()
    settings.DATA = place
    try:
        yield place
    finally:
        lake.forget()
        settings.DATA = before


def into_lake(size: Size, zone: str = "Asia/Kolkata") -> float:
    """Make a warehouse with the shop's rows straight from DuckDB, without any records (tables whose records were
    not made stay empty). Returns the seconds it took. Call it inside `own_warehouse`."""
    path = made(size)
    for old in lake.folder().glob("lake-*"):
        shutil.rmtree(old)
    begun = time.perf_counter()
    generation = lake.new_generation()
    writer = sync.Writer(generation)
    try:
        engine = writer.engine
        engine.execute(f"ATTACH '{path}' AS made (READ_ONLY)")
        made_tables = {
            row[0]
            for row in engine.execute(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = 'made'"
            ).fetchall()
        }
        engine.execute("BEGIN")
        for table in TABLES.values():
            engine.execute(schema.creating(table))
            if needs(table.select) <= made_tables:
                values = [f"star.{schema.quoted(column.name)}" for column in table.columns]
                text = f"SELECT {schema.cast_row(table, values, zone)} FROM ({named(table.select)}) AS star"
                engine.execute(f"INSERT INTO lake.{schema.quoted(table.name)} {text}{schema.sorting(table)}")
        dates.write(engine)
        state = lake.State(
            log=changes.log_id(), position=changes.settled(), event=size.events, zone=zone,
            tables=schema.fingerprints(), dates=dates.fingerprint(),
        )  # fmt: skip
        lake.commit_with(engine, state, "bench")
        engine.execute("COMMIT")
    finally:
        writer.close()
    lake.use(generation)
    lake.forget()
    return time.perf_counter() - begun


def needs(select: str) -> set[str]:
    """The tables of the records that a star SELECT reads."""
    import sqlglot

    return {table.name for table in sqlglot.parse_one(select, read="duckdb").find_all(sqlglot.exp.Table)}


def named(select: str) -> str:
    """The SELECT with its tables taken from the attached database `made`."""
    import sqlglot

    tree = sqlglot.parse_one(select, read="duckdb")
    for table in tree.find_all(sqlglot.exp.Table):
        table.set("catalog", sqlglot.to_identifier("made"))
        table.set("db", sqlglot.to_identifier("main"))
    return tree.sql(dialect="duckdb")
