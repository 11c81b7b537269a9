"""Events over HTTP: durable events a second through the whole intake, on one web process with a full table.

`batch_100` and `single` post events (100 a request, and one) over kept-open connections to `grahak web` and count
what was acknowledged, that is committed with full sync, with deduplication on and millions of events held; beside it
the engine's own durable insert of the same rows in groups of 100, through one connection with the same settings into
the same table with the same indexes, measured before and after. `ceiling` is that insert at 6,400 rows a group.
"""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection, transaction

from grahak.config.bench import frame
from grahak.config.bench.load import put_on
from grahak.connect.intake import clock, reading, stores
from grahak.customers.models import Source

KEY = "gw_bench"
BATCH, CEILING = 100, 6_400
CONNECTIONS = {"batch_100": 16, "single": 64}
ACTIVE = 100_000  # of the visitors held, those who come now
SUCCESS = b'{"success":true}'


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    held = 200_000 if quick else 20_000_000
    posted = {"batch_100": 40_000 if quick else 300_000, "single": 5_000 if quick else 30_000}
    with frame.scratch(f"intake-{held}") as fresh:
        if fresh:
            _fill(held)
            frame.filled(f"intake-{held}")
        _warm()
        for name, many in posted.items():
            before = _insert(held, many, BATCH)
            ours = _served(held, name, many)
            after = _insert(held, many, BATCH)
            case: dict[str, Any] = {
                "case": name,
                "size": held,
                "value": ours,
                "unit": "events/s",
                "reference": "the engine's own durable insert of the same rows, 100 a group",
                "reference_value": (before + after) / 2,
            }
            yield case | ({"target": {"ratio": (">=", 0.8)}} if name == "batch_100" else {})
        yield {
            "case": "ceiling",
            "size": held,
            "value": _insert(held, posted["batch_100"], CEILING),
            "unit": "events/s",
            "reference": "the same, 100 a group",
            "reference_value": _insert(held, posted["batch_100"], BATCH),
        }


# What is held


def visitors_of(held: int) -> int:
    return max(1000, min(1_000_000, held // 20))


_SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {many}) ",
    "postgresql": "WITH s AS (SELECT generate_series(1, {many}::bigint) AS n) ",
}
_MOMENT = {
    "sqlite": "datetime('2026-01-01', (n % 28000000) || ' seconds')",
    "postgresql": "timestamptz '2026-01-01 00:00Z' + (n % 28000000) * interval '1 second'",
}


def _fill(held: int) -> None:
    """HELD events of a twentieth as many visitors, from their numbers alone. Their hashes lie evenly over all 64
    bits, as real ones do, but ascend, so that filling the index is quick; the other index is built at the end."""
    vendor = connection.vendor
    source = Source.objects.create(pk=1, kind="server", name="Bench", write_key=KEY)
    series, moment = _SERIES[vendor], _MOMENT[vendor]
    step, people = (2**64 - 2**40) // held, visitors_of(held)
    no = "false" if vendor == "postgresql" else "0"
    with connection.cursor() as cursor:
        if vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("DROP INDEX events_of_a_visitor")
        with transaction.atomic():
            cursor.execute(
                f"{series.format(many=people)}, k AS (SELECT n FROM s) "
                "INSERT INTO customers_visitor (kind, value, turn, first_at, last_at) "
                f"SELECT 'a', 'b' || n, 0, {moment}, {moment} FROM k"
            )
        with transaction.atomic():
            cursor.execute(
                f"{series.format(many=held)} INSERT INTO customers_event (once, visitor_id, type, name, subject, "
                "value, at, received_at, source_id, bot, properties, context) "
                f"SELECT (n - {held // 2}) * {step}, 1 + (n * 7919) % {people}, 'track', 'Product Viewed', "
                f"'P' || (n % 5000), 149900, {moment}, {moment}, {source.pk}, {no}, "
                '\'{"product_id":"P1","price":14.99}\', \'{}\' FROM s'
            )
        cursor.execute("CREATE INDEX events_of_a_visitor ON customers_event (visitor_id, at)")
        cursor.execute("ANALYZE")
        if vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("PRAGMA synchronous=NORMAL")


def _warm() -> None:
    """Have the file in the system's memory for all who are measured."""
    if connection.vendor == "sqlite":
        with open(connection.settings_dict["NAME"], "rb") as file:
            while file.read(2**24):
                pass


