"""How long a committed row takes to show in the warehouse, idle and with 1,000 rows a second arriving while segments
are counted.

A row's own time: a probe customer is committed and then asked for in the warehouse (another engine, read only) until it
is there. The worker's own loop does the copying, in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from grahak.config.bench import big
from grahak.core.bulk import insert, stored
from grahak.customers.models import Customer, Event
from grahak.warehouse import lake, sync

QUICK = big.Size(customers=5_000, orders=20_000, lines=60_000, events=100_000)
FULL = big.Size(customers=200_000, orders=1_000_000, lines=3_000_000, events=4_000_000)
PROBES, QUICK_PROBES = 60, 12
ARRIVING = 1_000  # events a second
GIVEN_UP = 60.0
SEGMENT = """SELECT count(*) FROM lake.customers c WHERE c.country = 'IN' AND EXISTS (
    SELECT 1 FROM lake.order_lines l WHERE l.customer_id = c.customer_id AND l.product_id <= 10
    AND l.placed_at > now()::TIMESTAMP - INTERVAL 90 DAY)
AND NOT EXISTS (SELECT 1 FROM lake.orders o WHERE o.customer_id = c.customer_id
    AND o.placed_at > now()::TIMESTAMP - INTERVAL 14 DAY)"""


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """`idle` and `loaded`: the 95th percentile in seconds."""
    size, probes = (QUICK, QUICK_PROBES) if quick else (FULL, PROBES)
    name = f"fresh-{size.name}"
    with big.shop(name, size) as place:
        sync.catch_up()
        with _worker(place):
            _wait_for_the_worker()
            for case in ("idle", "loaded"):
                yield {
                    "case": case,
                    "size": size.customers,
                    "value": _percentile(_measured(probes, loaded=case == "loaded"), 0.95),
                    "unit": "s",
                    "target": {"value": ("<=", 2.0)},
                }


class _worker:
    """The worker's loop in a process of its own, on the same records and warehouse."""

    def __init__(self, place: Path) -> None:
        code = (
            "import sys, threading, django; django.setup()\n"
            "from django.conf import settings; from pathlib import Path\n"
            "from django.db import connection\n"
            "settings.DATA = Path(sys.argv[1]); connection.settings_dict['NAME'] = sys.argv[2]\n"
            "from grahak.warehouse import loop; stop = threading.Event()\n"
            # it ends with the bench, however that ends: its end of the pipe closes then
            "threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()\n"
            "loop.run(stop)"
        )
        self.command = [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            code,
            str(place),
            str(connection.settings_dict["NAME"]),
        ]

    def __enter__(self) -> None:
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "grahak.config.settings", "GRAHAK_LOG_LEVEL": "ERROR"}
        self.process = subprocess.Popen(  # noqa: S603 (our own code)
            self.command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )

    def __exit__(self, *_rest: object) -> None:
        self.process.terminate()
        self.process.wait()


def _wait_for_the_worker() -> None:
    _seconds_until_seen(_commit_probe("warm"), give_up=120.0)


def _measured(probes: int, *, loaded: bool) -> list[float]:
    stop = threading.Event()
    others = [threading.Thread(target=work, args=(stop,)) for work in (_arrive, _count)] if loaded else []
    for thread in others:
        thread.start()
    try:
        found = []
        for number in range(probes):
            found.append(_seconds_until_seen(_commit_probe(f"{loaded}-{number}")))
            time.sleep(0.25)
        return found
    finally:
        stop.set()
        for thread in others:
            thread.join()


def _commit_probe(name: str) -> tuple[int, float]:
    """(its number, when it was committed)."""
    customer = Customer.objects.create(name=f"Probe {name}")
    return customer.pk, time.perf_counter()


def _seconds_until_seen(probe: tuple[int, float], give_up: float = GIVEN_UP) -> float:
    pk, committed = probe
    while time.perf_counter() - committed < give_up:
        if lake.ask("SELECT 1 FROM lake.customers WHERE customer_id = ?", [pk]):
            return time.perf_counter() - committed
        time.sleep(0.02)
    return give_up


def _arrive(stop: threading.Event) -> None:
    """A thousand events a second, in groups of a hundred, as the intake commits them."""
    once, due = time.time_ns(), time.perf_counter()
    try:
        while not stop.is_set():
            now = stored(timezone.now())
            insert(
                Event,
                (
                    "once",
                    "visitor",
                    "type",
                    "name",
                    "subject",
                    "at",
                    "received_at",
                    "source",
                    "bot",
                    "properties",
                    "context",
                ),
                [
                    (once + n, 1 + n, "track", "Product Viewed", "SKU1", now, now, 1, False, "{}", "{}")
                    for n in range(100)
                ],
            )
            once += 100
            due += 100 / ARRIVING
            stop.wait(max(due - time.perf_counter(), 0))
    finally:
        connections.close_all()


def _count(stop: threading.Event) -> None:
    """Segments counted one after the other, as somebody editing a rule causes it, two a second."""
    while not stop.is_set():
        lake.ask(SEGMENT)
        stop.wait(0.5)


def _percentile(found: list[float], share: float) -> float:
    return sorted(found)[min(int(len(found) * share), len(found) - 1)]
