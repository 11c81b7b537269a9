"""Where the warehouse lies and how it is opened: a DuckLake (Parquet files and an SQLite catalogue) under
GRAHAK_DATA/warehouse, read by every process and written by one at a time.

Each rebuild makes a new *generation* beside the old one; the file `current` names the one in use. How far the records
have been copied stands in the lake's own commits, so that rows and position can never disagree.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.utils import timezone

from grahak.core import changes
from grahak.customers.models import Event

LOCK_WAIT = 10_000  # milliseconds that DuckDB waits for the catalogue; 10 s cured every lock seen
OLD_GENERATION = 120.0  # seconds an old generation is left for those who still read it
AUTHOR = "grahak"


class Unavailable(Exception):
    """There is no warehouse yet, or it cannot be opened now."""


class Busy(Unavailable):
    """Another process writes the warehouse."""


@dataclass
class State:
    """What a commit of the lake says of itself: the POSITION of the change LOG and the highest EVENT that it
    holds, the business's ZONE its days are in, the TABLES it has (name → fingerprint) and the moment."""

    log: int = 0
    position: int = 0
    event: int = 0
    zone: str = "UTC"
    tables: dict[str, str] = field(default_factory=dict)
    dates: str = ""
    at: str = ""

    def told(self) -> str:
        return json.dumps(asdict(self) | {"at": timezone.now().isoformat()}, separators=(",", ":"))


# -- places --------------------------------------------------------------------------------------------------


def folder() -> Path:
    """GRAHAK_DATA/warehouse."""
    path = Path(settings.DATA) / "warehouse"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def current() -> Path | None:
    """The folder of the generation in use; None before the first rebuild."""
    try:
        name = (folder() / "current").read_text().strip()
    except FileNotFoundError:
        return None
    return folder() / name if name else None


def new_generation() -> Path:
    """An empty folder for a generation that is not yet in use."""
    taken = [int(path.name[5:]) for path in folder().glob("lake-*") if path.name[5:].isdigit()]
    path = folder() / f"lake-{max(taken, default=0) + 1}"
    path.mkdir(mode=0o700)
    return path


def use(generation: Path) -> None:
    """Make GENERATION the one in use, at once for everybody who opens the warehouse from now on."""
    mark = folder() / "current.new"
    with mark.open("w") as file:
        file.write(generation.name)
        file.flush()
        os.fsync(file.fileno())
    mark.replace(folder() / "current")


def sweep_generations(*, after: float = OLD_GENERATION) -> list[str]:
    """Delete generations out of use that nobody has written to for AFTER seconds (old ones, and those of a
    rebuild that was killed); returns their names. None while a rebuild runs. Only for who holds the writer's
    lock."""
    gone = []
    try:
        with held("rebuild"):
            for path in folder().glob("lake-*"):
                times = [inner.stat().st_mtime for inner in (path, *path.glob("catalog.sqlite3*"))]
                if path != current() and time.time() - max(times) >= after:
                    shutil.rmtree(path, ignore_errors=True)
                    gone.append(path.name)
    except Busy:
        pass
    return gone


def scratch() -> Path:
    """Where this process may put what it needs for a moment."""
    return folder() / "tmp" / str(os.getpid())


