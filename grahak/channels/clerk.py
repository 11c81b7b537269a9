"""The one thread that writes for the sending loop, many people's business in one commit.

A commit that survives a power cut costs a disk flush. While one is under way the requests of all connections
gather; the next commit carries them together. So each mail has its attempt on disk before the server is
called, and its result right after, at a fraction of a flush a mail.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from django.db import DatabaseError, connection

from grahak.channels import turns
from grahak.channels.turns import Outcome
from grahak.core.durable import durable
from grahak.core.lean import lean

logger = logging.getLogger("grahak.sending")
T = TypeVar("T")
MOST_IN_A_COMMIT = 500
PATIENCE = 0.5  # seconds between tries while the database is busy or away


class _Turn:
    """A connection's request: write down this result, then tell me whether I may attempt that message."""

    __slots__ = ("answer", "attempt", "outcome")

    def __init__(self, outcome: Outcome | None, attempt: int | None, answer: asyncio.Future[bool]) -> None:
        self.outcome, self.attempt, self.answer = outcome, attempt, answer


class _Errand:
    """Anything else to be done in the same thread and commit."""

    __slots__ = ("answer", "work")

    def __init__(self, work: Callable[[], Any], answer: asyncio.Future[Any]) -> None:
        self.work, self.answer = work, answer


class Clerk:
    """Carries out requests of coroutines of one event loop. `worker` is the name that stands on claimed
    rows."""

    def __init__(self, worker: str, loop: asyncio.AbstractEventLoop) -> None:
        self.worker = worker
        self._loop = loop
        self._requests: SimpleQueue[_Turn | _Errand | None] = SimpleQueue()
        self._given_up = False
        self._thread = threading.Thread(target=self._work, name="clerk", daemon=True)
        self.commits = 0

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what was asked for; while the database is away, not for ever."""
        self._given_up = True
        self._requests.put(None)
        self._thread.join(timeout=30)

    async def turn(self, outcome: Outcome | None, attempt: int | None) -> bool:
        """Commit OUTCOME; True when the message ATTEMPT is now this worker's to hand to the server."""
        answer: asyncio.Future[bool] = self._loop.create_future()
        self._requests.put(_Turn(outcome, attempt, answer))
        return await answer

    async def do(self, work: Callable[[], T]) -> T:
        """Run WORK in the clerk's thread and commit; its error is raised here, alone."""
        answer: asyncio.Future[T] = self._loop.create_future()
        self._requests.put(_Errand(work, answer))
        return await answer

    def _work(self) -> None:
        lean(connection)
        open_for_business = True
        while open_for_business:
            group: list[_Turn | _Errand] = []
            request = self._requests.get()
            while True:
                if request is None:
                    open_for_business = False
                else:
                    group.append(request)
                if not open_for_business or self._requests.empty() or len(group) >= MOST_IN_A_COMMIT:
                    break
                request = self._requests.get()
            if group:
                self._serve(group)
        connection.close()

    def _serve(self, group: list[_Turn | _Errand]) -> None:
        """One commit for the group. Where it fails the turns are kept until they are written (a result must
        not get lost), errands are tried alone and their error goes to who sent them."""
        while True:
            try:
                answers = self._commit(group)
            except Exception as error:
                if len(group) > 1:
                    for request in group:
                        self._serve([request])
                    return
                if isinstance(group[0], _Turn) and isinstance(error, DatabaseError) and not self._given_up:
                    logger.warning("the ledger cannot be written; waiting", extra={"error": str(error)[:200]})
                    time.sleep(PATIENCE)
                    connection.close()
                    lean(connection)
                    continue
                self._answer([(group[0].answer, None, error)])
                return
            self._answer([(future, value, None) for future, value in answers])
            return

    def _commit(self, group: list[_Turn | _Errand]) -> list[tuple[asyncio.Future[Any], Any]]:
        asked = [request for request in group if isinstance(request, _Turn)]
        answers: list[tuple[asyncio.Future[Any], Any]] = []
        with durable():
            turns.settle([request.outcome for request in asked if request.outcome], self.worker)
            granted = turns.attempt([request.attempt for request in asked if request.attempt], self.worker)
            answers += [(request.answer, request.attempt in granted) for request in asked]
            answers += [(request.answer, request.work()) for request in group if isinstance(request, _Errand)]
        self.commits += 1
        return answers

    def _answer(self, answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
        def tell() -> None:
            for future, value, error in answers:
                if future.done():
                    continue
                if error is not None:
                    future.set_exception(error)
                else:
                    future.set_result(value)

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(tell)
