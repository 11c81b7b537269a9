"""A worker killed while it works a shop's deliveries loses nothing and doubles nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kill import deliveries

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    return deliveries.prepared(tmp_path_factory.mktemp("deliveries") / "first")


def test_a_killed_worker_loses_and_doubles_nothing(
    seed: int,
    waiting: tuple[Path, dict[str, Any]],
    tmp_path: Path,
    tell: Callable[[dict[str, Any]], None],
) -> None:
    data, wanted = waiting
    assert wanted["states"] == ["done"]
    assert wanted["recounted"]
    found = deliveries.fate(seed, data, wanted, tmp_path)
    tell(found)
    assert found["ok"], found["differs"]
