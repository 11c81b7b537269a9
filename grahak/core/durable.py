"""Transactions whose commit must survive a power cut: claims, redemptions, ledger entries, intake.

On SQLite the connection runs with synchronous=NORMAL, where the last commits can vanish with the power; inside
`durable()` it is FULL. PostgreSQL is durable as it stands. Group many changes into one, each costs an fsync.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def durable() -> Iterator[None]:
    """An atomic block committed with full sync. Must be outermost on SQLite to have its effect;
    inside another transaction it is a plain savepoint and the outer commit decides."""
    raise_sync = connection.vendor == "sqlite" and not connection.in_atomic_block
    if raise_sync:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
    try:
        with transaction.atomic():
            yield
    finally:
        if raise_sync:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=NORMAL")
