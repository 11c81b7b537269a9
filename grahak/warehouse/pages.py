"""The star schema as a page of Markdown, drawn from the star itself: docs/warehouse.md, held to it by a test."""

from __future__ import annotations

from django.utils.translation import override

from grahak.warehouse import dates, schema
from grahak.warehouse.star import TABLES, Column

HEAD = """# The warehouse

A columnar copy of the records for questions about many at once: DuckLake (Parquet files with an SQLite catalogue) under
`GRAHAK_DATA/warehouse`, kept within two seconds of the records by the worker, and rebuildable from them at any time.

    grahak warehouse rebuild          make it anew beside the old one, then take its place
    grahak warehouse status --json    rows and sums of every table against the records; exits 1 where they differ
    grahak warehouse copy             write open Parquet copies to GRAHAK_DATA/copies

- Times are UTC without a zone; `day` is the day by the shop's clock. Amounts are exact decimals in the currency of
  account.
- Weeks are ISO 8601's. A fiscal year begins with the month that the shop's settings say.
- Read it from other programmes by the **open copies** (Settings, Warehouse), never by the files in
  `GRAHAK_DATA/warehouse`: those hold rows that were changed or deleted since.
- An erased customer leaves every table, file, snapshot, statistic and copy; until the last byte is gone the page says
  so.
- Several workers: one leads and writes; readers are never locked out. All tables change in one commit; what was written
  to the records while that commit was being read comes with the next.
- Where it stands still (catalogue held, disk full), the page says why and since when; it goes on by itself.

This page is drawn from `grahak/warehouse/star.py` by `python -m grahak shell -c "from grahak.warehouse import pages;
print(pages.drawn())"`; a test fails when it is not up to date.
"""


def drawn() -> str:
    """The page, in English."""
    with override("en"):
        parts = [HEAD]
        for table in sorted(TABLES.values(), key=lambda found: found.name):
            parts.append(_table(table.name, str(table.says), table.key, schema.columns(table)))
        parts.append(
            _table(
                "dates", "One row a day, with weeks, months, fiscal years and holidays.", "day", dates.COLUMNS
            )
        )
        return "\n".join(parts)


def _table(name: str, says: str, key: str, columns: list[Column] | tuple[Column, ...]) -> str:
    lines = [f"## {name}", "", f"{says} Key: `{key}`.", "", "| Column | Type | |", "|---|---|---|"]
    lines += [f"| `{column.name}` | {schema.TYPES[column.type]} | {column.says} |" for column in columns]
    return "\n".join([*lines, ""])
