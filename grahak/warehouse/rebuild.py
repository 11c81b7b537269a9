"""Making the warehouse anew from the records: beside the one in use, which serves on until the new one is complete."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection

from grahak.core import business, changes
from grahak.customers.models import Event
from grahak.warehouse import lake, records, schema, sync
from grahak.warehouse.star import TABLES

Tell = Callable[[str, int], None]


def needed() -> bool:
    """Whether the warehouse can't be brought up to date by a sync: there is none, its days are in another zone,
    its change log is that of another database (a restored backup) or was cut before it was read."""
    found = lake.state()
    if found is None:
        return True
    return (
        found.zone != str(business.zone())
        or found.log != changes.log_id()
        or found.position > changes.settled()
        or changes.is_cut(found.position)
    )


def build(tell: Tell | None = None) -> Path:
    """A complete new generation, not yet in use. TELL is called with each table's name and rows as it is done.
    The position is noted before anything is read: what changes meanwhile is copied again by the next sync."""
    generation = lake.new_generation()
    zone = str(business.zone())
    state = lake.State(
        log=changes.log_id(), position=changes.settled(), event=changes.settled_id(Event), zone=zone,
        tables=schema.fingerprints(),
    )  # fmt: skip
    try:
        whole = _apart if connection.vendor == "sqlite" and records.in_reach() else _here
        for name, rows in whole(generation, state):
            if tell is not None:
                tell(name, rows)
    except BaseException:
        shutil.rmtree(generation, ignore_errors=True)
        raise
    return generation


def _apart(generation: Path, state: lake.State) -> Iterator[tuple[str, int]]:
    """From an SQLite file, in a process apart; the table of dates comes with the first sync."""
    bound = f"t.id <= {state.event}"
    tables = [(table, bound if table.name == schema.EVENTS else "") for table in TABLES.values()]
    yield from records.fill_apart(generation, tables, state.zone, lake.message(state, "rebuild"))


def _here(generation: Path, state: lake.State) -> Iterator[tuple[str, int]]:
    """From PostgreSQL, or from records that only this process sees."""
    writer = sync.Writer(generation)
    try:
        writer.engine.execute("BEGIN")
        for table in TABLES.values():
            yield table.name, sync.fill(writer.engine, table, state.zone, state.event)
        lake.commit_with(writer.engine, state, "rebuild")
        writer.engine.execute("COMMIT")
    finally:
        writer.close()


def build_and_use(tell: Tell | None = None) -> int:
    """Build, bring up to date and put in the place of the old one; returns the rows. For who holds the writer's
    lock."""
    rows = 0

    def count(name: str, many: int) -> None:
        nonlocal rows
        rows += many
        if tell is not None:
            tell(name, many)

    generation = build(count)
    take_up(generation)
    return rows


def take_up(generation: Path) -> None:
    """Sync a new generation and make it the one in use. For who holds the writer's lock."""
    writer = sync.Writer(generation)
    try:
        sync.run_out(writer)
    finally:
        writer.close()
    lake.use(generation)
    lake.forget()


def rebuild(tell: Tell | None = None) -> int:
    """Make it anew while the old one is read and even kept up; only the last step waits for the writer. Returns
    the rows. lake.Busy where a rebuild is already running."""
    rows = 0

    def count(name: str, many: int) -> None:
        nonlocal rows
        rows += many
        if tell is not None:
            tell(name, many)

    with lake.held("rebuild"):
        generation = build(count)
        with lake.held("writer", wait=120.0):
            take_up(generation)
    return rows
