"""Duplicates among all customers: how long it takes, how many pairs a second are compared, how much memory it needs.

The customers are those of the bench of pages; every fiftieth is made a second record of its neighbour (the same phone
and town, the name in another script or misspelt), so that it can be counted how many of those were found.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection
from rapidfuzz import fuzz

from grahak.config.bench import frame
from grahak.config.bench.pages import shop
from grahak.core import bulk
from grahak.core.models import Setting
from grahak.customers.actions.names import index_names
from grahak.customers.duplicates import run
from grahak.customers.models import Customer, DuplicatePair, Identity

SIZES: Final = (100_000, 1_000_000)
QUICK: Final = (5_000, 20_000)
EVERY: Final = 50
MINUTES: Final = 10
LEAST_FOUND: Final = 0.9
GROWTH: Final = 1.5  # of memory, for ten times as many customers


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """`time`, `pairs`, `memory` and `found` at each size."""
    for size in QUICK if quick else SIZES:
        name = f"dedupe-{size}"
        with frame.scratch(name) as fresh:
            if fresh:
                shop.fill(size)
                plant(size)
                frame.filled(name)
            yield from _measured(size)


def plant(size: int) -> None:
    """Make every fiftieth customer a second record of the one before it."""
    chance = random.Random(50)
    ids = range(EVERY, size + 1, EVERY)
    for some in bulk.pieces(ids):
        before = Customer.objects.in_bulk([pk - 1 for pk in some])
        phones = dict(
            Identity.objects.filter(contact_id__in=list(before), kind="phone").values_list(
                "contact_id", "value"
            )
        )
        rows = []
        for pk in some:
            twin = before[pk - 1]
            other = next(iter((twin.other_names or {}).values()), "")
            rows.append((other or _slip(chance, twin.name), twin.city, twin.kind, pk))
        bulk.update(Customer, ["name", "city", "kind"], rows)
        for pk in some:
            Identity.objects.filter(contact_id=pk, kind="phone").update(value=phones[pk - 1])
        index_names(some)


def _slip(chance: random.Random, name: str) -> str:
    at = chance.randrange(1, len(name))
    return name[:at] + name[at] + name[at:] if at < len(name) else name + name[-1]


def _measured(size: int) -> Iterator[dict[str, Any]]:
    DuplicatePair.objects.all().delete()
    Setting.objects.filter(name=run.NAME).delete()
    seconds, memory = _apart(str(connection.settings_dict["NAME"]))
    compared = run.progress()["compared"]
    yield {
        "case": "time", "size": size, "value": seconds, "unit": "s", "reference": "promised", "reference_value":
        MINUTES * 60, "target": {"ratio": ("<=", 1)},
    }  # fmt: skip
    yield {
        "case": "pairs", "size": size, "value": compared / seconds, "unit": "pairs/s, keys and all",
        "reference": "rapidfuzz WRatio of the names alone, one core", "reference_value": _plain_pairs_a_second(),
    }  # fmt: skip
    yield {
        "case": "memory", "size": size, "value": memory, "unit": "MiB", "target": {"growth": ("<=", GROWTH)},
    }  # fmt: skip
    planted = {(pk - 1, pk) for pk in range(EVERY, size + 1, EVERY)}
    known: set[tuple[int, int]] = set()
    for some in bulk.pieces(pk for _low, pk in planted):
        known |= set(DuplicatePair.objects.filter(high_id__in=some).values_list("low_id", "high_id"))
    yield {
        "case": "found", "size": size, "value": len(planted & known) / len(planted), "unit": "of those planted",
        "target": {"value": (">=", LEAST_FOUND)},
    }  # fmt: skip


def _plain_pairs_a_second() -> float:
    names = list(Customer.objects.order_by("pk").values_list("name", flat=True)[:20_000])
    began = time.perf_counter()
    for one, other in itertools.pairwise(names):
        fuzz.WRatio(one, other)
    return len(names) / (time.perf_counter() - began)


def _apart(database: str) -> tuple[float, float]:
    """The run in a process of its own, as the worker has it, so that what filled the database does not count: the
    seconds, and the most memory that it and its children held at one moment, in MiB."""
    code = "import sys, django; django.setup(); from grahak.config.bench import dedupe; dedupe.alone(sys.argv[1])"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": str(settings.SETTINGS_MODULE)}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, database], env=environment, capture_output=True, text=True, check=True
    )
    seconds, memory = json.loads(done.stdout.strip().splitlines()[-1])
    return float(seconds), float(memory)


def alone(database: str) -> None:
    """Look through all customers of DATABASE, and print seconds and MiB as JSON."""
    connection.settings_dict["NAME"] = database
    most, ended = [0.0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            most[0] = max(most[0], _held())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    began = time.perf_counter()
    run.whole()
    seconds = time.perf_counter() - began
    ended.set()
    watcher.join()
    sys.stdout.write(json.dumps([seconds, max(most[0], _held())]) + "\n")


def _held() -> float:
    """Memory of this process and its children now, in MiB."""
    pages = 0
    for pid in (os.getpid(), *(child.pid for child in multiprocessing.active_children())):
        path = Path(f"/proc/{pid}/statm")
        if path.exists():
            pages += int(path.read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
