"""The frame of `grahak bench`: finds the benches, completes their cases, gives them scratch databases.

A case is a dict with bench-independent keys:

    case              its name, as listed by `grahak bench --list` users ("search_common")
    size              how big the data was (customers, rows, recipients)
    value, unit       our figure ("ms", "rows/s", "MiB")
    reference         what the figure stands beside, measured in the same run (words; "" where there is none)
    reference_value   its figure in the same unit (None where there is none)
    target            optional promises, not printed as fields: {"ratio": ("<=", 3), "growth": ("<=", 1.5)}

The frame adds `bench`, `ratio` (ours ÷ reference) and `growth` (value ÷ value at the smallest size of that
case).
"""

from __future__ import annotations

import operator
import os
import platform
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

FIELDS = ("bench", "case", "size", "value", "unit", "reference", "reference_value", "ratio", "growth")
_SIGNS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def names() -> list[str]:
    """The benches there are."""
    package = import_module("grahak.config.bench")
    found = [
        module.name
        for module in iter_modules(package.__path__)
        if module.name not in ("frame", "big", "bare")
    ]
    return sorted(found)


def purpose(name: str) -> str:
    """The first line of a bench's docstring."""
    text = import_module(f"grahak.config.bench.{name}").__doc__ or ""
    return text.strip().splitlines()[0] if text.strip() else ""


def run(name: str, *, quick: bool) -> Iterator[dict[str, Any]]:
    """The finished cases of a bench, one by one as they are measured. Each has FIELDS, and `kept` (None
    where the bench promises nothing, else whether the promise was kept)."""
    smallest: dict[str, tuple[float, float]] = {}
    for case in import_module(f"grahak.config.bench.{name}").cases(quick):
        yield completed(name, case, smallest)


def completed(name: str, case: dict[str, Any], smallest: dict[str, tuple[float, float]]) -> dict[str, Any]:
    """CASE with ratio and growth; SMALLEST remembers (size, value) of the smallest size seen of each case."""
    unknown = set(case) - {*FIELDS, "target"}
    if unknown:
        raise TypeError(f"bench {name}: a case has no {', '.join(sorted(unknown))}")
    size, value = float(case["size"]), float(case["value"])
    known = smallest.get(case["case"])
    if known is None or size < known[0]:
        smallest[case["case"]] = known = (size, value)
    reference = case.get("reference_value")
    line: dict[str, Any] = {
        "bench": name,
        "case": case["case"],
        "size": case["size"],
        "value": _rounded(value),
        "unit": case["unit"],
        "reference": case.get("reference", ""),
        "reference_value": None if reference is None else _rounded(float(reference)),
        "ratio": _rounded(value / float(reference)) if reference else None,
        "growth": _rounded(value / known[1]) if known[1] else None,
    }
    target: dict[str, tuple[str, float]] = case.get("target") or {}
    line["kept"] = (
        all(line[key] is not None and _SIGNS[sign](line[key], limit) for key, (sign, limit) in target.items())
        if target
        else None
    )
    line["target"] = ", ".join(f"{key} {sign} {limit:g}" for key, (sign, limit) in target.items())
    return line


def _rounded(value: float) -> float:
    """Four significant figures: more would be noise."""
    return float(f"{value:.4g}")


def machine() -> str:
    """What the figures were measured on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    chip = platform.processor() or platform.machine()
    with open("/proc/cpuinfo") if Path("/proc/cpuinfo").exists() else open(os.devnull) as file:
        for line in file:
            if line.startswith("model name"):
                chip = line.split(":", 1)[1].strip()
                break
    return (
        f"{os.cpu_count()} cores ({chip}), {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {sys.version.split()[0]}, {connection.vendor}"
    )


def folder() -> Path:
    """Where generated data are kept between runs: GRAHAK_DATA/bench."""
    path = Path(settings.DATA) / "bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def peak() -> float:
    """The most memory this process ever held, in MiB. Linux's own high-water mark begins anew with a programme; what
    getrusage says there is at least what the process that started this one held."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


@contextmanager
def scratch(name: str) -> Iterator[bool]:
    """Point the default connection at a database of this bench's own, migrated; the shop's data are never
    touched. Gives True where it was just made (fill it, from a seed), False where an earlier run filled it.

    SQLite: GRAHAK_DATA/bench/NAME.sqlite3. PostgreSQL: a database named grahak_bench_NAME beside the
    shop's. A bench marks its data complete with `filled(name)`; what was left half-filled is made anew.
    """
    if connection.vendor == "sqlite":
        target = str(folder() / f"{name}.sqlite3")
    else:
        target = f"grahak_bench_{name.replace('-', '_').lower()}"
    mark = folder() / f"{name}.{connection.vendor}.filled"
    fresh = not mark.exists()
    before = connection.settings_dict["NAME"]
    if fresh:
        _drop(target)
        _create(target)
    _point_at(target)
    try:
        call_command("migrate", verbosity=0, interactive=False)
        yield fresh
    finally:
        _point_at(before)


def filled(name: str) -> None:
    """Say that the data of `scratch(name)` are complete, so that the next run uses them as they are."""
    (folder() / f"{name}.{connection.vendor}.filled").touch()


def _point_at(name: str) -> None:
    from grahak.core import business
    from grahak.core.rights import kept as rights

    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["NAME"] = name
    business.forget()
    rights.forget()


def _drop(target: str) -> None:
    if connection.vendor == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(target + end).unlink(missing_ok=True)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(target)}")


def _create(target: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(target)}")
