"""A launch survives kill -9: ten seeded lives; `make kill N=200` runs more."""

from pathlib import Path
from typing import Any

import pytest

from tests.kill import launches

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> tuple[Path, dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("kill-launch")
    return *launches.prepared(folder), folder


def test_a_launch_cut_off_anywhere_ends_as_one_that_was_not(ready, seed, tell):
    data, wanted, folder = ready
    found = launches.fate(seed, data, wanted, folder)
    tell(found)
    assert found["ok"], found
