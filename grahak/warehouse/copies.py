"""Open copies: one plain Parquet file a table, for Tableau, Power BI, Excel or whatever reads Parquet, written
on a schedule and replaced as a whole, so that nobody ever reads half a file.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from grahak.core.models import Setting
from grahak.warehouse import lake, schema
from grahak.warehouse.star import TABLES

NAME = "warehouse.copies"
EVERY = {"never": None, "hourly": dt.timedelta(hours=1), "daily": dt.timedelta(days=1)}
LIST = "copies.json"


@dataclass(frozen=True)
class Plan:
    """How often copies are written, and of which tables ([] for all)."""

    every: str = "never"
    tables: tuple[str, ...] = ()


def plan() -> Plan:
    """The shop's choice; never, until somebody chooses."""
    found = Setting.objects.filter(name=NAME).first()
    if found is None:
        return Plan()
    every = found.value.get("every", "never")
    return Plan(every if every in EVERY else "never", tuple(found.value.get("tables", ())))


def choose(every: str, tables: list[str]) -> Plan:
    """Keep the shop's choice; ValueError for a word or table that is not known."""
    if every not in EVERY or not set(tables) <= set(names()):
        raise ValueError(every)
    Setting.objects.update_or_create(name=NAME, defaults={"value": {"every": every, "tables": tables}})
    return plan()


def names() -> list[str]:
    """The tables there are to copy."""
    return [*TABLES, schema.DATES]


def folder() -> Path:
    """GRAHAK_DATA/copies."""
    path = Path(settings.DATA) / "copies"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def write() -> list[dict[str, Any]]:
    """Write the chosen tables now, all of one moment; returns what `there` gives. Each file takes its place at
    once when it is complete; copies of tables no longer chosen go."""
    with lake.held("copies"):
        return _write()


def _write() -> list[dict[str, Any]]:
    wanted = [name for name in names() if not (chosen := plan().tables) or name in chosen]
    listed: list[dict[str, Any]] = []
    place = folder()
    for name in wanted:
        (place / f"{name}.parquet.new").unlink(missing_ok=True)
    with lake.reading() as cursor:
        cursor.execute("BEGIN")
        for name in wanted:
            new = place / f"{name}.parquet.new"
            table = TABLES.get(name)
            order = schema.sorting(table) if table else ' ORDER BY "day"'
            cursor.execute(
                f"COPY (SELECT * FROM lake.{schema.quoted(name)}{order}) TO '{_sql(new)}'"  # noqa: S608
                " (FORMAT parquet, COMPRESSION zstd)"
            )
            found = cursor.execute(f"SELECT count(*) FROM read_parquet('{_sql(new)}')").fetchone()  # noqa: S608
            listed.append({"table": name, "rows": int(found[0]) if found else 0})
        cursor.execute("COMMIT")
    at = timezone.now().isoformat()
    for copy in listed:
        name = copy["table"]
        _settle(place / f"{name}.parquet.new", place / f"{name}.parquet")
        copy |= {"file": f"{name}.parquet", "bytes": (place / f"{name}.parquet").stat().st_size, "at": at}
    new = place / f"{LIST}.new"
    new.write_text(json.dumps(listed))
    _settle(new, place / LIST)
    for old in place.glob("*.parquet"):
        if old.stem not in wanted:
            old.unlink()
    return listed


def _settle(new: Path, path: Path) -> None:
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(path)


def _sql(path: Path) -> str:
    return str(path).replace("'", "''")


def there() -> list[dict[str, Any]]:
    """The copies that lie there: table, file, rows, bytes, at."""
    try:
        listed = json.loads((folder() / LIST).read_text())
    except (FileNotFoundError, ValueError):
        return []
    return [copy for copy in listed if (folder() / copy["file"]).is_file()]


def due() -> bool:
    """Whether the schedule asks for new copies now."""
    every = EVERY[plan().every]
    if every is None:
        return False
    written = there()
    return not written or timezone.now() - dt.datetime.fromisoformat(written[0]["at"]) >= every


def refresh() -> bool:
    """Write copies anew where some lie there; returns whether."""
    if not there():
        return False
    write()
    return True
