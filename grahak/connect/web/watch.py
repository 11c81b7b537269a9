"""Looks once for everybody who watches live in this process: one thread asks the database what is new, and only
when something was committed; the streams take what it found. It stands still while nobody watches.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import multiprocessing
import signal
import threading
import time
from collections import Counter, deque
from collections.abc import Callable

from django.db import close_old_connections, connection
from django.utils import timezone

from grahak.connect.web import happenings
from grahak.connect.web.happenings import Happening, Place
from grahak.customers.models import Event, Rejected

logger = logging.getLogger("grahak.live")
MINUTES = 30  # of the picture
SEEDED = 20_000  # newest events that the picture begins with
KEPT = 400  # rows that are remembered for streams that are behind
STILL = 10.0  # seconds without anybody watching after which the thread ends
OVERLAP = 500  # PostgreSQL: ids that may still be committed below the newest, and how many seconds late
LATE = 5.0
Minute = dt.datetime
Rates = dict[
    Minute, Counter[tuple[int | None, str]]
]  # by minute, by (source, "event", "robot" or "rejected")


class Watch:
    """The one look-out of a process. `place` and `rows` move together; `turn` counts the moves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, Callable[[], None]] = {}
        self._thread: threading.Thread | None = None
        self._numbers = 0
        self._heeds = False
        self.rows: deque[tuple[int, Happening]] = deque(maxlen=KEPT)
        self.place = Place()
        self.turn = 0
        self.begun = False
        self.stopping = False  # this process was told to stop: streams end, so that it need not wait for them
        self.commits = 0  # anything at all was committed: time to ask again who may watch
        self.rates: Rates = {}
        self.known_since: Minute | None = None  # the picture's first whole minute

    def join(self, wake: Callable[[], None]) -> int:
        """Be woken (from another thread) after each move; gives the number to leave with."""
        with self._lock:
            self._numbers += 1
            self._listeners[self._numbers] = wake
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
            return self._numbers

    def leave(self, number: int) -> None:
        with self._lock:
            self._listeners.pop(number, None)

    def heed_stop(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the streams when a worker of the web server is told to stop. The server has its own ear on the
        signal through the loop's wake-up pipe, which a handler of Python's does not touch."""
        if self._heeds or multiprocessing.parent_process() is None:
            return
        self._heeds = True
        if threading.current_thread() is not threading.main_thread():
            return

        def stop(*_signal: object) -> None:
            self.stopping = True
            loop.call_soon_threadsafe(self.wake)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)

    def after(self, turn: int) -> tuple[int, Place, list[Happening]]:
        """(turn, place, the rows found after TURN), oldest first."""
        with self._lock:
            return self.turn, self.place, [row for at, row in self.rows if at > turn]

    def _run(self) -> None:
        """Look until nobody has watched for STILL seconds; a fault (the database away) is tried again."""
        while True:
            try:
                self._begin()
                self._look()
                return
            except Exception:
                logger.exception("the look-out failed, beginning again")
                time.sleep(2)
            finally:
                connection.close()

    def _begin(self) -> None:
        """Begin at the newest rows, with a picture of the last half hour; after a fault go on where it was."""
        if not self.begun:
            place = happenings.newest_place()
            rates, since = seed(place)
            with self._lock:
                self.place, self.rates, self.known_since, self.begun = place, rates, since, True
            self.wake()

    def _look(self) -> None:
        look = _Look(self)
        watched = time.monotonic()
        while True:
            look.once()
            with self._lock:
                if self._listeners:
                    watched = time.monotonic()
                elif time.monotonic() - watched > STILL:
                    self._thread, self.begun = None, False
                    return
            time.sleep(look.every)

    def moved(self, place: Place, rows: list[Happening], missed: dict[tuple[int | None, str], int]) -> None:
        """Take what was found; MISSED are events beyond those in ROWS, by (source, kind)."""
        with self._lock:
            self.turn += 1
            self.place = place
            self.rows.extend((self.turn, row) for row in rows)
            for row in rows:
                if row.kind != "order":
                    self._count(row.at, (row.source, _rate_kind(row.kind == "rejected", row.robot)), 1)
            for key, number in missed.items():
                self._count(timezone.now(), key, number)
            oldest = timezone.now() - dt.timedelta(minutes=MINUTES + 1)
            for minute in [minute for minute in self.rates if minute < oldest]:
                del self.rates[minute]
        self.wake()

    def _count(self, at: dt.datetime, key: tuple[int | None, str], number: int) -> None:
        self.rates.setdefault(minute_of(at), Counter())[key] += number

    def wake(self) -> None:
        with self._lock:
            listeners = list(self._listeners.values())
        for wake in listeners:
            wake()


class _Look:
    """One run of looking: on SQLite a number says whether anything was committed; on PostgreSQL the newest ids are
    asked each second, and a few below them again, for they commit out of order."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.sqlite = connection.vendor == "sqlite"
        self.every = 0.3 if self.sqlite else 1.0
        self.version = -1
        self.again_until = 0.0
        self.seen: deque[tuple[str, int]] = deque(maxlen=4 * OVERLAP)

    def once(self) -> None:
        watch = self.watch
        if self.sqlite:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA data_version")
                version = cursor.fetchone()[0]
            if version == self.version:
                return
            self.version = version
        else:
            close_old_connections()
        watch.commits += 1
        was, place = watch.place, happenings.newest_place()
        if place != was:
            self.again_until = time.monotonic() + LATE
        elif self.sqlite or time.monotonic() > self.again_until:
            return
        back = 0 if self.sqlite else OVERLAP
        rows = self._unseen(happenings.since(Place(*(max(0, at - back) for at in was)), place), was)
        if rows or place != was:
            watch.moved(place, rows, self._missed(was, place, rows))

    def _unseen(self, rows: list[Happening], was: Place) -> list[Happening]:
        """Without those shown already: they are above the old place, or were not there the last time."""
        if self.sqlite:
            return rows
        first = not self.seen
        known = set(self.seen)
        marks = {"order": was.order, "rejected": was.rejected}
        new = []
        for row in rows:
            mark = (row.kind if row.kind in marks else "event", row.row)
            if mark not in known and not (first and row.row <= marks.get(row.kind, was.event)):
                new.append(row)
            if mark not in known:
                self.seen.append(mark)
        return new

    @staticmethod
    def _missed(was: Place, place: Place, rows: list[Happening]) -> dict[tuple[int | None, str], int]:
        """Events beyond the newest MOST: counted, not read."""
        events = [row.row for row in rows if row.kind not in ("order", "rejected")]
        if len(events) < happenings.MOST or place.event - was.event <= len(events):
            return {}
        from django.db.models import Count

        unread = Event.objects.filter(pk__gt=was.event, pk__lt=min(events))
        counts = unread.values_list("source", "bot").annotate(n=Count("pk")).order_by()
        return {(source, _rate_kind(False, bot)): n for source, bot, n in counts}


def seed(place: Place) -> tuple[Rates, Minute | None]:
    """(the last half hour by minute, the first minute that is whole), from the newest SEEDED events."""
    began = minute_of(timezone.now() - dt.timedelta(minutes=MINUTES))
    rates: Rates = {}
    read = Event.objects.filter(pk__gt=place.event - SEEDED, pk__lte=place.event).order_by("-pk")
    oldest, number = None, 0
    for source, bot, at in read.values_list("source", "bot", "received_at").iterator():
        number += 1
        oldest = at
        if at < began:
            break
        rates.setdefault(minute_of(at), Counter())[source, _rate_kind(False, bot)] += 1
    for source, at in Rejected.objects.filter(at__gte=began).values_list("source", "at")[:SEEDED]:
        rates.setdefault(minute_of(at), Counter())[source, "rejected"] += 1
    cut = number == SEEDED and oldest is not None and oldest >= began
    return rates, minute_of(oldest) + dt.timedelta(minutes=1) if cut and oldest else began


def minute_of(at: dt.datetime) -> Minute:
    return at.replace(second=0, microsecond=0)


def _rate_kind(rejected: bool, robot: bool) -> str:
    return "rejected" if rejected else "robot" if robot else "event"


class Listener:
    """A stream's ear on the watch: `await heard(seconds)` returns when it moved or the time is over. Made on the
    loop that it is heard on; leave() when the stream ends."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._moved = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._moved.set)

        watch.heed_stop(loop)
        self._number = watch.join(wake)

    async def heard(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._moved.wait(), seconds)
        except TimeoutError:
            return False
        self._moved.clear()
        return True

    def leave(self) -> None:
        self._watch.leave(self._number)


watch = Watch()
