"""A worker killed while it reads what came back loses nothing and counts nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.kill import bounces

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def come_back(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes], dict[str, Any]]:
    return bounces.prepared(tmp_path_factory.mktemp("bounces") / "first")


def test_a_killed_reader_loses_and_doubles_nothing(
    seed: int,
    come_back: tuple[Path, list[bytes], dict[str, Any]],
    tmp_path: Path,
    tell: Callable[[dict[str, Any]], None],
) -> None:
    data, mails, wanted = come_back
    states = [row.split(", ")[1:3] for row in wanted["messages"]]
    third = bounces.PEOPLE * 3 // 5
    assert states.count(["'failed'", "'bounced'"]) == third
    assert states.count(["'failed'", "'soft'"]) == third
    assert states.count(["'failed'", "'blocked'"]) == third
    assert len(wanted["reports"]) == 4 * third
    assert len(wanted["barred"]) == bounces.PEOPLE * 3 // 5
    assert len(wanted["aside"]) == 10
    found = bounces.fate(seed, data, mails, wanted, tmp_path)
    tell(found)
    assert found["ok"], found["differs"]
