"""Writes the ZIP: a file a table in the format asked for, the files that rows hold (photos, papers, pictures), three
files that import again, and a README of every column.

Rows are read and written a stretch at a time, so memory does not grow with the business. It is written beside its place
and put there whole: what was begun and killed is begun anew, and no half file is ever offered.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

import duckdb
from django.db.models import FileField

from grahak.connect.exporting import importable
from grahak.connect.exporting.models import ExportFormat
from grahak.connect.exporting.tables import LEFT_OUT, Table, tables
from grahak.core import business

STEP: Final = 2000
Progress = Callable[[str, int], None]  # (table, rows more)


def write(target: Path, kind: str, told: Progress) -> tuple[int, int]:
    """Write everything to TARGET; gives (tables, rows). TOLD hears of each stretch."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    counts: dict[str, int] = {}
    found = tables()
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as pack:
        for table in found:
            counts[table.name] = _written(pack, table, kind, told)
        for table in found:
            _files(pack, table, told)
        for name, rows in importable.FILES.items():
            told(f"import/{name}", 0)
            with pack.open(f"import/{name}.csv", "w", force_zip64=True) as raw:
                _csv(raw, rows())
        pack.writestr("README.md", readme(found, counts, kind))
    os.replace(part, target)
    return len(found), sum(counts.values())


def _written(pack: zipfile.ZipFile, table: Table, kind: str, told: Progress) -> int:
    told(table.name, 0)
    name = f"tables/{table.name}.{kind}"
    if kind == ExportFormat.PARQUET:
        return _parquet(pack, name, table, told)
    count = 0
    with pack.open(name, "w", force_zip64=True) as raw:
        if kind == ExportFormat.CSV:
            text = io.TextIOWrapper(raw, "utf-8", newline="", write_through=False)
            text.write("\ufeff")
            line = csv.writer(text)
            line.writerow([one.name for one in table.columns])
            for step in stretches(table):
                line.writerows([_cell(value) for value in row] for row in step)
                count += len(step)
                told(table.name, len(step))
            text.flush()
            text.detach()
        else:
            count = _jsonl(raw, table, told)
    return count


def _files(pack: zipfile.ZipFile, table: Table, told: Progress) -> None:
    """What the file columns of a table name, below files/ under that very name; what is no longer there is passed over
    (a file removed while the export is written)."""
    shown = {one.name for one in table.columns}
    fields = [
        one for one in table.model._meta.concrete_fields if isinstance(one, FileField) and one.name in shown
    ]
    for field in fields:
        names = table.model._default_manager.exclude(**{field.name: ""}).order_by("pk")
        for name in names.values_list(field.name, flat=True).iterator(chunk_size=STEP):
            told("files", 0)
            try:
                with (
                    field.storage.open(name) as kept,
                    pack.open(f"files/{name}", "w", force_zip64=True) as raw,
                ):
                    shutil.copyfileobj(kept, raw)
            except FileNotFoundError:
                continue


def _jsonl(raw: IO[bytes], table: Table, told: Progress) -> int:
    count, names = 0, [one.name for one in table.columns]
    for step in stretches(table):
        lines = (
            json.dumps(dict(zip(names, map(_json, row), strict=True)), ensure_ascii=False) for row in step
        )
        raw.write("".join(f"{line}\n" for line in lines).encode())
        count += len(step)
        told(table.name, len(step))
    return count


def _parquet(pack: zipfile.ZipFile, name: str, table: Table, told: Progress) -> int:
    """By way of JSON lines, typed and packed by DuckDB."""
    with tempfile.TemporaryDirectory(prefix="grahak-export-") as folder:
        lines, packed = Path(folder) / "rows.jsonl", Path(folder) / "rows.parquet"
        with lines.open("wb") as raw:
            count = _jsonl(raw, table, told)
        columns = ", ".join(f"'{one.name}': '{one.sql}'" for one in table.columns)
        with duckdb.connect(config={"threads": 1}) as engine:
            engine.execute(
                f"COPY (FROM read_json('{lines}', format='newline_delimited', columns={{{columns}}}, "
                f"maximum_object_size=67108864)) TO '{packed}' (FORMAT parquet, COMPRESSION zstd)"
            )
        pack.write(packed, name, zipfile.ZIP_STORED)
    return count


def stretches(table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table, by their key, a few thousand at a time."""
    rows = table.model._default_manager.order_by("pk")
    names = [one.name for one in table.columns]
    last: Any = None
    while True:
        found = rows if last is None else rows.filter(pk__gt=last)
        step = list(found.values_list("pk", *names)[:STEP])
        if not step:
            return
        yield [row[1:] for row in step]
        last = step[-1][0]


def _cell(value: Any) -> str:
    """A value as CSV holds it. Texts are kept as they are, so that the file says what the record says."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    found = _json(value)
    return found if isinstance(found, str) else str(found)


def _json(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal():
            return f"{value:f}"
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
        case dt.date() | dt.time():
            return value.isoformat()
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def _csv(raw: IO[bytes], rows: Iterator[list[str]]) -> None:
    text = io.TextIOWrapper(raw, "utf-8", newline="")
    text.write("\ufeff")
    csv.writer(text).writerows(rows)
    text.flush()
    text.detach()


def readme(found: list[Table], counts: dict[str, int], kind: str) -> str:
    """What is in the file, table by table and column by column; in English, for programmes are told in it too."""
    shop = business.required()
    lines = [
        f"# {shop.name}: everything, exported {business.today().isoformat()}",
        "",
        f"Made by Grahak. Amounts are in {shop.currency}; moments are in UTC; texts are UTF-8.",
        "",
        "- `import/` holds customers, products and orders as Grahak's import reads them: bring them in under Import,",
        "  customers first, then products, then orders.",
        f"- `tables/` holds every table as it is kept, one {kind.upper()} file each. `→ table.column` names the row",
        "  that a number points at. Dictionaries and lists are written as JSON.",
        "- `files/` holds the files that rows name (papers of customers, pictures), under the name in their column.",
        "- Passwords, keys and other secrets are left out, and so are tables that are no records of the business:",
        *(f"  - `{name}`: {why}" for name, why in sorted(LEFT_OUT.items())),
        "",
    ]
    for table in found:
        lines += [f"## {table.name} ({counts.get(table.name, 0)} rows)", ""]
        if table.says:
            lines += [table.says, ""]
        lines += ["| column | type | what it is |", "| --- | --- | --- |"]
        lines += [f"| {one.name} | {one.type} | {one.says.replace('|', '/')} |" for one in table.columns]
        lines.append("")
    return "\n".join(lines)
