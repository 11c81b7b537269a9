"""The writing thread on a real file: what is acknowledged is there, what is not is not, and nothing is left hanging."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from grahak.connect.intake import stores, writer
from grahak.connect.intake.reading import Reject
from grahak.connect.intake.tests.bodies import read
from grahak.connect.intake.writer import Busy, Delivery, Unavailable, Writer
from grahak.customers.models import Event, Rejected, Source, Visitor


@pytest.fixture
def file(db, tmp_path) -> Path:
    """A database file with the tables of the tests' and one source."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own: PostgreSQL's statements are tried in test_visitors")
    path = tmp_path / "grahak.sqlite3"
    connection.ensure_connection()
    tables = "'customers_event', 'customers_visitor', 'customers_rejected', 'customers_source', "
    tables += "'customers_customer', 'customers_contact'"
    made = connection.connection.execute(
        f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({tables}) AND type IN ('table', 'index') "
        "AND sql IS NOT NULL ORDER BY type DESC"
    ).fetchall()
    with sqlite3.connect(path) as target:
        for (statement,) in made:
            target.execute(statement)
        target.execute("PRAGMA foreign_keys = OFF")
        target.execute(
            "INSERT INTO customers_source (id, kind, name, write_key, options, created_at) "
            "VALUES (7, 'web', 'Shop', 'k', '{}', '2026-01-01')"
        )
    return path


@pytest.fixture
def ours(file, monkeypatch) -> Iterator[Writer]:
    monkeypatch.setattr(stores, "BUSY_SECONDS", 0.2)
    made = Writer(open=lambda: stores.SqliteStore(stores.sqlite(str(file))))
    yield made
    made.stop()


def page(n: int, **more: Any) -> Any:
    return read({"type": "page", "anonymousId": f"b{n}", "messageId": f"m{n}"} | more)


def keep(ours: Writer, *events: Any, rejects: tuple[Reject, ...] = ()) -> None:
    asyncio.run(ours.kept(list(events), list(rejects)))


def rows(file: Path, query: str = "SELECT count(*) FROM customers_event") -> Any:
    with sqlite3.connect(file) as database:
        return database.execute(query).fetchone()[0]


def test_what_is_acknowledged_is_in_the_file_and_synced(ours, file):
    keep(ours, page(1), page(2), rejects=(Reject(7, "no_id", "userId", "{}", "2026-11-20 12:00:00"),))
    assert (rows(file), rows(file, "SELECT count(*) FROM customers_rejected")) == (2, 1)
    assert ours._store is not None
    assert ours._store.connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert ours._store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_many_senders_at_once_are_all_kept_once(ours, file):
    async def send() -> None:
        await asyncio.gather(*(ours.kept([page(n), page(n % 10)], []) for n in range(200)))

    asyncio.run(send())
    assert (rows(file), ours.waiting) == (200, 0)


def test_a_locked_database_is_told_and_nothing_is_half_kept(ours, file):
    keep(ours, page(1))
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            keep(ours, page(2))
        other.execute("ROLLBACK")
    assert rows(file) == 1
    keep(ours, page(2))
    assert rows(file) == 2


def test_a_full_disk_is_told_and_what_was_kept_stays(ours, file):
    keep(ours, page(1))
    assert ours._store is not None
    full = int(ours._store.connection.execute("PRAGMA page_count").fetchone()[0])
    ours._store.connection.execute(f"PRAGMA max_page_count = {full}")
    with pytest.raises(Unavailable):
        keep(ours, page(2, properties={"long": "x" * 30_000}))
    assert rows(file) == 1
    keep(ours, page(3))  # on a new connection, that is: there is room again
    assert rows(file) == 2


def test_who_was_erased_meanwhile_is_met_anew(ours, file):
    keep(ours, page(1))
    with sqlite3.connect(file) as other:
        other.execute("PRAGMA foreign_keys = ON")
        other.execute("DELETE FROM customers_event")
        other.execute("DELETE FROM customers_visitor")
    keep(ours, page(1, messageId="new"))
    assert (rows(file), rows(file, "SELECT count(*) FROM customers_visitor")) == (1, 1)


def test_a_row_that_the_database_refuses_spoils_no_other(ours, file):
    bad = page(2)
    bad.row[10] = "{no json"
    keep(ours, page(1), bad, page(3))
    assert rows(file) == 2
    assert rows(file, "SELECT reason || source_id FROM customers_rejected") == "not_stored7"


def test_what_a_source_sends_that_is_gone_is_not_acknowledged(ours, file):
    orphan = page(1)
    orphan.row[8] = 99
    keep(ours, page(2))
    with pytest.raises(Unavailable):
        keep(ours, orphan)
    assert rows(file) == 1


def test_too_much_that_waits_is_refused_at_once(ours, file, monkeypatch):
    monkeypatch.setattr(writer, "MOST_WAITING", 5)
    held, free = threading.Event(), threading.Event()
    opened = ours.open

    def slowly() -> Any:
        held.set()
        free.wait(10)
        return opened()

    ours.open = slowly
    done: list[Exception | None] = []
    ours.put(Delivery([page(n) for n in range(4)], [], done.append))
    held.wait(10)
    with pytest.raises(Busy):
        ours.put(Delivery([page(5), page(6)], [], done.append))
    free.set()
    ours.stop()
    assert (done, rows(file)) == ([None], 4)


def test_a_stop_writes_what_waits_and_takes_nothing_more(ours, file):
    done: list[Exception | None] = []
    for n in range(50):
        ours.put(Delivery([page(n)], [], done.append))
    ours.stop()
    assert (done, rows(file)) == ([None] * 50, 50)
    with pytest.raises(Unavailable):
        ours.put(Delivery([page(99)], [], done.append))


@pytest.mark.django_db(transaction=True)
def test_on_postgresql_two_writers_keep_everything_once():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")
    Source.objects.create(pk=7, name="Shop", write_key="k")
    two = Writer(), Writer()
    keep(two[0], page(1, userId="amina"), page(1, userId="bilal", messageId="other"))

    async def send() -> None:
        for n in range(100):
            events = [[page(n), page(n % 10), page(n, messageId=f"s{n}")] for _ours in two]
            await asyncio.gather(*(ours.kept(mine, []) for ours, mine in zip(two, events, strict=True)))

    asyncio.run(send())
    bad = page(500)
    bad.row[10] = "{no json"
    keep(two[0], page(501), bad)
    for ours in two:
        ours.stop()
    assert Event.objects.count() == Event.objects.values("once").distinct().count() == 202
    assert list(Rejected.objects.values_list("reason", flat=True)) == ["not_stored"]
    assert list(Visitor.objects.filter(value="b1").order_by("turn").values_list("turn", "user__value")) == [
        (0, "amina"),
        (1, None),
    ]
