"""The worker killed, the catalogue locked, the disk full: nothing is lost, nothing doubled, and it is said since when
the warehouse is stale. Real processes on a real database file.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from grahak.core.models import Setting
from grahak.warehouse import trouble

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="the child processes use SQLite files")
KILLS = int(os.environ.get("GRAHAK_KILL_POINTS") or 4)
BEGIN = "import django, sys; django.setup()\n"
PREPARE = """
from django.core.management import call_command
call_command("migrate", verbosity=0, skip_checks=True)
from grahak.core.models import Business
from grahak.warehouse import sync
Business.objects.create(pk=1, name="Kill")
sync.catch_up()
"""
WRITE = """
from grahak.customers.models import Customer, Event, Source, Visitor
from grahak.sales.models import Order, OrderLine
import datetime as dt
at = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
web = Source.objects.get_or_create(write_key="k", defaults={"name": "Shop"})[0]
n = Customer.objects.count()
for turn in range(n, n + 40):
    customer = Customer.objects.create(name=f"Customer {turn}")
    order = Order.objects.create(number=str(turn), customer=customer, placed_at=at, net=turn)
    OrderLine.objects.create(order=order, ordinal=1, quantity=1, unit_price=turn, amount=turn)
    visitor = Visitor.objects.create(kind="a", value=str(turn), customer=customer)
    Event.objects.create(once=turn, visitor=visitor, type="page", at=at, received_at=at, source=web)
Customer.objects.filter(pk__lte=20).update(city=f"City {n}")
Order.objects.filter(pk=n - 3).delete()
"""
SYNC_SLOWLY = """
from grahak.warehouse import lake, sync
sync.MOST_LINES, sync.MOST_EVENTS = 25, 10
print("ready", flush=True)
with lake.held("writer", wait=10):
    writer = sync.Writer(lake.current())
    sync.run_out(writer)
"""
TURN = """
import json
from grahak.warehouse import trouble
from grahak.warehouse.loop import Keeper
keeper = Keeper()
waits = [keeper.turn() for _ in range(int(sys.argv[1]))]
found = trouble.now()
print(json.dumps({"waits": waits, "code": found.code if found else None, "times": found.times if found else 0,
    "since": found.since.isoformat() if found else None}))
"""
COUNT = """
import json
from grahak.warehouse import status
from grahak.warehouse.tests.same import differing
told = status.told()
print(json.dumps({"agrees": told["agrees"], "differing": sorted(differing()), "waiting": told["waiting"]}))
"""


def environment(data: Path) -> dict[str, str]:
    return os.environ | {
        "GRAHAK_DATA": str(data),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "grahak.config.settings",
        "GRAHAK_LOG_LEVEL": "CRITICAL",
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
    }


def python(data: Path, code: str, *words: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", BEGIN + code, *words]
    done = subprocess.run(command, env=environment(data), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with empty records and their warehouse; copied for each test."""
    data = tmp_path_factory.mktemp("faults") / "data"
    python(data, PREPARE)
    return data


@pytest.fixture
def child(prepared: Path, tmp_path: Path) -> Callable[..., Any]:
    """Run a piece of code in a process of its own, in a data directory of this test's own."""
    shutil.copytree(prepared, tmp_path / "data")

    def run(code: str, *words: str, wait: bool = True) -> Any:
        if not wait:
            command = [sys.executable, "-W", "ignore", "-c", BEGIN + code, *words]
            return subprocess.Popen(
                command, env=environment(tmp_path / "data"), stdout=subprocess.PIPE, text=True
            )
        lines = python(tmp_path / "data", code, *words).splitlines()
        return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None

    return run


def test_a_sync_killed_anywhere_loses_and_doubles_nothing(child: Callable[..., Any]) -> None:
    chance = random.Random(7)
    for _life in range(KILLS):
        child(WRITE)
        victim = child(SYNC_SLOWLY, wait=False)
        victim.stdout.readline()
        time.sleep(chance.uniform(0.05, 1.2))
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        victim.stdout.close()
    found = child(COUNT)  # catches up first, then counts
    assert found == {"agrees": True, "differing": [], "waiting": 0}


def test_a_locked_catalogue_is_waited_for_and_told_of(child: Callable[..., Any], tmp_path: Path) -> None:
    child(WRITE)
    generation = (tmp_path / "data/warehouse/current").read_text()
    with closing(sqlite3.connect(tmp_path / f"data/warehouse/{generation}/catalog.sqlite3")) as other:
        other.execute("BEGIN IMMEDIATE")
        told = child("from grahak.warehouse import lake\nlake.LOCK_WAIT = 300\n" + TURN, "1")
        assert told["code"] == "locked"
        assert told["since"]
        assert told["waits"][0] >= 1
        other.rollback()
    told = child(TURN, "2")
    assert told["code"] is None
    assert child(COUNT) == {"agrees": True, "differing": [], "waiting": 0}


def test_a_full_disk_stops_the_warehouse_and_nothing_else(child: Callable[..., Any]) -> None:
    child(WRITE)
    told = child("from django.db import connection; connection.ensure_connection()\n" + FULL, "2")
    # SQLite calls a file that may not grow an I/O error
    assert told["code"] in ("disk_full", "disk"), told["detail"]
    assert told["times"] == 2
    assert child(TURN, "2")["code"] is None
    assert child(COUNT) == {"agrees": True, "differing": [], "waiting": 0}


# the records' own file is longer than the limit allows; only the warehouse's writing is limited
FULL = """
import json, resource, signal
from grahak.warehouse import sync, trouble
from grahak.warehouse.loop import Keeper
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
keeper = Keeper()
plain = sync.Writer.sync
def cramped(self, work):
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, resource.RLIM_INFINITY))
    try:
        return plain(self, work)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sync.Writer.sync = cramped
waits = [keeper.turn() for _ in range(int(sys.argv[1]))]
found = trouble.now()
print(json.dumps({"waits": waits, "code": found.code if found else None, "times": found.times if found else 0,
    "since": found.since.isoformat() if found else None, "detail": found.detail if found else ""}))
"""


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("IO Error: Could not write file: No space left on device", "disk_full"),
        ("database or disk is full", "disk_full"),
        ("TransactionContext Error: database is locked", "locked"),
        ("IO Error: Cannot open file 'x.parquet': No such file or directory", "unreadable"),
        ("IO Error: Cannot open file 'x.parquet': Permission denied", "denied"),
        ("something else", "other"),
    ],
)
def test_what_the_engine_says_becomes_plain_words(said: str, code: str) -> None:
    assert trouble.code_of(RuntimeError(said)) == code
    assert str(trouble.WORDS[code])


@pytest.mark.django_db
def test_a_fault_is_remembered_with_the_moment_of_the_first() -> None:
    assert trouble.now() is None
    trouble.note(OSError("No space left on device"))
    first = trouble.now()
    assert first is not None
    trouble.note(RuntimeError("database is locked"))
    second = trouble.now()
    assert second is not None
    assert (second.since, second.times, second.code) == (first.since, 2, "locked")
    trouble.over()
    assert not Setting.objects.filter(name=trouble.NAME).exists()