def sweep_scratch() -> None:
    """Delete what engines of dead processes spilled."""
    for path in (folder() / "tmp").glob("*"):
        if path.name.isdigit() and not Path(f"/proc/{path.name}").exists():
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def held(name: str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock NAME ("writer", "rebuild") of this warehouse; Busy where another process still holds it
    after WAIT seconds. It goes with the process, however that ends."""
    until = time.monotonic() + wait
    with (folder() / f"{name}.lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Busy(name) from None
                time.sleep(0.05)
        yield


def is_held(name: str) -> bool:
    """Whether some process holds the lock NAME now."""
    try:
        with held(name):
            return False
    except Busy:
        return True


# -- opening -------------------------------------------------------------------------------------------------


def extension(name: str) -> str:
    """The path of a signed extension that came with Grahak; nothing is ever downloaded."""
    spec = find_spec(f"duckdb_extension_{name}")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"the package duckdb-extension-{name.replace('_', '-')} is not installed")
    base = Path(next(iter(spec.submodule_search_locations)))
    return str(base / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension")


def engine(*extensions: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own with capped threads and memory, times in UTC, and nothing loaded but what is named."""
    scratch().parent.mkdir(
        parents=True, exist_ok=True
    )  # it makes its folder when it must spill, not the one above
    found = duckdb.connect(
        ":memory:",
        config={
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": str(settings.WAREHOUSE_THREADS),
            "memory_limit": f"{settings.WAREHOUSE_MEMORY}MB",
            "temp_directory": str(scratch()),
            "preserve_insertion_order": "false",
        },
    )
    for name in ("ducklake", "sqlite_scanner", *extensions):
        found.execute(f"LOAD '{extension(name)}'")
    found.execute("SET TimeZone = 'UTC'")
    found.execute("SET enable_progress_bar = false")
    return found


def attach(engine: duckdb.DuckDBPyConnection, generation: Path, *, read_only: bool = False) -> None:
    """Attach a generation as `lake`."""
    engine.execute(attaching(generation, read_only=read_only))


def attaching(generation: Path, *, read_only: bool = False) -> str:
    """The statement that attaches a generation as `lake`."""
    options = [
        f"DATA_PATH '{generation / 'files'}'",
        "OVERRIDE_DATA_PATH true",  # the data directory may have been moved since
        "DATA_INLINING_ROW_LIMIT 0",
        "META_JOURNAL_MODE 'WAL'",
        f"META_BUSY_TIMEOUT {LOCK_WAIT}",
    ]
    if read_only:
        options.append("READ_ONLY")
    return f"ATTACH 'ducklake:sqlite:{generation / 'catalog.sqlite3'}' AS lake ({', '.join(options)})"


_engines: dict[Path, duckdb.DuckDBPyConnection] = {}
_lock = threading.Lock()


@contextmanager
def reading() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on the warehouse, read only; tables are `lake.<name>`. Each statement sees the newest commit
    (wrap several in BEGIN … COMMIT to see one). Unavailable before the first rebuild."""
    generation = current()
    if generation is None:
        raise Unavailable("no warehouse yet")
    with _lock:
        found = _engines.get(generation)
        if found is None:
            for old in [path for path in _engines if path != generation]:
                _engines.pop(old).close()
            found = engine()
            attach(found, generation, read_only=True)
            _engines[generation] = found
        cursor = found.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def ask(sql: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
    """The rows of one question. Asked once more where a file was cleaned away under it."""
    for again in (True, False):
        try:
            with reading() as cursor:
                return cursor.execute(sql, parameters or None).fetchall()
        except (duckdb.IOException, duckdb.ConnectionException):
            if not again:
                raise
            forget()
    return []


def forget() -> None:
    """Close what this process holds open (after a rebuild, between tests)."""
    with _lock:
        for found in _engines.values():
            found.close()
        _engines.clear()


# -- what it says of itself ------------------------------------------------------------------------------------


def state() -> State | None:
    """How far the newest commit has come; None where there is no warehouse."""
    generation = current()
    if generation is None or not (generation / "catalog.sqlite3").exists():
        return None
    with reading() as cursor:
        return told_by(cursor)


def told_by(engine: duckdb.DuckDBPyConnection) -> State | None:
    """What the newest commit of the lake that ENGINE has attached says; None before the first. About a millisecond:
    the catalogue is asked by the engine, never by Python's own SQLite (see `warehouse.apart`)."""
    found = engine.execute(
        "SELECT commit_extra_info FROM __ducklake_metadata_lake.ducklake_snapshot_changes"
        " WHERE commit_extra_info IS NOT NULL ORDER BY snapshot_id DESC LIMIT 1"
    ).fetchone()
    return State(**json.loads(found[0])) if found else None


def commit_with(writer: duckdb.DuckDBPyConnection, state: State, says: str) -> None:
    """Let the open transaction carry STATE; the caller commits."""
    sql, parameters = message(state, says)
    writer.execute(sql, parameters)


def message(state: State, says: str) -> list[Any]:
    """The statement, with its parameters, that lets an open transaction carry STATE."""
    return ["CALL ducklake_set_commit_message('lake', ?, ?, extra_info => ?)", [AUTHOR, says, state.told()]]


def beat() -> None:
    """Say that the warehouse is up with the records at this moment."""
    (folder() / "beat").touch()


def fresh() -> dict[str, Any]:
    """How fresh the warehouse is: `synced_to` (position of the change log), `at` (of the last commit),
    `waiting` (changes and events that are not yet in it), `behind_seconds` (since it was last known to hold
    everything; 0.0 where nothing waits), all None where there is no warehouse."""
    found = state()
    if found is None:
        return {"synced_to": None, "at": None, "waiting": None, "behind_seconds": None}
    waiting = changes.waiting(found.position) + max(changes.settled_id(Event) - found.event, 0)
    mark = folder() / "beat"
    last = mark.stat().st_mtime if mark.exists() else dt.datetime.fromisoformat(found.at).timestamp()
    return {
        "synced_to": found.position,
        "at": dt.datetime.fromisoformat(found.at),
        "waiting": waiting,
        "behind_seconds": max(time.time() - last, 0.0) if waiting else 0.0,
    }
