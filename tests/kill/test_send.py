"""Sending survives kill -9: ten seeded lives; `make kill N=200` runs more."""

from pathlib import Path

import pytest

from tests.kill import sending

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("kill-send")
    return sending.prepared(folder), folder


def test_nobody_is_written_to_twice_and_nobody_is_lost(ready, seed, tell):
    template, folder = ready
    found = sending.fate(seed, template, folder)
    tell(found)
    assert found["ok"], found
