"""The documented schema is the schema."""

from __future__ import annotations

from pathlib import Path

from grahak.warehouse import pages, schema
from grahak.warehouse.star import TABLES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "warehouse.md"


def test_the_page_of_the_star_is_up_to_date() -> None:
    assert PAGE.read_text() == pages.drawn()


def test_every_table_tells_what_it_follows_by_a_column_that_it_has() -> None:
    from grahak.core import changes

    for table in TABLES.values():
        assert table.key in table.names
        assert set(table.sort) <= set(table.names)
        for kind, expression in table.follows:
            assert schema.column_of(table, expression) in table.names
            assert kind in changes.kinds(), f"{table.name} follows {kind}, which nobody logs"
