"""What the intake acknowledged survives kill -9: ten seeded lives; `make kill N=200` runs more."""

from pathlib import Path

import pytest

from tests.kill import intake

pytestmark = pytest.mark.kill


@pytest.fixture(scope="module")
def ready(tmp_path_factory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("kill-intake")
    return intake.prepared(folder), folder


def test_what_was_acknowledged_is_kept_once(ready, seed, tell):
    template, folder = ready
    found = intake.fate(seed, template, folder)
    tell(found)
    assert found["ok"], found
