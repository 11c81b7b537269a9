"""Which source a write key names: kept in memory, asked anew every few seconds and whenever an unknown key comes."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from django.db import connection

from grahak.connect.web import cookieless

FRESH = 5.0  # seconds that a found key is believed; an ended source is closed after as many
NOT_SOONER = 0.1  # unknown keys make us look into the table ten times a second at most


class Known(NamedTuple):
    id: int
    kind: str
    ended: bool
    options: dict[str, Any]


def _all() -> dict[str, Known]:
    from grahak.customers.models import Source

    try:
        return {
            key: Known(id_, kind, ended is not None, options or {})
            for key, id_, kind, ended, options in Source.objects.values_list(
                "write_key", "id", "kind", "ended_at", "options"
            )
        }
    finally:
        connection.close()


class Sources:
    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.looked = -FRESH
        self._looking = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake-keys")

    async def find(self, key: str) -> Known | None:
        """The source of KEY, ended or not; None where there is none. Raises the database's fault."""
        began = time.monotonic()
        if began - self.looked < FRESH and key in self.known:
            return self.known[key]
        async with self._looking:
            if self.looked < began:  # nobody looked while we waited
                await asyncio.sleep(max(0.0, self.looked + NOT_SOONER - time.monotonic()))
                looked = time.monotonic()
                loop = asyncio.get_running_loop()
                self.known = await loop.run_in_executor(self._thread, _all)
                self.looked = looked
        return self.known.get(key)

    async def open_day(self, day: dt.date) -> None:
        """Have the key by which visitors without cookies are marked on DAY; asks the database once a day."""
        if not cookieless.has_salt(day):
            await asyncio.get_running_loop().run_in_executor(self._thread, _open_day, day)


def _open_day(day: dt.date) -> None:
    try:
        cookieless.salt(day)
    finally:
        connection.close()
