"""What can be said of the warehouse's state, for the command, the screen and the doctor."""

from __future__ import annotations

from typing import Any

from grahak.warehouse import lake, rebuild, reconcile, schema, trouble
from grahak.warehouse.star import TABLES


def size() -> dict[str, int]:
    """Parquet files in use, files lying there, their bytes, and snapshots kept."""
    generation = lake.current()
    lying = list((generation / "files").rglob("*.parquet")) if generation else []
    used = lake.ask(
        "SELECT COALESCE(sum(file_count + delete_file_count), 0) FROM ducklake_table_info('lake')"
    )[0][0]
    snapshots = lake.ask("SELECT count(*) FROM ducklake_snapshots('lake')")[0][0]
    return {
        "files": int(used),
        "files_lying": len(lying),
        "bytes": sum(path.stat().st_size for path in lying if path.exists()),
        "snapshots": int(snapshots),
    }


def rows() -> dict[str, int]:
    """Rows of each table, counted by the files' own numbers: quick for any size."""
    names = [*TABLES, schema.DATES]
    parts = [f"SELECT '{name}', count(*) FROM lake.{schema.quoted(name)}" for name in names]  # noqa: S608
    return {str(name): int(many) for name, many in lake.ask(" UNION ALL ".join(parts))}


def told(*, count: bool = True) -> dict[str, Any]:
    """Everything, as plain values. COUNT: reconcile it with the records now (else the last outcome is given)."""
    state = lake.state()
    if state is None:
        return {"there": False, "needs_rebuild": True, "trouble": _trouble(), "tables": [], "agrees": False}
    if count:
        tables, at = [found.told() for found in reconcile.reconcile()], None
    else:
        kept = reconcile.last() or {"tables": [], "at": None}
        tables, at = kept["tables"], kept["at"]
    fresh = lake.fresh()
    generation = lake.current()
    return {
        "there": True,
        "generation": generation.name if generation else "",
        "needs_rebuild": rebuild.needed(),
        "synced_to": fresh["synced_to"],
        "last_commit": fresh["at"].isoformat(),
        "waiting": fresh["waiting"],
        "behind_seconds": fresh["behind_seconds"],
        "trouble": _trouble(),
        **size(),
        "tables": tables,
        "counted_at": at,
        "agrees": bool(tables) and all(table["agrees"] for table in tables),
    }


def _trouble() -> dict[str, Any] | None:
    found = trouble.now()
    if found is None:
        return None
    return {
        "code": found.code,
        "detail": found.detail,
        "stale_since": found.since.isoformat(),
        "times": found.times,
    }
