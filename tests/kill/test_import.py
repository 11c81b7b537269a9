"""An import survives kill -9: ten seeded lives; `make kill N=200` runs more."""

from pathlib import Path

import pytest

from tests.kill import imports

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> tuple[Path, int, Path]:
    folder = tmp_path_factory.mktemp("kill-import")
    template, run_id = imports.prepared(folder)
    return template, run_id, folder


def test_nothing_is_lost_or_doubled(ready, seed, tell):
    template, run_id, folder = ready
    found = imports.fate(seed, template, run_id, folder)
    tell(found)
    assert found["ok"], found
