"""A database connection that stays small however long the list is that it walks."""

from __future__ import annotations

from typing import Any

SMALL = 8


def lean(db: Any, cache: int = SMALL) -> None:
    """Keep this thread's connection small, with CACHE MiB of pages: a ledger of a million rows is walked once, front
    to back, and a big page cache or a mapped file would only make the process look (and be) bigger the longer the list
    is. What is worked out on the way (the plan of a launch) goes to a file and not to memory, as far as no transaction
    is under way: then it can't be changed."""
    if db.vendor == "sqlite":
        with db.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")
            cursor.execute(f"PRAGMA cache_size=-{1024 * cache}")
            if not db.in_atomic_block:
                cursor.execute("PRAGMA temp_store=FILE")
