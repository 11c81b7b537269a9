"""The triggers behind `core.changes`, as SQLite and PostgreSQL write them: one line in core_change a changed row.

They name no column that is not followed, and cost nothing where an update changes none of the followed columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from grahak.core.changes import Followed

WORDS = {"i": "INSERT", "u": "UPDATE", "d": "DELETE"}


def install(followed: Sequence[Followed]) -> list[str]:
    """Put triggers in place; the kinds whose table held rows while a trigger was missing or different."""
    renewed: dict[str, None] = {}
    there = _there()
    with connection.cursor() as cursor:
        for table in followed:
            wanted = _statements(table)
            if all(there.get(name) == text for name, (text, _sql) in wanted.items()):
                continue
            with transaction.atomic():
                for name, (_text, statements) in wanted.items():
                    if name in there:
                        cursor.execute(_dropping(name, table))
                    for statement in statements:
                        cursor.execute(statement)
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {_q(table.table)})")  # noqa: S608 (a model's table)
                if cursor.fetchone()[0]:
                    renewed[table.kind] = None
    return list(renewed)


def drop(followed: Iterable[Followed]) -> None:
    """Take triggers away, where they stand."""
    there = _there()
    with connection.cursor() as cursor:
        for table in followed:
            for letter in WORDS:
                if (name := _name(table, letter)) in there:
                    cursor.execute(_dropping(name, table))


def _q(name: str) -> str:
    return connection.ops.quote_name(name)


def _name(table: Followed, letter: str) -> str:
    return f"changes_{table.kind}_{table.table}_{letter}"[:60]


def _dropping(name: str, table: Followed) -> str:
    on = f" ON {_q(table.table)}" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS {_q(name)}{on}"


def _there() -> dict[str, str]:
    """Name of a trigger → what tells its definition."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, COALESCE(obj_description(oid, 'pg_trigger'), '') FROM pg_trigger"
                " WHERE NOT tgisinternal AND tgname LIKE 'changes\\_%'"
            )
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'changes\\_%' ESCAPE '\\'"
            )
        return dict(cursor.fetchall())


def _statements(table: Followed) -> dict[str, tuple[str, list[str]]]:
    """Name → (what tells its definition, the statements that make it)."""
    make = _postgres if connection.vendor == "postgresql" else _sqlite
    return {_name(table, letter): make(table, letter) for letter in table.on}


def _customer(table: Followed, row: str) -> str:
    if not table.customer:
        return "NULL"
    return table.customer.replace("{}", row) if "{}" in table.customer else f"{row}.{_q(table.customer)}"


def _moves(table: Followed, letter: str) -> bool:
    """Whether an update may take the row from one customer to another."""
    return letter == "u" and bool(table.customer) and "{}" not in table.customer


def _sqlite(table: Followed, letter: str) -> tuple[str, list[str]]:
    row = "OLD" if letter == "d" else "NEW"
    gone = int(letter == "d" and table.row == table.model._meta.pk.column)
    line = "INSERT INTO core_change (kind, row_id, customer_id, gone)"
    body = f"{line} VALUES ('{table.kind}', {row}.{_q(table.row)}, {_customer(table, row)}, {gone});"
    if _moves(table, letter):
        column = _q(table.customer)
        body += (
            f" {line} SELECT '{table.kind}', OLD.{_q(table.row)}, OLD.{column}, 0"
            f" WHERE OLD.{column} IS NOT NEW.{column} AND OLD.{column} IS NOT NULL;"
        )
    when = ""
    event = WORDS[letter]
    if letter == "u":
        event += f" OF {', '.join(_q(name) for name in table.columns)}"
        when = f" WHEN {' OR '.join(f'OLD.{_q(name)} IS NOT NEW.{_q(name)}' for name in table.columns)}"
    sql = (
        f"CREATE TRIGGER {_q(_name(table, letter))} AFTER {event} ON {_q(table.table)} FOR EACH ROW{when}"
        f" BEGIN {body} END"
    )
    return sql, [sql]


def _postgres(table: Followed, letter: str) -> tuple[str, list[str]]:
    name = _q(_name(table, letter))
    row = "OLD" if letter == "d" else "NEW"
    gone = "true" if letter == "d" and table.row == table.model._meta.pk.column else "false"
    line = "INSERT INTO core_change (kind, row_id, customer_id, gone, xid) VALUES"
    now = "pg_current_xact_id()::text::bigint"
    body = f"{line} ('{table.kind}', {row}.{_q(table.row)}, {_customer(table, row)}, {gone}, {now});"
    if _moves(table, letter):
        column = _q(table.customer)
        body += (
            f" IF OLD.{column} IS DISTINCT FROM NEW.{column} AND OLD.{column} IS NOT NULL THEN"
            f" {line} ('{table.kind}', OLD.{_q(table.row)}, OLD.{column}, false, {now}); END IF;"
        )
    when = ""
    event = WORDS[letter]
    if letter == "u":
        event += f" OF {', '.join(_q(column) for column in table.columns)}"
        differs = (f"OLD.{_q(column)} IS DISTINCT FROM NEW.{_q(column)}" for column in table.columns)
        when = f" WHEN ({' OR '.join(differs)})"
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $body$ BEGIN {body} RETURN NULL; END $body$"
    )
    trigger = f"CREATE TRIGGER {name} AFTER {event} ON {_q(table.table)} FOR EACH ROW{when} EXECUTE FUNCTION {name}()"
    told = hashlib.sha256((function + trigger).encode()).hexdigest()[:16]
    return told, [function, trigger, f"COMMENT ON TRIGGER {name} ON {_q(table.table)} IS '{told}'"]
