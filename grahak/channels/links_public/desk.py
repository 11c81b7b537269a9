"""The one thread of a web process that keeps hits: what waits is committed in groups, and each request is answered
after the commit of its hit, so that a killed process loses none that it answered.

Nobody waits for a count, though: where the database is not free within PATIENCE, the hit goes to the spool file and
the person goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from typing import Any

from django.db import close_old_connections, connections, transaction

from grahak.channels.links_public import spool
from grahak.channels.links_public.hits import KINDS, Hit

logger = logging.getLogger("grahak.clicks")
PATIENCE = 0.4  # seconds
LARGEST_GROUP = 500
MOST_WAITING = 5_000
NOTHING = object()  # the answer is not known: look it up


@dataclass(slots=True, eq=False)
class Waiting:
    """A hit in the queue. TAKEN is set under the desk's lock, by the thread that records it or by who gave up."""

    hit: Hit
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]
    taken: bool = False


@dataclass
class Desk:
    """Starts its thread with the first hit; `stop` drains."""

    stopping: bool = False
    _queue: deque[Waiting] = field(default_factory=deque)
    _ready: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    async def kept(self, hit: Hit) -> Any:
        """Where HIT leads, once it is committed; None where there is no such thing. NOTHING where it lies in the spool
        instead. Raises OSError where neither could be written."""
        loop = asyncio.get_running_loop()
        waiting = Waiting(hit, loop, loop.create_future())
        with self._ready:
            full = self.stopping or len(self._queue) >= MOST_WAITING
            if not full:
                self._queue.append(waiting)
                self._start()
                self._ready.notify()
        if not full:
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(waiting.answer), PATIENCE)
            with self._ready:
                if waiting.taken:
                    full = False
                else:
                    waiting.taken = full = True
            if not full:
                return await waiting.answer
        await asyncio.to_thread(spool.keep, [hit])
        return NOTHING

    def stop(self, seconds: float = 5.0) -> None:
        """Take nothing more, record what waits, end the thread."""
        with self._ready:
            self.stopping = True
            self._ready.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="clicks", daemon=True)
            self._thread.start()
            Finalize(None, self.stop, exitpriority=100)

    def _run(self) -> None:
        try:
            while self._anything():
                group: list[Waiting] = []
                try:
                    answers = self._record(group)
                except Exception as fault:
                    logger.warning("clicks not recorded, they go to the file", exc_info=fault)
                    answers = self._put_by(group)
                _tell(group, answers)
                with contextlib.suppress(Exception):
                    spool.take_up()
        finally:
            connections.close_all()

    def _anything(self) -> bool:
        with self._ready:
            while not self._queue and not self.stopping:
                self._ready.wait()
            return bool(self._queue)

    def _record(self, group: list[Waiting]) -> list[Any]:
        """Fill GROUP with what waits once the database is ours, and record it."""
        close_old_connections()
        with transaction.atomic():
            self._take(group)
            answers: dict[int, Any] = {}
            for prefix, kind in KINDS.items():
                mine = [one for one in group if one.hit.kind == prefix]
                if mine:
                    found = kind.record([one.hit for one in mine])
                    answers |= {id(one): answer for one, answer in zip(mine, found, strict=True)}
        return [answers.get(id(one)) for one in group]

    def _take(self, group: list[Waiting]) -> None:
        with self._ready:
            while self._queue and len(group) < LARGEST_GROUP:
                waiting = self._queue.popleft()
                if not waiting.taken:
                    waiting.taken = True
                    group.append(waiting)

    def _put_by(self, group: list[Waiting]) -> list[Any]:
        """After a fault: to the file; who can't be kept there either is told so."""
        self._take(group)
        try:
            spool.keep(one.hit for one in group)
        except OSError as fault:
            return [fault] * len(group)
        return [NOTHING] * len(group)


def _tell(group: list[Waiting], answers: list[Any]) -> None:
    """Wake each loop once for all its requests."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for waiting, answer in zip(group, answers, strict=True):
        by_loop.setdefault(waiting.loop, []).append((waiting.answer, answer))
    for loop, some in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: the request is gone, its hit is kept
            loop.call_soon_threadsafe(_set, some)


def _set(some: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, answer in some:
        if future.done():
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)


def record_now(hit: Hit) -> str | bool | None:
    """Record one hit in the caller's thread; where it leads. For Django's own views."""
    with transaction.atomic():
        return KINDS[hit.kind].record([hit])[0]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
