"""A warehouse of the test's own, and what was announced of segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grahak.core import events
from grahak.warehouse import lake, sync


@pytest.fixture
def warehouse(business: Any, tmp_path: Path, settings: Any) -> Iterator[Callable[[], int]]:
    """Calling it copies what is there into a warehouse of this test's own."""
    settings.DATA = tmp_path
    lake.forget()
    yield sync.catch_up
    lake.forget()


@pytest.fixture
def news() -> Iterator[list[tuple[int, list[int], list[int]]]]:
    """(segment, entered, left) of every announcement."""
    heard: list[tuple[int, list[int], list[int]]] = []

    def listen(segment_id: int, entered: list[int], left: list[int]) -> None:
        heard.append((segment_id, entered, left))

    events.on("insight.segment.moved", listen)
    yield heard
    events._LISTENERS["insight.segment.moved"].remove(listen)
