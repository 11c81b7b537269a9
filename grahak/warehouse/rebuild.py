"""Making the warehouse anew from the records: beside the one in use, which serves on until the new one is complete."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from grahak.core import business, changes
from grahak.customers.models import Event
from grahak.warehouse import dates, lake, schema, sync
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
    try:
        writer = sync.Writer(generation)
        try:
            zone = str(business.zone())
            state = lake.State(
                log=changes.log_id(), position=changes.settled(), event=changes.settled_id(Event), zone=zone,
                tables=schema.fingerprints(), dates=dates.fingerprint(),
            )  # fmt: skip
            writer.engine.execute("BEGIN")
            for table in TABLES.values():
                rows = sync.fill(writer.engine, table, zone, state.event)
                if tell is not None:
                    tell(table.name, rows)
            dates.write(writer.engine)
            lake.commit_with(writer.engine, state, "rebuild")
            writer.engine.execute("COMMIT")
        finally:
            writer.close()
    except BaseException:
        shutil.rmtree(generation, ignore_errors=True)
        raise
    return generation


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
