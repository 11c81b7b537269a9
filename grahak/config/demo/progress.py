"""How far the demo has come: one Setting, so that a restart goes on where it was and the banner can tell."""

from __future__ import annotations

from typing import Any

from grahak.connect.models import ImportRun
from grahak.core.demo import PROGRESS
from grahak.core.models import Setting

STEPS = ("prepare", "customers", "orders", "story", "finished")


def state() -> dict[str, Any] | None:
    """What is kept: step, done and whole (lines), finished, runs (import by step), told (rooms). None
    outside the demo."""
    row = Setting.objects.filter(pk=PROGRESS).first()
    return row.value if row is not None and isinstance(row.value, dict) else None


def keep(value: dict[str, Any]) -> None:
    Setting.objects.update_or_create(pk=PROGRESS, defaults={"value": value})


def shown() -> dict[str, Any] | None:
    """`state()` with the lines that the import under way has brought in so far, for the banner."""
    value = state()
    if value is None or value.get("finished"):
        return value
    run = value.get("runs", {}).get(value["step"])
    rows = ImportRun.objects.filter(pk=run).values_list("next_row", flat=True).first() if run else None
    return value | {"done": value["done"] + (rows or 0)}
