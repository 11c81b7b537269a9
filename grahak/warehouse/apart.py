"""What must not share a process with Python's own SQLite, done in a process apart.

The engine's SQLite extension brings its own copy of the SQLite library. File locks belong to a process, and the two
copies know nothing of each other's: when either closes a file, the locks that the other holds on it are gone. A reader
then meets pages that are being moved ("database disk image is malformed"), and a writer can spoil the file. So no file
is ever opened by both in one process: the records, which Django has open, are read by the engine here, and the
warehouse's catalogue, which the engine has open, is scrubbed by Python here.

Run as a script it takes one task as JSON and imports nothing of Django.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any


class Failed(OSError):
    """The process apart ended with a fault; its words are the message."""


def run(task: str, **facts: Any) -> None:
    """Do TASK ("read" or "scrub") in a process apart, and wait for its end. Raises Failed."""
    done = subprocess.run(  # noqa: S603 (our own file)
        [sys.executable, "-I", __file__],
        input=json.dumps({"task": task, **facts}),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Failed(said[-1] if said else f"ended with {done.returncode}")


@contextmanager
def pinned(catalogue: Path) -> Iterator[None]:
    """Keep a lake's catalogue open in a process apart. DuckLake opens and closes it for each transaction, and
    whenever the last one closes, SQLite takes its log away: whoever comes just then waits a whole second. The
    process ends with this one, however that ends."""
    keeper = subprocess.Popen([sys.executable, "-I", __file__], stdin=subprocess.PIPE, text=True)  # noqa: S603
    assert keeper.stdin is not None
    try:
        keeper.stdin.write(json.dumps({"task": "keep", "catalogue": str(catalogue)}) + "\n")
        keeper.stdin.flush()
        yield
    finally:
        keeper.stdin.close()
        keeper.wait()


@contextmanager
def rows(
    select: str, *, database: str, extensions: list[str], scratch: Path, threads: int, memory: int
) -> Iterator[Path]:
    """A Parquet file with the rows of SELECT over the SQLite file DATABASE, attached as `records`; deleted
    afterwards."""
    scratch.mkdir(parents=True, exist_ok=True)
    out = scratch / f"{uuid.uuid4().hex}.parquet"
    try:
        run(
            "read", select=select, database=database, extensions=extensions, out=str(out), scratch=str(scratch),
            threads=threads, memory=memory,
        )  # fmt: skip
        yield out
    finally:
        out.unlink(missing_ok=True)


def fill(**facts: Any) -> Iterator[tuple[str, int]]:
    """Fill a new lake from the SQLite records, without a detour: LAKE attaches it, TABLES are (name, statements), and
    LAST is run before the commit. Gives each table's name and rows as it is done. Raises Failed."""
    worker = subprocess.Popen(  # noqa: S603 (our own file)
        [sys.executable, "-I", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stderr is not None
    try:
        worker.stdin.write(json.dumps({"task": "fill", **facts}))
        worker.stdin.close()
        for line in worker.stdout:
            name, rows = json.loads(line)
            yield name, rows
        said = worker.stderr.read().strip().splitlines()
        if worker.wait():
            raise Failed(said[-1] if said else f"ended with {worker.returncode}")
    finally:
        worker.kill()
        worker.wait()
        worker.stdout.close()
        worker.stderr.close()


# -- in the process apart ----------------------------------------------------------------------------------------


def _engine(facts: dict[str, Any]) -> Any:
    """The engine with the records attached, read only."""
    import duckdb

    config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": str(facts["threads"]),
        "memory_limit": f"{facts['memory']}MB",
        "temp_directory": facts["scratch"],
        "preserve_insertion_order": "false",
    }
    engine = duckdb.connect(":memory:", config=config)
    for path in facts["extensions"]:
        engine.execute(f"LOAD '{_quoted(path)}'")
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET enable_progress_bar = false")
    database = _quoted(facts["database"])
    engine.execute(f"ATTACH '{database}' AS records (TYPE sqlite, READ_ONLY, BUSY_TIMEOUT 10000)")
    return engine


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def read(facts: dict[str, Any]) -> None:
    """Write the rows of a SELECT to a Parquet file."""
    with _engine(facts) as engine:
        out = _quoted(facts["out"])
        engine.execute(f"COPY ({facts['select']}) TO '{out}' (FORMAT parquet, COMPRESSION lz4_raw)")


def filling(facts: dict[str, Any]) -> None:
    """Fill a new lake from the records in one commit, telling each table's rows."""
    with _engine(facts) as engine:
        engine.execute(facts["lake"])
        engine.execute("BEGIN")
        for name, statements in facts["tables"]:
            rows = 0
            for statement in statements:
                found = engine.execute(statement).fetchone()
                rows = int(found[0]) if found else 0
            print(json.dumps([name, rows]), flush=True)  # noqa: T201 (the other end of the pipe)
        engine.execute(*facts["last"])
        engine.execute("COMMIT")


def keep(facts: dict[str, Any]) -> None:
    """Hold the catalogue open, idle, until the other end of the pipe is closed."""
    with closing(sqlite3.connect(facts["catalogue"], timeout=30)) as catalogue:
        catalogue.execute("SELECT count(*) FROM ducklake_snapshot").fetchone()
        sys.stdin.read()


def scrub(facts: dict[str, Any]) -> None:
    """Take what is no longer in any file out of a lake's catalogue: its statistics hold smallest and largest values,
    and its free pages what once stood there."""
    with closing(sqlite3.connect(facts["catalogue"], timeout=30)) as catalogue:
        live = "SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot IS NULL"
        columns = catalogue.execute(
            "SELECT s.table_id, s.column_id, c.column_type, s.min_value, s.max_value"
            " FROM ducklake_table_column_stats s JOIN ducklake_column c"
            " ON c.table_id = s.table_id AND c.column_id = s.column_id AND c.end_snapshot IS NULL"
        ).fetchall()
        for table_id, column_id, kind, lowest, highest in columns:
            found = _bounds(catalogue, table_id, column_id, kind, live)
            if found != [lowest, highest]:
                catalogue.execute(
                    "UPDATE ducklake_table_column_stats SET min_value = ?, max_value = ?"
                    " WHERE table_id = ? AND column_id = ?",
                    (*found, table_id, column_id),
                )
        catalogue.commit()
        catalogue.execute("VACUUM")
        catalogue.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _bounds(catalogue: sqlite3.Connection, table_id: int, column_id: int, kind: str, live: str) -> list[Any]:
    as_number = kind.startswith(("int", "decimal", "float", "uint", "big"))
    order = "CAST({0} AS REAL)" if as_number else "{0}"
    found = []
    for name, way in (("min_value", "ASC"), ("max_value", "DESC")):
        row = catalogue.execute(
            f"SELECT {name} FROM ducklake_file_column_stats WHERE table_id = ? AND column_id = ?"  # noqa: S608
            f" AND {name} IS NOT NULL AND data_file_id IN ({live})"
            f" ORDER BY {order.format(name)} {way} LIMIT 1",
            (table_id, column_id),
        ).fetchone()
        found.append(row[0] if row else None)
    return found


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    {"read": read, "fill": filling, "scrub": scrub, "keep": keep}[given["task"]](given)
