"""The intake's own connection to the records and the few statements it makes there, for SQLite and PostgreSQL.

Django's connections sync at checkpoints only (SQLite NORMAL); this one syncs every commit. A store may also stand on
a connection of Django's, inside a transaction of Django's (`borrowed`): tests and replays write so.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Protocol

from django.db import connections

EVENT = (
    "once", "visitor_id", "type", "name", "subject", "value", "at", "received_at", "source_id", "bot",
    "properties", "context",
)  # fmt: skip
VISITOR = ("kind", "value", "turn", "first_at", "last_at")
REJECT = ("source_id", "door", "reason", "detail", "body", "at")
BUSY_SECONDS = 10.0  # how long a commit waits for another writer before the sender is told to come again
_LOCK = 0x67726976  # "griv": on PostgreSQL one intake writes at a time, so that ids commit in their order

Found = tuple[str, str, int, int, int | None]  # kind, value, id, turn, user


class Store(Protocol):
    """What the writer asks of a database. Every method but begin, commit, rollback and close runs inside a
    transaction."""

    gone: tuple[type[Exception], ...]
    """Faults that pass by themselves: locked, full, away."""
    wrong: tuple[type[Exception], ...]
    """Faults of a row."""

    def begin(self) -> None: ...
    def commit(self) -> None: ...
    def rollback(self) -> None: ...
    def savepoint(self, words: str) -> None: ...
    def close(self) -> None: ...
    def newest(self, kind: str, values: list[str]) -> list[Found]: ...
    def since(self, visitor: int) -> list[Found]: ...
    def last_visitor(self) -> int: ...
    def add(self, rows: list[tuple[Any, ...]]) -> None: ...
    def link(self, pairs: Iterable[tuple[int, int]]) -> None: ...
    def knows(self, once: int) -> bool: ...
    def keep(self, rows: list[list[Any]]) -> None: ...
    def reject(self, rows: list[tuple[Any, ...]]) -> None: ...


_NEWEST = """SELECT v.kind, v.value, v.id, v.turn, v.user_id FROM customers_visitor v WHERE v.kind = {mark}
    AND v.value {among} AND v.turn = (SELECT max(w.turn) FROM customers_visitor w
    WHERE w.kind = v.kind AND w.value = v.value)"""
_SINCE = "SELECT kind, value, id, turn, user_id FROM customers_visitor WHERE id > {mark} ORDER BY id"
_LAST = "SELECT coalesce(max(id), 0) FROM customers_visitor"
_LINK = """UPDATE customers_visitor SET user_id = {mark},
    customer_id = coalesce(customer_id, (SELECT u.customer_id FROM customers_visitor u WHERE u.id = {mark})),
    contact_id = coalesce(contact_id, (SELECT u.contact_id FROM customers_visitor u WHERE u.id = {mark}))
    WHERE id = {mark} AND user_id IS NULL"""
_KNOWS = "SELECT 1 FROM customers_event WHERE once = {mark}"


def _insert(table: str, columns: tuple[str, ...], mark: str, tail: str) -> str:
    marks = ", ".join([mark] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){tail}"  # noqa: S608


class _Shared:
    """What both databases are asked in the same words."""

    mark = "?"
    among = "IN (SELECT value FROM json_each(?))"

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._newest = _NEWEST.format(mark=self.mark, among=self.among)
        self._link = _LINK.format(mark=self.mark)
        self._since, self._knows = _SINCE.format(mark=self.mark), _KNOWS.format(mark=self.mark)
        once = " ON CONFLICT DO NOTHING"
        self._add = _insert("customers_visitor", VISITOR, self.mark, once)
        self._keep = _insert("customers_event", EVENT, self.mark, once)
        self._reject = _insert("customers_rejected", REJECT, self.mark, "")

    def begin(self) -> None:
        self.connection.execute("BEGIN")

    def commit(self) -> None:
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        self.connection.execute("ROLLBACK")

    def savepoint(self, words: str) -> None:
        self.connection.execute(f"{words} intake")

    def close(self) -> None:
        self.connection.close()

    def newest(self, kind: str, values: list[str]) -> list[Found]:
        found: list[Found] = self.connection.execute(self._newest, (kind, self._list(values))).fetchall()
        return found

    def _list(self, values: list[str]) -> Any:
        return json.dumps(values)

    def since(self, visitor: int) -> list[Found]:
        found: list[Found] = self.connection.execute(self._since, (visitor,)).fetchall()
        return found

    def last_visitor(self) -> int:
        return int(self.connection.execute(_LAST).fetchone()[0])

    def link(self, pairs: Iterable[tuple[int, int]]) -> None:
        for browser, account in pairs:
            self.connection.execute(self._link, (account, account, account, browser))

    def knows(self, once: int) -> bool:
        return self.connection.execute(self._knows, (once,)).fetchone() is not None


class SqliteStore(_Shared):
    gone: tuple[type[Exception], ...] = (sqlite3.OperationalError,)
    wrong: tuple[type[Exception], ...] = (sqlite3.Error, OverflowError, UnicodeError)

    def begin(self) -> None:
        self.connection.execute("BEGIN IMMEDIATE")

    def rollback(self) -> None:
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        self.connection.executemany(self._add, rows)

    def keep(self, rows: list[list[Any]]) -> None:
        self.connection.executemany(self._keep, rows)

    def reject(self, rows: list[tuple[Any, ...]]) -> None:
        self.connection.executemany(self._reject, rows)


class PostgresStore(_Shared):
    mark = "%s"
    among = "= ANY(%s)"
    _types = (
        "bigint", "bigint", "text", "text", "text", "bigint", "timestamptz", "timestamptz", "bigint", "bool",
        "jsonb", "jsonb",
    )  # fmt: skip

    def __init__(self, connection: Any) -> None:
        import psycopg

        super().__init__(connection)
        self.gone: tuple[type[Exception], ...] = (psycopg.OperationalError, psycopg.InterfaceError)
        self.wrong: tuple[type[Exception], ...] = (psycopg.Error, UnicodeError)
        arrays = ", ".join(f"%s::{'text' if kind == 'jsonb' else kind}[]" for kind in self._types)
        names = ", ".join(EVENT)
        values = ", ".join(
            f"{name}::jsonb" if kind == "jsonb" else name
            for name, kind in zip(EVENT, self._types, strict=True)
        )
        self._keep = (
            f"INSERT INTO customers_event ({names}) SELECT {values} "  # noqa: S608
            f"FROM unnest({arrays}) AS sent({names}) ON CONFLICT (once) DO NOTHING"
        )

    def begin(self) -> None:
        self.connection.execute("BEGIN")
        self.connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))

    def _list(self, values: list[str]) -> Any:
        return values

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(self._add, rows)

    def keep(self, rows: list[list[Any]]) -> None:
        if rows:
            self.connection.execute(self._keep, [list(column) for column in zip(*rows, strict=True)])

    def reject(self, rows: list[tuple[Any, ...]]) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(self._reject, rows)


def sqlite(path: str) -> sqlite3.Connection:
    """A connection as the intake's: Django's pragmas, and every commit synced."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=path.startswith("file:"),
    )
    for pragma in (
        "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "mmap_size=1073741824",
        "temp_store=MEMORY",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def _postgres(found: dict[str, Any]) -> Any:
    import psycopg

    ours = ("pool", "isolation_level", "server_side_binding", "assume_role")
    options = {name: value for name, value in found["OPTIONS"].items() if name not in ours}
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    where = {ours_: found[theirs] for theirs, ours_ in names.items() if found.get(theirs)}
    connection = psycopg.connect(**where, **options, autocommit=True, application_name="grahak intake")
    connection.execute(
        f"SET synchronous_commit TO on; SET TIME ZONE 'UTC'; SET lock_timeout TO '{BUSY_SECONDS:.0f}s'"
    )
    return connection


def opened() -> Store:
    """A store on a connection of its own to the database of this installation."""
    found = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        return SqliteStore(sqlite(str(found["NAME"])))
    return PostgresStore(_postgres(found))


def borrowed() -> Store:
    """A store on this thread's connection of Django's. The caller holds the transaction and ends it."""
    django = connections["default"]
    django.ensure_connection()
    raw: Any = django.connection
    return SqliteStore(raw) if django.vendor == "sqlite" else PostgresStore(raw)
