"""Spreadsheets (XLSX, XLSB, XLS, ODS): cells with their types, read in a bounded process of their own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from grahak.connect.reading.cells import mend, starts_totals
from grahak.connect.reading.limits import limits
from grahak.connect.reading.messages import Finding, UnreadableFile
from grahak.connect.reading.shapes import Cell, Choices, Glance, Inspection, Kind, Row
from grahak.connect.reading.zip_safety import check_archive

_CHILD = Path(__file__).with_name("sheet_child.py")
_HEAD_ROWS = 400
_SPREAD_ROWS = 2_000
_FORMULA_WITHOUT_VALUE = re.compile(rb"<f\b[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>|</c>)")


def glance(path: Path, kind: Kind, choices: Choices) -> Glance:
    """First sight of a spreadsheet; raises UnreadableFile for bombs, passwords and damage."""
    if kind != "xls":
        check_archive(path)
    with _answers(path, choices.sheet, None) as answers:
        first = next(answers)
    warnings = []
    if len(first["sheets"]) > 1:
        warnings.append(Finding("more_sheets", {"count": len(first["sheets"]), "sheet": first["sheet"]}))
    if kind == "xlsx" and _has_unsaved_formulas(path):
        warnings.append(Finding("formulas_unsaved", {}))
    return Glance(
        head=[_revived(row) for row in first["head"]],
        spread=[_revived(row) for row in first["spread"]],
        rows=first["height"],
        rows_exact=True,
        first_column=first["first_column"],
        sheets=tuple(first["sheets"]),
        sheet=first["sheet"],
        warnings=tuple(warnings),
    )


def rows(path: Path, found: Inspection, start: int) -> Iterator[Row]:
    """The rows after number START, gaps left out; numbers are those of the sheet."""
    names, width, limit = found.column_names, len(found.columns), limits().cell_chars
    with _answers(path, found.sheet, max(start, found.header_row)) as answers:
        for answer in answers:
            if answer == "end":
                return
            number, batch, moments = answer
            for cells in batch:
                number += 1
                for index in moments:
                    if type(cells[index]) is list:
                        cells[index] = _moment(cells[index][0])
                del cells[width:]
                flaws: list[Finding] = []
                for value in cells:
                    if type(value) is str and (value[0] in "='" or len(value) > limit):
                        cells, flaws = mend(cells, names)
                        break
                if cells.count(None) == len(cells):
                    continue
                if total := starts_totals(cells):
                    flaws.append(total)
                cells.extend([None] * (width - len(cells)))
                yield Row(number, tuple(cells), tuple(flaws))
    raise UnreadableFile("workbook_broken")


def _revived(cells: list[Any]) -> list[Cell]:
    return [_moment(cell[0]) if type(cell) is list else cell for cell in cells]


def _moment(text: str) -> datetime | date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


@contextmanager
def _answers(path: Path, sheet: str | None, rows_from: int | None) -> Iterator[Iterator[Any]]:
    """What the reading process says, line by line; its refusals and its death become UnreadableFile."""
    bounds = limits()
    task = {
        "path": str(path.resolve()),
        "sheet": sheet or None,
        "rows_from": rows_from,
        "head": _HEAD_ROWS,
        "spread": _SPREAD_ROWS,
        "columns": bounds.columns,
        "memory_bytes": bounds.memory_bytes,
        "seconds": bounds.seconds,
    }
    # -I: neither the working directory nor the environment can put another module in the way
    child = subprocess.Popen(  # noqa: S603  our own interpreter and file, no shell
        [sys.executable, "-I", str(_CHILD), json.dumps(task)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _told(child)
    finally:
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _told(child: subprocess.Popen[bytes]) -> Iterator[Any]:
    assert child.stdout is not None
    for line in child.stdout:
        if not line.endswith(b"\n"):
            break
        answer = json.loads(line)
        if isinstance(answer, dict) and "refusal" in answer:
            code = answer.pop("refusal")
            raise UnreadableFile(code, **answer)
        yield answer
    # It ended without a last word: killed by its bounds or by a refused allocation.
    raise UnreadableFile("workbook_too_big" if child.wait() != 0 else "workbook_broken")


def _has_unsaved_formulas(path: Path) -> bool:
    """Whether formulas stand without a result, as programs write them that do not calculate."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                name
                for name in archive.namelist()
                if name.startswith("xl/worksheets/") and name[-4:] == ".xml"
            ]
            for name in names[:3]:
                with archive.open(name) as member:
                    if _FORMULA_WITHOUT_VALUE.search(member.read(2 * 1024 * 1024)):
                        return True
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error):
        return False
    return False
