"""Keeping the warehouse up with the records: what the change log names is read anew, taken out and put in again, all
tables in one commit that also carries the new position. Killed at any point, nothing is lost and nothing doubled.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
from django.db import connection

from grahak.core import changes
from grahak.customers.models import Event
from grahak.warehouse import dates, lake, records, schema
from grahak.warehouse.star import TABLES, Table

logger = logging.getLogger("grahak.warehouse")
MOST_LINES = 50_000  # of the change log in one commit: keeps a commit under a second or so
MOST_EVENTS = 100_000
FEW = 5_000  # changed rows that are read through Django's own connection


@dataclass
class Work:
    """What is to be copied: the position and the event to come to, and the kinds that changed in between
    (kind → lines), WHOLE those of which every row may have."""

    upto: int
    event: int
    kinds: dict[str, int] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    @property
    def many(self) -> int:
        return sum(self.kinds.values())


class Writer:
    """The one connection that writes a generation. Use it only while holding the writer's lock."""

    def __init__(self, generation: Any) -> None:
        self.generation = generation
        self.engine = lake.engine()
        lake.attach(self.engine, generation)
        found = lake.told_by(self.engine)
        self.state = found if found is not None else lake.State()

    def close(self) -> None:
        self.engine.close()

    def run(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        return self.engine.execute(sql, parameters).fetchall()

    def refresh(self) -> None:
        """Take up what another writer of this machine committed meanwhile."""
        found = lake.told_by(self.engine)
        if found is not None:
            self.state = found

    # -- one turn --------------------------------------------------------------------------------------------

    def work(self) -> Work | None:
        """What is to be done now; None where the warehouse is up with the records."""
        upto, event = _cut(self.state.position, changes.settled()), changes.settled_id(Event)
        event = min(event, self.state.event + MOST_EVENTS)
        found = Work(upto, max(event, self.state.event))
        by = changes.column()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT kind, count(*), min(row_id) FROM core_change WHERE {by} > %s AND {by} <= %s GROUP BY kind",  # noqa: S608
                [self.state.position, upto],
            )
            for kind, many, lowest in cursor.fetchall():
                found.kinds[kind] = many
                if lowest == 0:
                    found.whole.add(kind)
        new_tables = self.state.tables != schema.fingerprints()
        stale_dates = self.state.dates != dates.fingerprint()
        if found.kinds or found.event > self.state.event or new_tables or stale_dates:
            return found
        return None

    def sync(self, work: Work) -> int:
        """Copy what WORK names, in one commit; returns how many rows were put in."""
        gathered = [(table, self._gather(table, work)) for table in TABLES.values()]
        try:
            self.engine.execute("BEGIN")
            rows = sum(self._replace(table, how, work) for table, how in gathered if how)
            if self.state.dates != dates.fingerprint():
                dates.write(self.engine)
            state = replace(
                self.state, position=work.upto, event=work.event, tables=schema.fingerprints(),
                dates=dates.fingerprint(),
            )  # fmt: skip
            lake.commit_with(self.engine, state, "sync")
            self.engine.execute("COMMIT")
        except BaseException:
            roll_back(self.engine)
            raise
        self.state = state
        return rows

    # -- a table -----------------------------------------------------------------------------------------------

    def _gather(self, table: Table, work: Work) -> str:
        """Read the table's changed rows, and the keys they replace, into tables of our own; returns "" (nothing
        to do), "some" or "all" (every row: these are read when they are written)."""
        if self.state.tables.get(table.name) != schema.fingerprint(table):
            return "all"
        if any(kind in work.whole for kind, _expression in table.follows):
            return "all"
        where = self._where(table, work)
        if not where:
            return ""
        many = sum(work.kinds.get(kind, 0) for kind, _expression in table.follows)
        if table.name == schema.EVENTS:
            where, many = f"({where}) AND t.id <= {work.event}", many + work.event - self.state.event
        fresh = _kept(table, "fresh")
        self.engine.execute(f"CREATE OR REPLACE TABLE {fresh} ({schema.body(table)})")
        records.gather(
            self.engine, fresh, table, where, self.state.zone, how="few" if many <= FEW else "some"
        )
        self._dead(table, work)
        return "some"

    def _where(self, table: Table, work: Work) -> str:
        """The condition, over the records, that picks the rows to read again; "" for none."""
        parts = [
            f"{expression} IN ({self._changed(kind, work)})"
            for kind, expression in table.follows
            if kind in work.kinds
        ]
        if table.name == schema.EVENTS and work.event > self.state.event:
            parts.append(f"(t.id > {self.state.event} AND t.id <= {work.event})")
        return " OR ".join(parts)

    def _changed(self, kind: str, work: Work) -> str:
        by = changes.column()
        return (
            f"SELECT row_id FROM core_change WHERE kind = '{kind}' AND {by} > {self.state.position}"  # noqa: S608
            f" AND {by} <= {work.upto}"
        )

    def _dead(self, table: Table, work: Work) -> None:
        """The keys that must leave before the fresh rows come."""
        key, dead = schema.quoted(table.key), _kept(table, "dead")
        self.engine.execute(f"CREATE OR REPLACE TABLE {dead} (key BIGINT)")
        self.engine.execute(f"INSERT INTO {dead} SELECT {key} FROM {_kept(table, 'fresh')}")  # noqa: S608
        for kind, expression in table.follows:
            ids = self._ids(kind, work) if kind in work.kinds else []
            column = schema.quoted(schema.column_of(table, expression))
            if not ids:
                continue
            if column == key:
                self.engine.execute(f"INSERT INTO {dead} SELECT unnest(?::BIGINT[])", [ids])
            else:
                self.engine.execute(
                    f"INSERT INTO {dead} SELECT {key} FROM lake.{schema.quoted(table.name)}"  # noqa: S608
                    f" WHERE {column} BETWEEN {min(ids)} AND {max(ids)} AND {column} IN (SELECT unnest(?::BIGINT[]))",
                    [ids],
                )

    def _ids(self, kind: str, work: Work) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(self._changed(kind, work).replace("SELECT row_id", "SELECT DISTINCT row_id", 1))
            return [int(row[0]) for row in cursor.fetchall()]

    def _replace(self, table: Table, how: str, work: Work) -> int:
        """Inside the lake's transaction: the old rows out, the fresh ones in."""
        name, key, dead = schema.quoted(table.name), schema.quoted(table.key), _kept(table, "dead")
        if how == "all":
            return fill(self.engine, table, self.state.zone, work.event)
        lowest, highest = self.run(f"SELECT min(key), max(key) FROM {dead}")[0]  # noqa: S608
        if lowest is not None:
            # the bounds let the engine leave out files by their statistics
            self.engine.execute(
                f"DELETE FROM lake.{name} WHERE {key} BETWEEN {lowest} AND {highest}"  # noqa: S608
                f" AND {key} IN (SELECT key FROM {dead})"
            )
        fresh = f"SELECT * FROM {_kept(table, 'fresh')}{schema.sorting(table)}"  # noqa: S608
        return int(self.run(f"INSERT INTO lake.{name} {fresh}")[0][0])


