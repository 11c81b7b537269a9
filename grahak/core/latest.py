"""Rows with a text in them among the latest ones: as quick however many rows there are."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def with_text(rows: QuerySet[Any], field: str, text: str, most: int) -> list[int]:
    """The ids, in the order of ROWS, of those of its first MOST rows whose FIELD has TEXT in it, small or capital.

    The rows are read once, from an index alone where one holds their order and the field; asked for as
    `pk__in=rows[:most]` each would be looked up again. Nothing is asked where the person may see no row.
    """
    latest = rows.values("pk", field)[:most]
    connection = connections[latest.db]
    try:
        sql, params = latest.query.get_compiler(latest.db).as_sql()
    except EmptyResultSet:
        return []
    quote, ops = connection.ops.quote_name, connection.ops
    held = ops.lookup_cast("icontains") % quote(field)
    has = connection.operators["icontains"]  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {quote('pk')} FROM ({sql}) latest WHERE {held} {has}",  # noqa: S608
            [*params, f"%{ops.prep_for_like_query(text)}%"],
        )
        return [row[0] for row in cursor.fetchall()]
