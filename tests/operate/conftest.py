"""An installation of its own for each test of the operator's commands."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.migrated import begin
from tests.operate.shop import Shop


@pytest.fixture
def empty_shop(tmp_path: Path) -> Shop:
    """An empty folder: nothing was ever started in it."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return Shop(folder)


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = begin(tmp_path_factory.mktemp("migrated"))
    Shop(folder).python("from grahak.config import start\nstart.prepare()")
    return folder


@pytest.fixture
def shop(empty_shop: Shop, _migrated: Path) -> Shop:
    """An installation that was started before: its tables are there and empty, its screens built."""
    shutil.copytree(_migrated, empty_shop.folder, dirs_exist_ok=True)
    return empty_shop


@pytest.fixture(scope="session")
def _postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Gives the DATABASE_URL of one more migrated, empty database each time it is called: migrating one takes half
    a minute, copying it a moment."""
    postgres = pytest.importorskip("tests.postgres")
    if not postgres.is_here():
        pytest.skip("PostgreSQL's programs are not installed")
    import psycopg

    numbers = itertools.count(1)
    with postgres.server() as url:
        Shop(tmp_path_factory.mktemp("postgres"), url).run("migrate", "--verbosity=0")

        def another() -> str:
            name = f"shop_{next(numbers)}"
            with psycopg.connect(url.replace("/grahak?", "/postgres?"), autocommit=True) as door:
                door.execute(f"CREATE DATABASE {name} TEMPLATE grahak")
            return url.replace("/grahak?", f"/{name}?")

        yield another


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_shop(request: pytest.FixtureRequest, shop: Shop) -> Shop:
    """An installation on SQLite, and the same on PostgreSQL."""
    if request.param == "sqlite":
        return shop
    return Shop(shop.folder, request.getfixturevalue("_postgres")())