def fill(engine: duckdb.DuckDBPyConnection, table: Table, zone: str, event: int) -> int:
    """Write a table whole, in the caller's transaction of the lake; returns its rows."""
    name = schema.quoted(table.name)
    engine.execute(f"DROP TABLE IF EXISTS lake.{name}")
    engine.execute(schema.creating(table))
    where = f"t.id <= {event}" if table.name == schema.EVENTS else ""
    records.gather(engine, f"lake.{name}", table, where, zone, how="whole")
    found = engine.execute(f"SELECT count(*) FROM lake.{name}").fetchone()  # noqa: S608
    return int(found[0]) if found else 0


def _kept(table: Table, what: str) -> str:
    """The name of a table of the engine's own for this table's fresh rows or dead keys."""
    return "memory.main." + schema.quoted(f"{table.name} {what}")


def _cut(position: int, upto: int) -> int:
    """At most MOST_LINES of the log at once; on PostgreSQL whole transactions."""
    by = changes.column()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {by} FROM core_change WHERE {by} > %s AND {by} <= %s ORDER BY {by} LIMIT 1 OFFSET {MOST_LINES}",  # noqa: S608
            [position, upto],
        )
        found = cursor.fetchone()
    return upto if found is None else int(found[0])


def roll_back(engine: duckdb.DuckDBPyConnection) -> None:
    """End the open transaction, if there is one."""
    try:
        engine.execute("ROLLBACK")
    except duckdb.Error:
        logger.debug("nothing to roll back")


# -- for everybody ---------------------------------------------------------------------------------------------


def catch_up() -> int:
    """Copy everything that is committed now, making the warehouse first where there is none; returns the rows
    put in. Busy where another process is writing it."""
    from grahak.warehouse import rebuild

    with lake.held("writer", wait=30.0):
        if rebuild.needed():
            return rebuild.build_and_use()
        writer = Writer(lake.current())
        try:
            return run_out(writer)
        finally:
            writer.close()


def run_out(writer: Writer) -> int:
    """Sync until nothing waits; the change log learns how far its reader came."""
    rows = 0
    while work := writer.work():
        rows += writer.sync(work)
    changes.advance("warehouse", writer.state.position)
    return rows
