"""How far the demo has come, for the banner. Whoever loads it writes Setting "demo.progress":
{"done": lines in, "whole": lines in all, "finished": true at the end}."""

from __future__ import annotations

from typing import Any

from grahak.core import business
from grahak.core.models import Setting
from grahak.core.registry import registry

PROGRESS = "demo.progress"


def loading() -> dict[str, Any] | None:
    """done, whole and percent of the demo being loaded; None where there is no demo or it is complete."""
    shop = business.current()
    if shop is None or not shop.is_demo:
        return None
    if registry.demo_progress is not None:
        value = registry.demo_progress()
    else:
        value = Setting.objects.filter(pk=PROGRESS).values_list("value", flat=True).first()
    if not isinstance(value, dict) or value.get("finished"):
        return None
    done, whole = int(value.get("done") or 0), int(value.get("whole") or 0)
    return {"done": done, "whole": whole, "percent": min(100, done * 100 // whole) if whole else 0}
