"""The two verbs of this package: look at a file, and read its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from grahak.connect.reading import csv_file, html_file, parquet_file, sheet_file
from grahak.connect.reading.cells import starts_totals
from grahak.connect.reading.header import header_row as find_header_row
from grahak.connect.reading.header import name_columns
from grahak.connect.reading.kinds import kind_of
from grahak.connect.reading.limits import MEBIBYTE, limits
from grahak.connect.reading.messages import Finding, UnreadableFile
from grahak.connect.reading.profile import column_of
from grahak.connect.reading.shapes import Cell, Choices, Column, Glance, Inspection, Kind, Row

SAMPLES = 20
_SUFFIXES: dict[str, set[Kind]] = {
    ".csv": {"csv"},
    ".txt": {"csv"},
    ".tsv": {"csv"},
    ".tab": {"csv"},
    ".xlsx": {"xlsx"},
    ".xlsm": {"xlsx"},
    ".xlsb": {"xlsb"},
    ".xls": {"xls"},
    ".ods": {"ods"},
    ".parquet": {"parquet"},
    ".htm": {"html"},
    ".html": {"html"},
}


def inspect(
    path: Path | str,
    *,
    name: str | None = None,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> Inspection:
    """What the file at PATH holds, told by its content; NAME is what its owner calls it.

    The other arguments are a person's decisions in place of our guesses; `header_row` 0 says there is none.
    Takes a second for some hundred megabytes (every byte of a text file is looked at). Raises UnreadableFile.
    """
    path = Path(path)
    name = name or path.name
    size = _size(path)
    kind = kind_of(path)
    glance = _glance(path, kind, Choices(encoding, separator, sheet, header_row))
    row = _header_row(glance, header_row)
    columns, warnings = _columns(glance, row)
    estimate = glance.rows if glance.names is not None else max(0, glance.rows - row)
    if estimate > limits().rows:
        raise UnreadableFile("too_many_rows", found=estimate, limit=limits().rows)
    found = Inspection(
        kind=kind,
        name=name,
        size=size,
        columns=columns,
        header_row=row,
        rows_estimate=estimate,
        rows_exact=glance.rows_exact,
        encoding=glance.encoding,
        separator=glance.separator,
        sheets=glance.sheets,
        sheet=glance.sheet,
        damaged=glance.damaged,
        has_nul=glance.has_nul,
        hidden_lines=glance.hidden_lines,
        warnings=(*_named_otherwise(name, kind), *glance.warnings, *_header_warnings(glance, row), *warnings),
    )
    samples = _samples(glance, found)
    if not samples:
        found = replace(found, warnings=(*found.warnings, Finding("no_rows", {})))
    return replace(found, samples=samples)


def rows(path: Path | str, inspection: Inspection, *, start: int = 0) -> Iterator[Row]:
    """The rows below the column names, in the file's order, in flat memory (a spreadsheet's elsewhere).

    START is the number of the last row already done: only later ones are given. Empty rows are left out.
    Cells are stripped; empty ones are None. A row that cannot be used comes with an error among its flaws.
    Raises UnreadableFile if the file is gone or turns out to be damaged further down.
    """
    path = Path(path)
    if not path.is_file():
        raise UnreadableFile("missing")
    match inspection.kind:
        case "csv":
            return csv_file.rows(path, inspection, start)
        case "parquet":
            return parquet_file.rows(path, inspection, start)
        case "html":
            return html_file.rows(path, inspection, start)
        case _:
            return sheet_file.rows(path, inspection, start)


def _size(path: Path) -> int:
    try:
        size = path.stat().st_size if path.is_file() else -1
    except OSError:
        size = -1
    if size < 0:
        raise UnreadableFile("missing")
    if size == 0:
        raise UnreadableFile("empty")
    most = limits().file_bytes
    if size > most:
        raise UnreadableFile("too_big", megabytes=-(-size // MEBIBYTE), limit=most // MEBIBYTE)
    return size


def _glance(path: Path, kind: Kind, choices: Choices) -> Glance:
    try:
        if kind == "csv":
            glance = csv_file.glance(path, choices)
        elif kind == "parquet":
            glance = parquet_file.glance(path, choices)
        elif kind == "html":
            glance = html_file.glance(path, choices)
        else:
            glance = sheet_file.glance(path, kind, choices)
    except OSError:
        raise UnreadableFile("missing") from None
    if glance.names is None and not any(cell is not None for row in glance.head for cell in row):
        raise UnreadableFile("empty")
    return glance


def _header_row(glance: Glance, chosen: int | None) -> int:
    if glance.names is not None:
        return 1
    if chosen is None:
        return find_header_row(glance.head)
    if not 0 <= chosen <= len(glance.head):
        raise UnreadableFile("header_missing", row=chosen)
    return chosen


def _body(glance: Glance, row: int) -> list[list[Cell]]:
    above = row if glance.names is None else 0
    return [cells for cells in (*glance.head[above:], *glance.spread) if starts_totals(cells) is None]


def _columns(glance: Glance, row: int) -> tuple[tuple[Column, ...], list[Finding]]:
    body = _body(glance, row)
    if glance.names is not None:
        titles: list[Cell] = list(glance.names)
        width = len(titles)
    else:
        titles = glance.head[row - 1] if row else []
        width = max(len(_trimmed(titles)), _body_width(body))
    columns: list[Column] = []
    warnings: list[Finding] = []
    repeated = {name for name, title in name_columns(titles, width) if title and name != title}
    for index, (name, title) in enumerate(name_columns(titles, width, glance.first_column)):
        values = [cells[index] for cells in body if index < len(cells)]
        column, found = column_of(index, name, title, values)
        columns.append(column)
        warnings += found
        if name in repeated:
            warnings.append(Finding("names_repeated", {"column": title}))
    return tuple(columns), warnings


def _trimmed(cells: list[Cell]) -> list[Cell]:
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _body_width(body: list[list[Cell]]) -> int:
    """The width most rows have: one row with a comma too many must not add a column to the table."""
    widths = sorted(len(_trimmed(cells)) for cells in body if any(cell is not None for cell in cells))
    return widths[(len(widths) - 1) * 9 // 10] if widths else 0


def _header_warnings(glance: Glance, row: int) -> Iterator[Finding]:
    if glance.names is not None:
        return
    if row == 0:
        yield Finding("no_header", {})
    elif any(cell is not None for cells in glance.head[: row - 1] for cell in cells):
        yield Finding("title_rows", {"row": row})


def _named_otherwise(name: str, kind: Kind) -> Iterator[Finding]:
    expected = _SUFFIXES.get(Path(name).suffix.lower())
    if expected and kind not in expected:
        yield Finding("named_otherwise", {"name": name[:60], "kind": kind.upper()})


def _samples(glance: Glance, found: Inspection) -> tuple[Row, ...]:
    width = len(found.columns)
    first = found.header_row if glance.names is None else 0
    taken: list[Row] = []
    for number, cells in enumerate(glance.head[first:], found.header_row + 1):
        if len(taken) == SAMPLES:
            break
        values = tuple(cells[:width]) + (None,) * (width - len(cells))
        if any(value is not None for value in values):
            taken.append(Row(number, values))
    return tuple(taken)
