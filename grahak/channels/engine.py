"""The sending loop: takes claimed mails to the server over a few kept-open connections.

A feeder claims and renders a batch ahead; each connection then, for one mail at a time, has its attempt
committed, hands it over and has the result committed together with its next attempt. So at most as many rows
as there are connections are "attempted" at any moment, which is what a power cut can leave unknown. Memory
stays flat: never more than two batches are in hand. Everything that writes goes through one clerk.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

from django.db import close_old_connections, connection

from grahak.channels import ledger, renderers, timeline, turns, unknowns, worker_names
from grahak.channels.breaker import Breaker
from grahak.channels.clerk import Clerk
from grahak.channels.email import accounts, mailbox
from grahak.channels.email.accounts import Account, Unreachable
from grahak.channels.email.building import Parcel, build
from grahak.channels.email.transport import SmtpTransport, Transport
from grahak.channels.lean import lean
from grahak.channels.models import Dispatch, DispatchState
from grahak.channels.renderers import Claimed, Unsayable, Words
from grahak.channels.turns import Outcome

logger = logging.getLogger("grahak.sending")
T = TypeVar("T")

LARGEST_BATCH = 400
MOST_LOOKS = 1_000
IDLE_SECONDS = 1.0
TAKE_BACK_EVERY = 5.0
RESOLVE_EVERY = 15.0
TELL_EVERY = 400


def run_sending(stop: threading.Event) -> None:
    """Send whatever is launched, until STOP is set. Several processes may run it at once. Counting an
    audience is a job of the queue "sending" in a loop of its own, so that a big one does not hold up what is
    on its way."""
    asyncio.run(Engine(stop).run())


class Engine:
    """One worker's sending. TRANSPORT makes a connection for an account; with UNTIL_IDLE it ends when no
    dispatch is on its way (tests, benches). ACCOUNT overrides the shop's."""

    def __init__(
        self,
        stop: threading.Event,
        *,
        transport: Callable[[Account], Transport] = SmtpTransport,
        until_idle: bool = False,
        account: Account | None = None,
    ) -> None:
        self.stop, self.until_idle = stop, until_idle
        self.worker = worker_names.mine()
        self._transport, self._fixed_account = transport, account
        self._reader = ThreadPoolExecutor(1, "renderer", initializer=_lean_reader)
        self._closing = asyncio.Event()  # going home
        self._recall = asyncio.Event()  # this session ends: going home, or the account was changed
        self._drained = asyncio.Event()
        self._breaker = Breaker()
        self._batch = 16
        self._looks = 32
        self._told: list[int] = []
        self._trouble = ""
        self._mailbox: asyncio.Server | None = None

    async def run(self) -> None:
        """Serve until told to stop; then finish what is on the wire and put the rest back."""
        self.clerk = Clerk(self.worker, asyncio.get_running_loop())
        self.clerk.start()
        beside = [asyncio.create_task(self._watch_stop()), asyncio.create_task(self._keep())]
        try:
            while not self._closing.is_set():
                try:
                    if not await self._round():
                        break
                except Exception:
                    logger.exception("the sending loop stumbled; going on")
                    await self._sleep(IDLE_SECONDS * 5)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._go_home()

    async def _go_home(self) -> None:
        try:
            await self._tell(final=True)
            await self.clerk.do(partial(turns.release, self.worker))
        finally:
            if self._mailbox is not None:
                self._mailbox.close()
            self.clerk.close()
            self._reader.submit(connection.close)
            self._reader.shutdown()

    async def _round(self) -> bool:
        """Look whether there is anything to send, and send it. False: nothing is on its way, and we need not
        wait."""
        ids = await self._read(_on_their_way)
        if not ids:
            if self.until_idle and not await self._read(_still_counting):
                return False
            await self._sleep(IDLE_SECONDS)
            return True
        account = self._fixed_account or await self._read(accounts.current)
        if account is None:
            await self._report("no_account")
            await self._sleep(IDLE_SECONDS * 2)
            return True
        if not await self._session(await self._with_mailbox(account)):
            await self._sleep(0.05 if self.until_idle else IDLE_SECONDS)
        return True

    async def _session(self, account: Account) -> bool:
        """Send until nothing is due, over connections that live as long. True when anything was claimed."""
        self._recall.clear()
        if self._closing.is_set():
            return False
        parcels: asyncio.Queue[Parcel | None] = asyncio.Queue()
        carriers = [
            asyncio.create_task(self._carry(parcels, account), name=f"connection {n}")
            for n in range(account.connections)
        ]
        try:
            fed = await self._feed(parcels, account)
        finally:
            if self._recall.is_set():
                while not parcels.empty():
                    parcels.get_nowait()
            for _carrier in carriers:
                parcels.put_nowait(None)
            await asyncio.gather(*carriers, return_exceptions=True)
        if self._recall.is_set():
            await self.clerk.do(partial(turns.release, self.worker))
        await self._tell(final=True)
        for dispatch_id in await self._read(_on_their_way):
            if await self.clerk.do(partial(ledger.close_if_done, dispatch_id)):
                await self._catch_up(dispatch_id)
        return fed

    async def _feed(self, parcels: asyncio.Queue[Parcel | None], account: Account) -> bool:
        """Claim and render batch after batch, from each dispatch in turn, a batch ahead of the
        connections."""
        fed, found = False, True
        while found:
            found = False
            for dispatch_id in await self._read(_on_their_way):
                while parcels.qsize() > self._batch and not self._recall.is_set():
                    self._drained.clear()
                    await self._drained.wait()
                if self._recall.is_set():
                    return fed
                turn = await self.clerk.do(
                    partial(turns.claim, dispatch_id, self._looks, self.worker, account.letterhead.domain)
                )
                found = found or turn.looked_at > 0
                if turn.claimed:
                    fed = True
                    for parcel in await self._prepare(dispatch_id, turn.claimed, account):
                        parcels.put_nowait(parcel)
                self._adapt(turn, account)
        return fed

    def _adapt(self, turn: turns.Turn, account: Account) -> None:
        """In hand is what goes out in a few seconds: much for a fast server; little for a slow one, so that
        no lease runs out in the queue. Where most are left out, more rows are looked at in one claim."""
        self._batch = int(min(LARGEST_BATCH, max(2 * account.connections, 16, 4 * self._breaker.rate())))
        share = max(0.05, len(turn.claimed) / turn.looked_at) if turn.looked_at else 1.0
        self._looks = min(MOST_LOOKS, int(self._batch / share))

    async def _prepare(self, dispatch_id: int, claimed: list[Claimed], account: Account) -> list[Parcel]:
        try:
            parcels, unsayable = await self._read(partial(_render, dispatch_id, claimed, account))
        except Exception as error:
            logger.exception("a dispatch cannot be rendered; held", extra={"dispatch": dispatch_id})
            await self.clerk.do(partial(_hold, dispatch_id, f"{type(error).__name__}: {error}"))
            return []
        if unsayable:
            await self.clerk.do(partial(turns.skip, unsayable, self.worker))
        return parcels

    async def _carry(self, parcels: asyncio.Queue[Parcel | None], account: Account) -> None:
        """One connection's work."""
        transport = self._transport(account)
        outcome: Outcome | None = None
        dispatch_id = 0
        try:
            while True:
                if outcome is not None and parcels.empty():
                    await self._settle(outcome, dispatch_id)
                    outcome = None
                parcel = await parcels.get()
                self._drained.set()
                if parcel is None:
                    break
                if not transport.is_open:
                    if outcome is not None:
                        await self._settle(outcome, dispatch_id)
                        outcome = None
                    if not await self._connect(transport):
                        continue
                granted = await self.clerk.turn(outcome, parcel.id)
                if outcome is not None:
                    await self._note(outcome, dispatch_id)
                    outcome = None
                if granted:
                    dispatch_id = parcel.dispatch_id
                    outcome = await transport.deliver(parcel)
        except Exception:
            logger.exception("a connection stumbled; this round ends")
            self._recall.set()
            self._drained.set()
        finally:
            if outcome is not None:
                await self._settle(outcome, dispatch_id)
            await transport.close()

    async def _settle(self, outcome: Outcome, dispatch_id: int) -> None:
        await self.clerk.turn(outcome, None)
        await self._note(outcome, dispatch_id)

    async def _note(self, outcome: Outcome, dispatch_id: int) -> None:
        """Learn from a committed result: the timeline, and whether the server wants us to slow down or
        stop."""
        if outcome.result in ("sent", "failed"):
            self._told.append(outcome.id)
            if len(self._told) >= TELL_EVERY:
                await self._tell()
        advice = self._breaker.note(outcome)
        if outcome.result == "sent" and self._trouble:
            await self._report("")
        elif advice == "hold":
            await self.clerk.do(partial(_hold, dispatch_id, outcome.detail))
        elif advice == "wait":
            await self._report(outcome.detail)

    async def _connect(self, transport: Transport) -> bool:
        """Open the connection, however long the server is away; False when we are called off first."""
        while not self._recall.is_set():
            if wait := self._breaker.wait():
                await self._sleep(wait, self._recall)
                continue
            try:
                await transport.open()
            except Unreachable as error:
                logger.warning("the mail server cannot be reached", extra={"why": str(error)})
                self._breaker.unreachable()
                await self._report(str(error))
            else:
                self._breaker.reached()
                return True
        return False

    async def _report(self, trouble: str) -> None:
        """Say on the page of what is being sent why it does not get on; empty when it does again."""
        if trouble != self._trouble:
            self._trouble = trouble
            await self.clerk.do(partial(_set_trouble, trouble))

    async def _tell(self, *, final: bool = False) -> None:
        told, self._told = self._told, []
        if told:
            await self.clerk.do(partial(timeline.tell, told))

    async def _catch_up(self, dispatch_id: int) -> None:
        """What a crash kept from the timelines is told when the dispatch is done."""
        after = 0
        while after >= 0 and not self._closing.is_set():
            after = await self.clerk.do(partial(timeline.catch_up, dispatch_id, after))

    async def _keep(self) -> None:
        """Beside the sending: take back what dead workers held, resolve what is unknown, see a changed
        account."""
        resolved = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                back, unknown = await self.clerk.do(partial(turns.take_back, worker_names.is_dead))
                if back or unknown:
                    logger.warning(
                        "took back what a dead worker held", extra={"waiting": back, "unknown": unknown}
                    )
                if loop.time() - resolved > RESOLVE_EVERY or unknown:
                    resolved = loop.time()
                    await self._resolve()
                await self._see_account()
            except asyncio.CancelledError:
                raise
            except Exception:
                logger.exception("housekeeping of the sending loop stumbled; going on")
            await self._sleep(TAKE_BACK_EVERY)

    async def _resolve(self) -> None:
        account = self._fixed_account or await self._read(accounts.current)
        if account is None or not await self._read(unknowns.any_left):
            return
        if account.is_mailbox:
            await self.clerk.do(unknowns.resolve_from_mailbox)
        elif account.log_path:
            await self._knock(account)
            evidence = await self._read(partial(unknowns.read_log, account.log_path))
            await self.clerk.do(partial(unknowns.resolve, evidence))

    async def _knock(self, account: Account) -> None:
        """A visit leaves a line in a quiet server's log, which shows that the log is alive and is this
        server's."""
        visit = self._transport(account)
        with contextlib.suppress(Unreachable):
            await visit.open()
            await visit.close()

    async def _see_account(self) -> None:
        if self._fixed_account is None:
            account = await self._read(accounts.current)
            seen = account.updated_at if account else None
            if seen != getattr(self, "_seen", seen):
                self._recall.set()
                self._drained.set()
            self._seen = seen

    async def _with_mailbox(self, account: Account) -> Account:
        """In the demo the account is this worker's own mailbox server, on whatever port was free."""
        if not account.is_mailbox:
            return account
        if self._mailbox is None:
            self._mailbox = await mailbox.serve(lambda mails: self.clerk.do(partial(mailbox.keep, mails)))
        port = self._mailbox.sockets[0].getsockname()[1]
        return replace(account, host="127.0.0.1", port=port, security="none", username="", password="")

    async def _read(self, work: Callable[[], T]) -> T:
        """Do WORK that only reads (or renders) in the reader's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, work)

    async def _watch_stop(self) -> None:
        while not self.stop.is_set():
            await asyncio.sleep(0.1)
        self._closing.set()
        self._recall.set()
        self._drained.set()

    async def _sleep(self, seconds: float, until: asyncio.Event | None = None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for((until or self._closing).wait(), seconds)


def _lean_reader() -> None:
    close_old_connections()
    lean(connection)


def _on_their_way() -> list[int]:
    """The dispatches being sent, and nothing but the counting of new ones is left for another day."""
    return list(
        Dispatch.objects.filter(state=DispatchState.SENDING).order_by("pk").values_list("pk", flat=True)
    )


def _still_counting() -> bool:
    return Dispatch.objects.filter(state=DispatchState.FREEZING).exists()


def _set_trouble(trouble: str) -> None:
    Dispatch.objects.filter(state=DispatchState.SENDING).update(trouble=trouble[:300])


def _hold(dispatch_id: int, because: str) -> None:
    dispatch = Dispatch.objects.filter(pk=dispatch_id).first()
    if dispatch is not None:
        ledger.pause(dispatch, by=None, because=because)


def _render(
    dispatch_id: int, claimed: list[Claimed], account: Account
) -> tuple[list[Parcel], list[tuple[int, str]]]:
    """The mails of a claimed batch, and (id, why) of those whose text cannot be made."""
    dispatch = Dispatch.objects.get(pk=dispatch_id)
    in_hand = {row.id: row for row in claimed}
    parcels, unsayable = [], []
    for words in renderers.renderer_of(dispatch).render(dispatch, claimed):
        row = in_hand.pop(words.id)
        match words:
            case Unsayable():
                unsayable.append((row.id, words.detail))
            case Words():
                content = build(account.letterhead, words, row.address, row.message_id)
                parcels.append(
                    Parcel(row.id, dispatch_id, account.letterhead.envelope, row.address, content, row.tries)
                )
    unsayable += [(pk, "the renderer gave no words") for pk in in_hand]
    return parcels, unsayable


def send_all(
    *, transport: Callable[[Account], Transport] = SmtpTransport, account: Account | None = None
) -> None:
    """Send everything that is on its way, and return (tests, benches, the demo's story)."""
    stop = threading.Event()
    asyncio.run(Engine(stop, transport=transport, until_idle=True, account=account).run())
