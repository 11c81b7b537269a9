"""A shop that takes events in, and what it holds of them."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.shop import Shop
from tests.sdk import node

PATIENCE = 30.0  # seconds that an SDK may take to send on a busy machine


class Intake:
    """A running shop with one source of its own for each test."""

    def __init__(self, shop: Shop, key: str) -> None:
        self.url, self.key = shop.url, key
        self._file = shop.data / "grahak.sqlite3"

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=20) as database:
            return database.execute(query, values).fetchall()

    def events(self, count: int) -> list[dict[str, Any]]:
        """The events of this source, as soon as there are COUNT of them."""
        query = """SELECT e.type, e.name, e.subject, e.value, e.bot, e.properties, e.context, v.kind, v.value,
            v.user_id FROM customers_event e JOIN customers_visitor v ON v.id = e.visitor_id
            JOIN customers_source s ON s.id = e.source_id WHERE s.write_key = ? ORDER BY e.id"""
        names = (
            "type",
            "name",
            "subject",
            "value",
            "bot",
            "properties",
            "context",
            "kind",
            "visitor",
            "user",
        )
        until = time.monotonic() + PATIENCE
        while True:
            found = self.rows(query, self.key)
            if len(found) >= count or time.monotonic() > until:
                break
            time.sleep(0.1)
        assert len(found) == count, self.rows("SELECT reason, detail, body FROM customers_rejected")
        rows = [dict(zip(names, row, strict=True)) for row in found]
        return [
            row | {"properties": json.loads(row["properties"]), "context": json.loads(row["context"])}
            for row in rows
        ]


@pytest.fixture(scope="session")
def sdk_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("sdk") / "data")
    shop.open()
    yield shop
    shop.close()


@pytest.fixture
def intake(sdk_shop: Shop) -> Intake:
    """A new source of programmes, made as an operator makes it."""
    return Intake(sdk_shop, sdk_shop.grahak("key", "write").strip().splitlines()[-1])


@pytest.fixture(scope="session")
def segment_packages() -> Path:
    """Segment's packages from npm. Where they can't be had: skip, or fail under GRAHAK_REQUIRE_BROWSER."""
    try:
        return node.packages()
    except node.Missing as why:
        if os.environ.get("GRAHAK_REQUIRE_BROWSER"):
            pytest.fail(str(why))
        pytest.skip(str(why))
