"""Whether this installation works, in facts without secrets: for /healthz, a supervisor, the doctor."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from grahak import __version__
from grahak.core import heartbeat

_LOOK_AGAIN = 300.0  # seconds that "no migration waits" is believed
_migrated_until = 0.0


def facts() -> tuple[bool, dict[str, Any]]:
    """(whether the web can answer people, facts). The worker's silence is told, but does not make it unfit."""
    known: dict[str, Any] = {"version": __version__}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        waiting = _migrations_wait()
        age = None if waiting else heartbeat.age()
    except Exception:
        return False, {"ok": False, **known, "database": "down"}
    known |= {"database": connection.vendor, "migrations_waiting": waiting}
    known["worker"] = "silent" if age is None or age > heartbeat.LATE else "alive"
    known["worker_seen_seconds_ago"] = None if age is None else round(age.total_seconds())
    return not waiting, {"ok": not waiting, **known}


def _migrations_wait() -> bool:
    global _migrated_until
    if time.monotonic() < _migrated_until:
        return False
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return True
    _migrated_until = time.monotonic() + _LOOK_AGAIN
    return False
