"""How many lives to live (GRAHAK_KILL_POINTS, 10 without it), and the report of them (GRAHAK_KILL_REPORT)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

LIVES = int(os.environ.get("GRAHAK_KILL_POINTS") or 10)
_FATES: list[dict[str, Any]] = []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(LIVES))


@pytest.fixture
def tell() -> Callable[[dict[str, Any]], None]:
    """Add a life to the report."""
    return _FATES.append


@pytest.fixture(scope="session", autouse=True)
def _report() -> Iterator[None]:
    yield
    path = os.environ.get("GRAHAK_KILL_REPORT")
    if path and _FATES:
        Path(path).write_text(_as_page(_FATES))


def _as_page(fates: list[dict[str, Any]]) -> str:
    lines = [
        "# Killed and counted",
        "",
        "Written by `make kill`. A life is a process killed with SIGKILL at seeded",
    ]
    lines += ["moments, started again until it ended, and counted.", ""]
    for what in sorted({fate["what"] for fate in fates}):
        mine = [fate for fate in fates if fate["what"] == what]
        whole = sum(1 for fate in mine if fate["ok"])
        lines += [f"## {what}: {whole} of {len(mine)} lives whole", "", "```json"]
        lines += [json.dumps(fate, ensure_ascii=False) for fate in mine]
        lines += ["```", ""]
    return "\n".join(lines)
