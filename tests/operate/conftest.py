"""An installation of its own for each test of the operator's commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.operate.shop import Shop


@pytest.fixture
def empty_shop(tmp_path: Path) -> Shop:
    """An empty folder: nothing was ever started in it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return Shop(folder)


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    Shop(folder).python("from grahak.config import start\nstart.prepare()")
    return folder


@pytest.fixture
def shop(empty_shop: Shop, _migrated: Path) -> Shop:
    """An installation that was started before: its tables are there and empty, its screens built."""
    shutil.copytree(_migrated, empty_shop.folder, dirs_exist_ok=True)
    return empty_shop