def _sweep(held: int) -> int:
    """Take away what was posted; gives how many events that were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_event WHERE id > %s", [held])
        gone = int(cursor.rowcount)
        cursor.execute("DELETE FROM customers_visitor WHERE id > %s", [visitors_of(held)])
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return gone


# What comes


def _event(chance: random.Random, people: int, run: str, n: int) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "Product Viewed",
        "anonymousId": f"b{chance.randint(1, min(people, ACTIVE))}",
        "messageId": f"{run}-{n}",
        "timestamp": f"2026-11-20T10:{n // 60 % 60:02}:{n % 60:02}.{n % 1000:03}Z",
        "properties": {
            "product_id": f"P{n % 5000}", "name": "Cotton kurta", "category": "Kurtas", "price": 1499.5,
            "quantity": 1, "currency": "INR",
        },
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}, "locale": "hi-IN"},
    }  # fmt: skip


def _events(held: int, many: int, run: str) -> Iterator[dict[str, Any]]:
    chance, people = random.Random(f"{run}{held}"), visitors_of(held)
    return (_event(chance, people, run, n) for n in range(many))


def _insert(held: int, many: int, group: int) -> float:
    """Rows a second of the engine alone, in groups of GROUP, each committed with full sync."""
    request = reading.Request(1, clock.now(), clock.now())
    rows = []
    for event in _events(held, many, f"raw{group}"):
        kept = reading.read(json.dumps(event).encode(), request)
        kept.row[1] = int(kept.anonymous[1:])
        rows.append(kept.row)
    groups = [rows[at : at + group] for at in range(0, many, group)]
    connection.close()
    store = stores.opened()
    began = time.perf_counter()
    for piece in groups:
        store.begin()
        store.keep(piece)
        store.commit()
    took = time.perf_counter() - began
    store.close()
    found = _sweep(held)
    if found != many:
        raise RuntimeError(f"bench intake: {found} rows inserted, not {many}")
    return many / took


def _served(held: int, case: str, many: int) -> float:
    """Events a second that one web process acknowledged."""
    with web() as port:
        load = subprocess.run(
            [
                sys.executable,
                "-c",
                "import django; django.setup(); from grahak.config.bench import intake; intake.load()",
            ],
            env=_environment(),
            input=json.dumps([port, held, case, many]),
            capture_output=True,
            text=True,
        )
    if load.returncode:
        raise RuntimeError(f"bench intake: {case} failed: {load.stderr[-2000:]}")
    found = _sweep(held)
    if found != many:
        raise RuntimeError(f"bench intake: {found} events on the disk, {many} acknowledged")
    return many / float(load.stdout)


def _environment() -> dict[str, str]:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{found['NAME']}"
    else:
        who = f"{quote(found['USER'])}:{quote(found['PASSWORD'])}"
        url = f"postgres://{who}@/{found['NAME']}?host={quote(found['HOST'], safe='')}"
        url += f"&port={found['PORT']}" if found["PORT"] else ""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "grahak.config.settings",
        "PYTHONPATH": str(settings.PACKAGE.parent),
        "DATABASE_URL": url,
    }


@contextmanager
def web() -> Iterator[int]:
    """`grahak web` on the scratch database, as it is served; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with tempfile.TemporaryDirectory() as static:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "grahak", "web", "--host=127.0.0.1", f"--port={port}"],
            env=_environment()
            | {"GRAHAK_SUPERVISED": "1", "GRAHAK_STATIC": static, "GRAHAK_LOG_LEVEL": "ERROR"},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            yield port
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)


def wait_for(port: int) -> None:
    """Until something answers at the port: a minute at most, then RuntimeError."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("bench intake: the web process did not start")


# The load, in a process of its own


def load() -> None:
    """The load's process: reads [port, held, case, many], posts them, prints the seconds that took."""
    port, held, case, many = json.loads(sys.stdin.read())
    path = "/v1/batch" if case == "batch_100" else "/v1/track"
    events = list(_events(held, many, case + str(time.time_ns())))
    if case == "batch_100":
        pieces = [events[at : at + BATCH] for at in range(0, many, BATCH)]
        bodies: list[Any] = [{"batch": piece, "sentAt": "2026-11-20T11:00:00Z"} for piece in pieces]
    else:
        bodies = list(events)
    key = base64.b64encode(f"{KEY}:".encode()).decode()
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nAuthorization: Basic {key}\r\n"
    requests = []
    for body in bodies:
        raw = json.dumps(body).encode()
        requests.append(f"{head}Content-Length: {len(raw)}\r\n\r\n".encode() + raw)
    print(put_on(port, requests, CONNECTIONS[case], begins=b"HTTP/1.1 200", ends=SUCCESS))  # noqa: T201
