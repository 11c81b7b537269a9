"""Links that were answered are recorded after kill -9, once: ten seeded lives; `make kill N=200` runs more."""

from pathlib import Path

import pytest

from tests.kill import clicks

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("kill-clicks")
    return clicks.prepared(folder), folder


def test_what_was_answered_is_recorded_once(ready, seed, tell):
    template, folder = ready
    found = clicks.fate(seed, template, folder)
    tell(found)
    assert found["ok"], found
