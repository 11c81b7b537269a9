"""The one thread that writes: what waits is committed in groups with full sync, and a request is answered after the
commit of its events. The queue is bounded; what can't be kept now is refused, and the sender comes again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from typing import Any

from grahak.connect.intake import clock, repair
from grahak.connect.intake.reading import Event, Reject
from grahak.connect.intake.stores import Store, opened
from grahak.connect.intake.visitors import Visitors

logger = logging.getLogger("grahak.intake")
SMALLEST_GROUP, LARGEST_GROUP = 800, 6_400
HOLD = 0.08  # seconds that a group's rows may keep the database from its other writers; its sync comes on top, and
# is the same for a small group: groups are sized by what their rows take
MOST_WAITING = 20_000  # events; a quarter of a second to two seconds of work
SHARE = 0.2  # of the time that a group held the database is left to its other writers after it
LONGEST_BODY = 32 * 1024


class Busy(Exception):
    """More waits than is good: come again in a second."""


class Unavailable(Exception):
    """The database can't keep anything now: locked, full, away, or we are stopping."""


@dataclass(slots=True)
class Delivery:
    """What one request brings. DONE is called once, with None after the commit or with what went wrong."""

    events: list[Event]
    rejects: list[Reject]
    done: Callable[[Exception | None], None]

    def __len__(self) -> int:
        return len(self.events) + len(self.rejects)


@dataclass
class Writer:
    """Starts its thread with the first delivery; `stop` drains."""

    open: Callable[[], Store] = opened
    waiting: int = 0
    stopping: bool = False
    _queue: deque[Delivery] = field(default_factory=deque)
    _ready: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _visitors: Visitors = field(default_factory=Visitors)
    _store: Store | None = None
    _group: int = LARGEST_GROUP

    def put(self, delivery: Delivery) -> None:
        """Line DELIVERY up. Raises Busy or Unavailable, and then it is not kept."""
        with self._ready:
            if self.stopping:
                raise Unavailable
            if self.waiting and self.waiting + len(delivery) > MOST_WAITING:
                raise Busy
            self.waiting += len(delivery)
            self._queue.append(delivery)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()
                Finalize(None, self.stop, exitpriority=100)
            self._ready.notify()

    async def kept(self, events: list[Event], rejects: list[Reject]) -> None:
        """Returns when they are on the disk. Raises Busy or Unavailable."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[None] = loop.create_future()

        def tell(wrong: Exception | None) -> None:
            if answer.done():
                return
            if wrong is None:
                answer.set_result(None)
            else:
                answer.set_exception(wrong)

        self.put(Delivery(events, rejects, lambda wrong: _call(loop, tell, wrong)))
        await answer

    def stop(self, seconds: float = 10.0) -> None:
        """Take nothing more, write what waits, end the thread."""
        with self._ready:
            self.stopping = True
            self._ready.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            group = self._next()
            if not group:
                break
            began = time.perf_counter()
            wrong: Exception | None = None
            try:
                self._write(group)
            except Exception as fault:
                logger.warning("events not kept, the senders are told to come again", exc_info=fault)
                wrong = Unavailable(str(fault))
                self._give_up()
            with self._ready:
                self.waiting -= sum(len(delivery) for delivery in group)
            for delivery in group:
                delivery.done(wrong)
            self._leave_room(time.perf_counter() - began)
        if self._store is not None:
            self._store.close()
            self._store = None

    def _leave_room(self, took: float) -> None:
        """Let the other writers of the database in after a group: SQLite has no queue of them."""
        time.sleep(min(HOLD, took) * SHARE)

    def _size_next(self, size: int, took: float) -> None:
        if size >= SMALLEST_GROUP // 2:
            self._group = int(min(max(size / took * HOLD, SMALLEST_GROUP), LARGEST_GROUP))

    def _next(self) -> list[Delivery]:
        """What waits, as much as makes a good group; waits for the first. Empty: it is time to end."""
        with self._ready:
            while not self._queue:
                if self.stopping:
                    return []
                self._ready.wait()
            group = [self._queue.popleft()]
            size = len(group[0])
            while self._queue and size + len(self._queue[0]) <= self._group:
                size += len(self._queue[0])
                group.append(self._queue.popleft())
            return group

    def _write(self, group: list[Delivery]) -> None:
        if self._store is None:
            self._store = self.open()
        store = self._store
        events = [event for delivery in group for event in delivery.events]
        rejects = [reject for delivery in group for reject in delivery.rejects]
        for last in (False, True):
            try:
                store.begin()
                began = time.perf_counter()
                write(events, rejects, store, self._visitors)
                self._size_next(len(events), time.perf_counter() - began)
                store.commit()
                return
            except store.gone:
                raise
            except store.wrong:
                # somebody remembered was erased meanwhile: ask the table anew, and once more
                self._visitors.forget()
                store.rollback()
                if last:
                    self._write_apart(events, rejects, store)

    def _write_apart(self, events: list[Event], rejects: list[Reject], store: Store) -> None:
        """One event spoils the group: each by itself, and what the database refuses goes to the rejects."""
        store.begin()
        for event in events:
            store.savepoint("SAVEPOINT")
            try:
                write([event], [], store, self._visitors, apart=True)
                store.savepoint("RELEASE SAVEPOINT")
            except store.gone:
                raise
            except store.wrong as wrong:
                self._visitors.forget()
                store.savepoint("ROLLBACK TO SAVEPOINT")
                rejects = [*rejects, _refused(event, wrong)]
        write([], rejects, store, self._visitors)
        store.commit()

    def _give_up(self) -> None:
        """After a fault nothing is taken for granted: a new connection, an empty memory."""
        self._visitors.forget()
        if self._store is not None:
            try:
                self._store.rollback()
                self._store.close()
            except Exception as fault:
                logger.info("the connection was lost", exc_info=fault)
            self._store = None


def write(
    events: list[Event], rejects: list[Reject], store: Store, visitors: Visitors, *, apart: bool = False
) -> None:
    """Write these in the transaction that the store is in."""
    if events:
        visitors.resolve(events, store)
        store.keep([event.row for event in events])
    if rejects:
        store.reject(
            [
                (one.source, "intake", one.reason, one.detail[:300], one.body[:LONGEST_BODY], one.at)
                for one in rejects
            ]
        )


def _refused(event: Event, wrong: Exception) -> Reject:
    type_, name, properties, source = event.row[2], event.row[3], event.row[10], event.row[8]
    body = f'{{"type": "{type_}", "event": {name!r}, "properties": {properties}}}'
    return Reject(source, "not_stored", repair.clean_text(str(wrong)), body, clock.stored(clock.now()))


def _call(loop: asyncio.AbstractEventLoop, tell: Callable[[Any], None], wrong: Exception | None) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed: the request is gone, its events are kept
        loop.call_soon_threadsafe(tell, wrong)
