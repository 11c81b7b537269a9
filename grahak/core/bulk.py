"""Many rows at once, straight into a table: for imports and demo data, where a model instance a row costs more
than the insert. Values must be in database form (see `stored`); constraints and indexes hold as always.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def stored(moment: dt.datetime) -> Any:
    """An aware datetime in the form that this database's rows hold."""
    return connection.ops.adapt_datetimefield_value(moment)


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def insert(
    model: type[Model], fields: Sequence[str], rows: Iterable[tuple[Any, ...]], *, skip_known: bool = False
) -> None:
    """Insert ROWS, each a tuple in the order of FIELDS (model field names). With skip_known, rows that break a
    uniqueness rule are left out instead of raising IntegrityError. Runs in the caller's transaction."""
    columns = [_column(model, name) for name in fields]
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not skip_known:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        tail = " ON CONFLICT DO NOTHING" if skip_known else ""
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}){tail}", list(rows))  # noqa: S608


def update(model: type[Model], fields: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Set FIELDS of rows given as (value, …, primary key) tuples in database form."""
    quote = connection.ops.quote_name
    sets = ", ".join(f"{quote(_column(model, name))} = %s" for name in fields)
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {key} = %s", list(rows))  # noqa: S608


def is_there(model: type[Model], **values: Any) -> bool:
    """Whether any row has these values in these fields, or one of those in a list. A tenth of what an empty answer
    costs through a queryset: for panels that most pages do without."""
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    asked, given = [], []
    for name, value in values.items():
        found = value if isinstance(value, list) else [value]
        if not found:
            return False
        marks = f"IN ({', '.join(['%s'] * len(found))})" if len(found) > 1 else "= %s"
        asked.append(f"{quote(_column(model, name))} {marks}")
        given += found
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE {' AND '.join(asked)} LIMIT 1", given)  # noqa: S608
        return cursor.fetchone() is not None


def pieces(items: Iterable[Any], size: int = 900) -> Iterable[list[Any]]:
    """Lists of at most SIZE items: SQLite takes a limited number of parameters a statement."""
    piece: list[Any] = []
    for item in items:
        piece.append(item)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
