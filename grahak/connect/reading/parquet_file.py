"""Parquet, streamed by DuckDB in flat memory, with nothing of the machine in its reach but the one file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from grahak.connect.reading.cells import mend, starts_totals
from grahak.connect.reading.limits import limits
from grahak.connect.reading.messages import Finding, UnreadableFile
from grahak.connect.reading.shapes import Cell, Choices, Glance, Inspection, Row

_AWARE = "TIMESTAMP WITH TIME ZONE"
_BATCH = 4_000
_HEAD_ROWS = 400
_WINDOWS = 20
_WINDOW_ROWS = 60
_PLAIN_TYPES = {
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT",
    "VARCHAR",
}  # fmt: skip


def glance(path: Path, choices: Choices) -> Glance:
    """First sight of a Parquet file; raises UnreadableFile if it is damaged or too wide."""
    with _opened(path) as (connection, name):
        types = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [name]).fetchall()
        if len(types) > limits().columns:
            raise UnreadableFile("too_many_columns", found=len(types), limit=limits().columns)
        counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [name]).fetchone()
        total = int(counted[0]) if counted else 0
        if total > limits().rows:
            raise UnreadableFile("too_many_rows", found=total, limit=limits().rows)
        query = _query(types)
        head = connection.execute(query + " WHERE file_row_number < ?", [name, _HEAD_ROWS]).fetchall()
        spread: list[Any] = []
        windows = _WINDOWS if total > _HEAD_ROWS else 0
        for window in range(1, windows + 1):
            first = total * window // (windows + 1)
            within = " WHERE file_row_number BETWEEN ? AND ?"
            spread += connection.execute(query + within, [name, first, first + _WINDOW_ROWS]).fetchall()
    moments = [index for index, column in enumerate(types) if column[1] == _AWARE]
    return Glance(
        head=[_cells(row, moments) for row in head],
        spread=[_cells(row, moments) for row in spread],
        rows=total,
        rows_exact=True,
        names=tuple(str(column[0]) for column in types),
    )


def rows(path: Path, found: Inspection, start: int) -> Iterator[Row]:
    """The rows after number START; the column names count as row 1, as a spreadsheet would show them."""
    names = found.column_names
    limit = limits().cell_chars
    skipped = max(start, 1) - 1
    with _opened(path) as (connection, name):
        types = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [name]).fetchall()
        texts = [index for index, column in enumerate(types) if column[1] == "VARCHAR"]
        moments = [index for index, column in enumerate(types) if column[1] == _AWARE]
        result = connection.execute(_query(types) + " WHERE file_row_number >= ?", [name, skipped])
        number = skipped + 1
        while batch := result.fetchmany(_BATCH):
            for raw in batch:
                number += 1
                values: list[Cell] = list(raw)
                flaws: list[Finding] = []
                odd = False
                for index in texts:
                    text = raw[index]
                    if text is not None:
                        values[index] = text = text.strip() or None
                        if text and (text[0] in "='" or len(text) > limit or "\x00" in text):
                            odd = True
                for index in moments:
                    values[index] = _aware(raw[index])
                if odd:
                    values, flaws = mend([_without_nul(value) for value in values], names)
                if total := starts_totals(values):
                    flaws.append(total)
                elif not any(value is not None for value in values):
                    continue
                yield Row(number, tuple(values), tuple(flaws))


def _query(types: list[Any]) -> str:
    """A SELECT of all columns, each as a type a cell can have; deterministic in order."""
    parts = [_expression(str(name), str(kind)) for name, kind, *_ in types]
    return f"SELECT {', '.join(parts)} FROM read_parquet(?, file_row_number = true)"  # noqa: S608  names are quoted


def _expression(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if kind in _PLAIN_TYPES or kind.startswith("DECIMAL"):
        return column
    if kind in {"DOUBLE", "FLOAT"}:
        return f"CASE WHEN isfinite({column}) THEN {column} END"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        # What a Python date cannot hold (infinity, the year 20000) is no date of trade and comes back empty.
        value = f"make_timestamp(epoch_us({column}))" if kind == _AWARE else column
        value = f"CAST({value} AS {'DATE' if kind == 'DATE' else 'TIMESTAMP'})"
        return f"CASE WHEN isfinite({column}) AND year({value}) BETWEEN 1 AND 9999 THEN {value} END"
    if kind == "BLOB":
        return f"TRY_CAST(decode({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _cells(raw: tuple[Any, ...], moments: list[int]) -> list[Cell]:
    values: list[Cell] = [value.strip() or None if isinstance(value, str) else value for value in raw]
    for index in moments:
        values[index] = _aware(raw[index])
    return mend([_without_nul(value) for value in values], ())[0]


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _without_nul(value: Cell) -> Cell:
    return value.replace("\x00", "") or None if isinstance(value, str) else value


@contextmanager
def _opened(path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A fresh engine that can see this one file and install nothing; its errors become UnreadableFile."""
    with tempfile.TemporaryDirectory(prefix="grahak-parquet-") as folder:
        # A name of our own: DuckDB would take "[2026]" or "*" in the true one for a pattern.
        link = Path(folder) / "table.parquet"
        link.symlink_to(path.resolve())
        connection = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "memory_limit": "512MB",
                "threads": "1",
                "max_temp_directory_size": "0B",
            },
        )
        try:
            connection.execute(f"SET allowed_paths = ['{link}']")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection, str(link)
        except (duckdb.Error, UnicodeDecodeError, OverflowError, ValueError, MemoryError, RuntimeError):
            raise UnreadableFile("parquet_broken") from None
        finally:
            connection.close()
