"""The worker's loop of the warehouse: the leader copies what is committed several times a second, keeps the lake tidy
and the open copies up to date. What stops it is remembered in plain words with the moment since when it is stale.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

from django.db import DatabaseError

from grahak.core import changes, heartbeat, leader
from grahak.warehouse import apart, copies, erase, jobs, lake, rebuild, sync, trouble, upkeep

logger = logging.getLogger("grahak.warehouse")
PAUSE = 0.3  # seconds between two looks at the change log
LEAD_EVERY = 5.0
TIDY_EVERY = 120.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0


def run(stop: threading.Event) -> None:
    """Keep the warehouse up until STOP. Only the leader of several workers does."""
    keeper = Keeper()
    try:
        while not stop.is_set():
            if not keeper.leads():
                keeper.put_away()
                stop.wait(LEAD_EVERY)
                continue
            stop.wait(keeper.turn())
    finally:
        keeper.put_away()


class Keeper:
    """One worker's hold on the warehouse, turn by turn."""

    def __init__(self) -> None:
        self.writer: sync.Writer | None = None
        self.lead_until = 0.0
        self.tidied = self.swept = time.monotonic()
        self.look_for_erasures = 0.0
        self.commits = 0
        self.wait = FIRST_WAIT
        self.kept = ExitStack()
        self.erasing: Iterator[str] | None = None
        self.troubled = True  # for all this process knows: another may have left a note of it

    def leads(self) -> bool:
        if time.monotonic() >= self.lead_until:
            if not leader.lead(heartbeat.place()):
                return False
            self.lead_until = time.monotonic() + LEAD_EVERY
        return True

    def turn(self) -> float:
        """Do what is to be done now; returns the seconds until the next turn."""
        try:
            with lake.held("writer", wait=1.0):
                self._sync()
                self._erase()
                self._tidy()
        except lake.Busy:
            return PAUSE  # a rebuild is putting itself in place, or somebody catches up by hand
        except DatabaseError:
            self.put_away()
            raise  # the records are away: the worker's own loop waits and starts again
        except Exception as fault:
            self.put_away()
            self.troubled = True
            trouble.note(fault)
            logger.warning("the warehouse stands still", extra={"fault": repr(fault)[:300]})
            self.wait = min(self.wait * 2, LONGEST_WAIT)
            return self.wait
        self.wait = FIRST_WAIT
        if self.troubled:
            trouble.over()
            self.troubled = False
        return PAUSE

    def _erase(self) -> None:
        """One step of erasing whoever is to be erased; between two steps the next sync comes."""
        if self.erasing is None:
            if time.monotonic() < self.look_for_erasures or self.writer is None:
                return
            self.look_for_erasures = time.monotonic() + LEAD_EVERY
            ids = erase.waiting()
            self.erasing = erase.steps(self.writer, ids) if ids else None
        if self.erasing is not None and next(self.erasing, None) is None:
            self.erasing = None

    def put_away(self) -> None:
        self.kept.close()
        self.erasing = None
        if self.writer is not None:
            self.writer.close()
            self.writer = None

    def _sync(self) -> None:
        if self.writer is None or self.writer.generation != lake.current():
            self.put_away()
            if rebuild.needed():
                rebuild.build_and_use()
            self.writer = sync.Writer(lake.current())
            self.kept.enter_context(apart.pinned(self.writer.generation / "catalog.sqlite3"))
        self.writer.refresh()
        while work := self.writer.work():
            self.writer.sync(work)
            self.commits += 1
            changes.advance("warehouse", self.writer.state.position)
            lake.beat()
            if self.commits % 50 == 0:
                break
        lake.beat()

    def _tidy(self) -> None:
        now = time.monotonic()
        if self.writer is None or now - self.tidied < TIDY_EVERY:
            return
        self.tidied = now
        changes.advance("warehouse", self.writer.state.position)
        changes.prune()
        if rebuild.needed():
            self.put_away()
            return
        if self.commits:
            upkeep.tidy(self.writer)
            self.commits = 0
        else:
            upkeep.expire(self.writer, keep=upkeep.KEEP)
        lake.sweep_generations()
        if copies.due():
            jobs.soon(jobs.write_copies)
