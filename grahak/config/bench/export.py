"""The list of customers as a file: rows a second, and how the memory grows with them.

Our own streamed file is read to its end, beside one that Django writes from the same rows with nothing
looked up: the bare cost of reading them and writing a line each.
"""

from __future__ import annotations

import csv
import gc
import time
from collections.abc import Iterator
from typing import Any, Final

from grahak.config.bench import frame
from grahak.config.bench.pages import QUICK, SIZES, shop
from grahak.core.models import User
from grahak.customers.listing.file import lines
from grahak.customers.listing.table import chosen_columns
from grahak.customers.models import Customer
from grahak.customers.selection import Selection

LEAST: Final = 25_000  # rows a second
MOST_GROWTH: Final = 1.3  # of the memory


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    """Rows a second of the whole list with the columns of the screen, and the peak of memory while it
    runs."""
    for size in QUICK if quick else SIZES:
        name = f"pages-{size}"
        with frame.scratch(name) as fresh:
            if fresh:
                shop.fill(size)
                frame.filled(name)
            yield from _measured(size)


def _measured(size: int) -> Iterator[dict[str, Any]]:
    owner = User.objects.get(email=shop.OWNER)
    rows, seconds = _timed(_ours(owner))
    bare_rows, bare_seconds = _timed(_bare())
    assert rows == bare_rows == size + 1, (rows, bare_rows, size)
    yield {
        "case": "customers",
        "size": size,
        "value": size / seconds,
        "unit": "rows/s",
        "reference": "the same rows by a plain iterator and csv.writer",
        "reference_value": size / bare_seconds,
        "target": {"value": (">=", LEAST)},
    }
    yield {
        "case": "memory",
        "size": size,
        "value": _peak(owner),
        "unit": "MiB",
        "reference": "",
        "reference_value": None,
        "target": {"growth": ("<=", MOST_GROWTH)},
    }


def _ours(owner: User) -> Iterator[str]:
    columns = [column for column in chosen_columns(None) if column.export or column.value]
    return lines(owner, Selection("", ()), columns)


def _bare() -> Iterator[str]:
    class Line:
        def write(self, text: str) -> str:
            return text

    write = csv.writer(Line()).writerow
    yield write(["name", "city", "country", "created"])
    rows = Customer.objects.order_by("pk").values_list("name", "city", "country", "created_at")
    for row in rows.iterator(chunk_size=2000):
        yield write(row)


def _timed(parts: Iterator[str]) -> tuple[int, float]:
    """(lines, seconds)."""
    gc.collect()
    began = time.perf_counter()
    count = sum(part.count("\n") for part in parts)
    return count, time.perf_counter() - began


def _peak(owner: User) -> float:
    """The most memory Python held at once while the file was streamed, in MiB."""
    import tracemalloc

    gc.collect()
    tracemalloc.start()
    for number, _part in enumerate(_ours(owner)):
        if (
            number > 60
        ):  # a hundred thousand rows: longer would only cost time, each part being as big as the last
            break
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20
