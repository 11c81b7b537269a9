"""Keeping the lake quick and small: many small files made one, deleted rows written out of their files, old snapshots
and the files that only they need thrown away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from grahak.warehouse import lake, schema
from grahak.warehouse.star import TABLES
from grahak.warehouse.sync import Writer, roll_back

KEEP = dt.timedelta(minutes=10)  # how long a snapshot is kept for those who still read it
DELETED_SHARE = 0.1  # a file with more of its rows deleted than this is written anew


def tidy(writer: Writer, *, keep: dt.timedelta = KEEP) -> None:
    """Merge, rewrite, expire, clean. Each step is a commit of its own that carries the state on, so that it may
    be killed anywhere. For who holds the writer's lock."""
    _step(writer, f"CALL ducklake_rewrite_data_files('lake', delete_threshold => {DELETED_SHARE})", "rewrite")
    _step(writer, "CALL ducklake_merge_adjacent_files('lake')", "merge")
    expire(writer, keep=keep)


def expire(writer: Writer, *, keep: dt.timedelta) -> None:
    """Forget snapshots older than KEEP (the newest stays always) and delete the files that only they needed."""
    until = (timezone.now() - keep).isoformat()
    writer.run(f"CALL ducklake_expire_snapshots('lake', older_than => TIMESTAMPTZ '{until}')")
    writer.run(f"CALL ducklake_cleanup_old_files('lake', older_than => TIMESTAMPTZ '{until}')")
    writer.run(f"CALL ducklake_delete_orphaned_files('lake', older_than => TIMESTAMPTZ '{until}')")


def expire_all(writer: Writer) -> None:
    """Forget every snapshot but the newest, and delete at once every file that it does not need."""
    until = (timezone.now() + dt.timedelta(hours=1)).isoformat()
    writer.run(f"CALL ducklake_expire_snapshots('lake', older_than => TIMESTAMPTZ '{until}')")
    writer.run("CALL ducklake_cleanup_old_files('lake', cleanup_all => true)")
    writer.run("CALL ducklake_delete_orphaned_files('lake', cleanup_all => true)")


def rewrite(writer: Writer, tables: Iterable[str]) -> None:
    """Write the deleted rows of these tables out of every file that still holds one."""
    for name in tables:
        _step(writer, f"CALL ducklake_rewrite_data_files('lake', '{name}', delete_threshold => 0)", "rewrite")


def files() -> dict[str, int]:
    """How many Parquet files each table has now."""
    found = lake.ask("SELECT table_name, file_count FROM ducklake_table_info('lake')")
    return {str(name): int(count) for name, count in found if name in TABLES or name == schema.DATES}


def _step(writer: Writer, sql: str, says: str) -> None:
    try:
        writer.engine.execute("BEGIN")
        writer.engine.execute(sql)
        lake.commit_with(writer.engine, writer.state, says)
        writer.engine.execute("COMMIT")
    except BaseException:
        roll_back(writer.engine)
        raise
