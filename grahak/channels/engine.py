"""The sending loop of a worker: one line a channel, and the housekeeping beside them. Everything that writes goes
through one clerk, so that what all lines have to write shares its commits.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import close_old_connections, connection

from grahak.channels import contract, turns, worker_names
from grahak.channels.clerk import Clerk
from grahak.channels.contract import Transport
from grahak.channels.lines import House, Line
from grahak.core.lean import lean

logger = logging.getLogger("grahak.sending")
T = TypeVar("T")

TAKE_BACK_EVERY = 5.0
RESOLVE_EVERY = 15.0


def run_sending(stop: threading.Event) -> None:
    """Send whatever is launched, until STOP is set. Several processes may run it at once. Counting an
    audience is a job of the queue "sending" in a loop of its own, so that a big one does not hold up what is
    on its way."""
    asyncio.run(Engine(stop).run())


class Engine:
    """One worker's sending. With UNTIL_IDLE it ends when no dispatch is on its way (tests, benches). ACCOUNT overrides
    the shop's of CHANNEL, TRANSPORT makes a connection for it; the other channels then rest."""

    def __init__(
        self,
        stop: threading.Event,
        *,
        transport: Callable[[Any], Transport] | None = None,
        until_idle: bool = False,
        account: Any = None,
        channel: str = "",
    ) -> None:
        self.stop = stop
        self.worker = worker_names.mine()
        self._house = House(self.worker, until_idle=until_idle)
        self._reader = ThreadPoolExecutor(1, "renderer", initializer=_lean_reader)
        if channel or account is not None or transport is not None:
            one = contract.channel_of(channel or "email")
            self._lines = [Line(self._house, one, transport=transport, account=account)]
        else:
            self._lines = [Line(self._house, one) for one in contract.channels()]

    async def run(self) -> None:
        """Serve until told to stop; then finish what is on the wire and put the rest back."""
        house = self._house
        house.clerk, house.read = Clerk(self.worker, asyncio.get_running_loop()), self._read
        house.clerk.start()
        beside = [asyncio.create_task(self._watch_stop()), asyncio.create_task(self._keep())]
        try:
            await asyncio.gather(*(line.run() for line in self._lines))
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._go_home()

    async def _go_home(self) -> None:
        clerk = self._house.clerk
        try:
            for line in self._lines:
                await line.go_home()
            await clerk.do(partial(turns.release, self.worker))
        finally:
            clerk.close()
            self._reader.submit(_leave)
            self._reader.shutdown()

    async def _keep(self) -> None:
        """Beside the sending: take back what dead workers held, resolve what is unknown, see a changed
        account."""
        resolved = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                back, unknown = await self._house.clerk.do(partial(turns.take_back, worker_names.is_dead))
                if back or unknown:
                    logger.warning(
                        "took back what a dead worker held", extra={"waiting": back, "unknown": unknown}
                    )
                due = loop.time() - resolved > RESOLVE_EVERY or unknown
                for line in self._lines:
                    if due:
                        await line.resolve()
                    await line.see_account()
                if due:
                    resolved = loop.time()
            except asyncio.CancelledError:
                raise
            except Exception:
                logger.exception("housekeeping of the sending loop stumbled; going on")
            await self._house.sleep(TAKE_BACK_EVERY)

    async def _read(self, work: Callable[[], T]) -> T:
        """Do WORK that only reads (or renders) in the reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, work)

    async def _watch_stop(self) -> None:
        while not self.stop.is_set():
            await asyncio.sleep(0.1)
        self._house.closing.set()
        for line in self._lines:
            line.call_off()


def _lean_reader() -> None:
    close_old_connections()
    lean(connection)


def _leave() -> None:
    """Give this thread's connection back. (`connection.close` itself would be that of who hands it over.)"""
    connection.close()


def send_all(
    *, transport: Callable[[Any], Transport] | None = None, account: Any = None, channel: str = ""
) -> None:
    """Send everything that is on its way, and return (tests, benches, the demo's story); with ACCOUNT or CHANNEL what
    is on its way by that channel (e-mail unless said)."""
    stop = threading.Event()
    engine = Engine(stop, transport=transport, until_idle=True, account=account, channel=channel)
    asyncio.run(engine.run())
