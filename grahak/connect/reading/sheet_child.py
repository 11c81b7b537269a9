"""Opens a spreadsheet in a process of its own and writes its cells to standard output, one JSON text a line.

A process of its own, because a two-kilobyte sheet can claim a cell in its last row and column, for which the
reading library asks memory for all cells between, and a refused allocation ends the whole process. Here that
process is this one, it is bounded, and its memory goes back when it ends. It imports nothing of Grahak.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import python_calamine

_BATCH = 400


class _Refused(Exception):
    pass


def main(task: dict[str, Any]) -> None:
    _bound(task["memory_bytes"], task["seconds"])
    try:
        _answer(task)
    except _Refused as refused:
        _say(refused.args[0])
    except python_calamine.PasswordError:
        _say({"refusal": "workbook_password"})
    except MemoryError:
        _say({"refusal": "workbook_too_big"})
    except BrokenPipeError:
        raise
    except BaseException as error:  # a panic of the library is no Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        _say({"refusal": "workbook_broken"})


def _bound(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _answer(task: dict[str, Any]) -> None:
    book = python_calamine.CalamineWorkbook.from_path(task["path"])
    names = _readable(book)
    sheet = _chosen(book, names, task["sheet"])
    start = sheet.start or (0, 0)
    width = sheet.width
    if width > task["columns"]:
        raise _Refused({"refusal": "too_many_columns", "found": width, "limit": task["columns"]})
    height = start[0] + sheet.height
    if task["rows_from"] is None:
        step = max(1, height // task["spread"])
        head: list[list[Any]] = []
        spread: list[list[Any]] = []
        for index, row in enumerate(sheet.iter_rows()):
            if index < task["head"]:
                head.append([_cell(value) for value in row])
            elif index % step == 0:
                spread.append([_cell(value) for value in row])
        first = {"sheets": names, "sheet": sheet.name, "height": height, "first_column": start[1]}
        _say(first | {"head": head, "spread": spread})
        return
    below = islice(sheet.iter_rows(), task["rows_from"], None)
    number = task["rows_from"]
    while batch := [[_cell(value) for value in row] for row in islice(below, _BATCH)]:
        moments = sorted({index for row in batch for index, value in enumerate(row) if type(value) is list})
        _say([number, batch, moments])
        number += len(batch)
    _say("end")


def _readable(book: Any) -> list[str]:
    sheets = [found for found in book.sheets_metadata if found.typ == python_calamine.SheetTypeEnum.WorkSheet]
    visible = [found.name for found in sheets if found.visible == python_calamine.SheetVisibleEnum.Visible]
    return visible or [found.name for found in sheets]


def _chosen(book: Any, names: list[str], wanted: str | None) -> Any:
    if wanted is not None:
        if wanted not in names:
            raise _Refused({"refusal": "sheet_missing", "sheet": wanted[:60]})
        return book.get_sheet_by_name(wanted)
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            return sheet
    raise _Refused({"refusal": "workbook_empty"})


def _cell(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value.replace("\x00", "").strip() or None  # no database takes zero bytes in text
    if kind is float:
        if value != value or value in (float("inf"), float("-inf")):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is datetime or kind is date:
        return [value.isoformat()]  # a list marks a day or moment: no cell is a list
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
