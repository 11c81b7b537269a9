"""Duplicates among all customers: how long it takes, how many pairs a second are compared, how much memory it needs.

The customers are those of the bench of pages; every fiftieth is made a second record of its neighbour (the same phone
and town, the name in another script or misspelt), so that it can be counted how many of those were found.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

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
    _forget_peak()
    began = time.perf_counter()
    run.whole()
    seconds = time.perf_counter() - began
    memory = _peak()
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


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """The most memory of this process since `_forget_peak`, and of the largest of its children twice, in MiB."""
    own = 0
    status = Path("/proc/self/status")
    if status.exists():
        own = next(
            int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")
        )
    else:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + 2 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
