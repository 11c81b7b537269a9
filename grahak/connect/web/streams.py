"""The live streams: one for each screen that watches, at most a few a person; each asks again and again whether
its person is still logged in and may still watch, and ends by itself after a while so that the screen comes anew.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from grahak.connect.web import happenings
from grahak.connect.web.drawn import drawn_rates, lines_of
from grahak.connect.web.happenings import Eyes, Happening, Place
from grahak.connect.web.watch import Listener, watch
from grahak.core.access import scope_of
from grahak.core.models import User

MOST_STREAMS, MOST_OF_ONE = 40, 5  # in this process
AT_ONCE = 40  # rows of one message; more are counted, not drawn
CALM = 0.5  # seconds between two messages
ASK_AGAIN = 3.0  # seconds after which rights are looked at again, where anything was committed
ASK_ANYWAY = 30.0
BEAT = 10.0  # seconds without news after which the picture is sent all the same
LASTS = 600.0  # seconds of one stream

T = TypeVar("T")
_threads = ThreadPoolExecutor(2, thread_name_prefix="live-ask")
_lock = threading.Lock()
_open: Counter[int] = Counter()


@dataclass(frozen=True)
class Asked:
    """The filter of a screen: kinds of rows, one source or all."""

    kinds: tuple[str, ...]
    source: int | None

    def takes(self, row: Happening) -> bool:
        return row.kind in self.kinds and (self.source is None or row.source == self.source)


@dataclass(frozen=True)
class Looks:
    """The reader's language and time zone, which a thread of ours does not know."""

    language: str
    zone: str


class Ticket:
    """The right of one person to one stream. Given back once, however often that is asked."""

    def __init__(self, user: int, session: str) -> None:
        self.user, self.session, self._given_back = user, session, False

    def give_back(self) -> None:
        with _lock:
            if not self._given_back:
                self._given_back = True
                _open[self.user] -= 1
                _open[self.user] or _open.pop(self.user)

    def holder(self) -> User | None:
        """The person as they are now; None when they logged out, were closed out or may watch no more."""
        request = HttpRequest()
        request.session = SessionStore(self.session)
        user: Any = get_user(request)  # also compares the password that the session was opened with
        fine = user.is_authenticated and user.pk == self.user and scope_of(user, "events.view") is not None
        return user if fine else None


def take_ticket(user: int, session: str) -> Ticket | None:
    """A ticket for one more stream; None where too many are open."""
    with _lock:
        if _open.total() >= MOST_STREAMS or _open[user] >= MOST_OF_ONE:
            return None
        _open[user] += 1
    return Ticket(user, session)


async def flow(ticket: Ticket, asked: Asked, looks: Looks, begin: Place | None) -> AsyncIterator[bytes]:
    """The stream itself, after BEGIN (None: from now on)."""
    listener = Listener(watch)
    try:
        yield b"retry: 3000\n: here\n\n"
        screen = _Screen(ticket, asked, looks)
        while not watch.begun:
            await listener.heard(BEAT)
        message = await _ask(lambda: screen.start(begin))
        ends = time.monotonic() + LASTS * random.uniform(0.8, 1.2)
        while message is not None and time.monotonic() < ends:
            if message:
                yield message
                await asyncio.sleep(CALM)
            await listener.heard(screen.patience())
            if watch.stopping:
                return
            message = await _ask(screen.next)
        if message is None:
            yield _message("closed", "")
    finally:
        listener.leave()
        ticket.give_back()


async def _ask(work: Callable[[], T]) -> T:
    """Do WORK, which may ask the database, in a thread; its connection goes back where there is a pool."""

    def done() -> T:
        try:
            return work()
        finally:
            if connection.vendor != "sqlite":
                connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads, done)


class _Screen:
    """What one screen has got so far. Its methods run in a thread of ours."""

    def __init__(self, ticket: Ticket, asked: Asked, looks: Looks) -> None:
        self.ticket, self.asked, self.looks = ticket, asked, looks
        self.turn = 0
        self.eyes: Eyes | None = None
        self.commits = -1
        self.asked_at = float("-inf")
        self.sent_at = 0.0
        self.shown: set[tuple[str, int]] = set()

    def patience(self) -> float:
        """Seconds to wait for news."""
        return min(BEAT, ASK_AGAIN)

    def start(self, begin: Place | None) -> bytes | None:
        """The first message: what came after BEGIN."""
        self.turn, place, _rows = watch.after(watch.turn)
        rows = (
            happenings.since(begin, place, kinds=self.asked.kinds, source=self.asked.source) if begin else []
        )
        self.shown = {(row.kind, row.row) for row in rows}
        return self._told(rows, place, even_if_nothing=True)

    def next(self) -> bytes | None:
        """The next message: b"" if there is nothing to say, None if the person may watch no more."""
        self.turn, place, rows = watch.after(self.turn)
        return self._told([row for row in rows if (row.kind, row.row) not in self.shown], place)

    def _told(self, rows: list[Happening], place: Place, *, even_if_nothing: bool = False) -> bytes | None:
        now = time.monotonic()
        silent = now - self.asked_at
        if silent > ASK_ANYWAY or (silent > ASK_AGAIN and self.commits != watch.commits):
            self.asked_at, self.commits = now, watch.commits
            holder = self.ticket.holder()
            if holder is None:
                return None
            self.eyes = Eyes(holder)
        eyes = self.eyes
        rows = [row for row in rows if eyes is not None and self.asked.takes(row) and eyes.sees(row)]
        if not rows and not even_if_nothing and now - self.sent_at < BEAT:
            return b""
        self.sent_at = now
        with translation.override(self.looks.language), timezone.override(ZoneInfo(self.looks.zone)):
            return self._drawn(rows, place)

    def _drawn(self, rows: list[Happening], place: Place) -> bytes:
        assert self.eyes is not None
        rates = drawn_rates(dict(watch.rates), watch.known_since, self.asked.source)
        message = _message(
            "rates",
            render_to_string(
                "connect/_rates.html", {"rates": rates, "now": timezone.now(), "eyes": self.eyes}
            ),
        )
        if rows:
            newest = lines_of(rows[-AT_ONCE:][::-1], self.eyes)
            more = len(rows) - len(newest)
            html = render_to_string(
                "connect/_happenings.html", {"lines": newest, "more": more, "eyes": self.eyes}
            )
            message += _message("rows", html, str(place))
        return message


def _message(event: str, text: str, mark: str = "") -> bytes:
    """One message of a stream; the text travels as JSON, so that no line of it can end the message."""
    head = f"id: {mark}\n" if mark else ""
    return f"{head}event: {event}\ndata: {json.dumps(text)}\n\n".encode()
