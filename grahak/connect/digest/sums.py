"""Keeps the sums of events: how often a visitor did what, to what, first and last when."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from grahak.connect.digest.piece import Piece
from grahak.core.bulk import stored
from grahak.customers.models import EventSum

_ADD = """INSERT INTO {table} (visitor_id, name, subject, count, first_at, last_at) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (visitor_id, name, subject) DO UPDATE SET count = {table}.count + excluded.count,
    first_at = {least}({table}.first_at, excluded.first_at),
    last_at = {greatest}({table}.last_at, excluded.last_at)"""


def add(piece: Piece) -> None:
    """Add the deeds of a piece to the sums; each event comes here once. Robots are not counted."""
    found: dict[tuple[int, str, str], tuple[int, dt.datetime, dt.datetime]] = {}
    for event in piece.events:
        name = event.counted_as
        if event.bot or not event.is_deed or not name:
            continue
        for subject in {"", event.subject}:
            key = (event.visitor, name, subject)
            count, first, last = found.get(key, (0, event.at, event.at))
            found[key] = (count + 1, min(first, event.at), max(last, event.at))
    if not found:
        return
    least, greatest = ("LEAST", "GREATEST") if connection.vendor == "postgresql" else ("min", "max")
    sql = _ADD.format(table=EventSum._meta.db_table, least=least, greatest=greatest)
    rows = [(*key, count, stored(first), stored(last)) for key, (count, first, last) in sorted(found.items())]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)
