"""One channel's sending: takes claimed messages to its provider over a few kept-open connections.

A feeder claims and renders a batch ahead; each connection then, for one message at a time, has its attempt
committed, hands it over and has the result committed together with its next attempt. So at most as many rows
as there are connections are "attempted" at any moment, which is what a power cut can leave unknown. Memory
stays flat: never more than two batches are in hand. A channel whose provider is slow or away keeps no other waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from grahak.channels import ledger, renderers, timeline, turns
from grahak.channels.breaker import Breaker
from grahak.channels.clerk import Clerk
from grahak.channels.contract import Channel, Closer, Parcel, Transport, Unreachable
from grahak.channels.models import Dispatch, DispatchState
from grahak.channels.renderers import Claimed, Unsayable
from grahak.channels.turns import Outcome

logger = logging.getLogger("grahak.sending")
T = TypeVar("T")

LARGEST_BATCH = 400
MOST_LOOKS = 1_000
IDLE_SECONDS = 1.0
TELL_EVERY = 400


class House:
    """What the lines of one worker share: its name, the clerk that writes, the thread that reads, and the end."""

    def __init__(self, worker: str, *, until_idle: bool) -> None:
        self.worker, self.until_idle = worker, until_idle
        self.closing = asyncio.Event()
        self.clerk: Clerk
        self.read: Callable[[Callable[[], Any]], Any]

    async def sleep(self, seconds: float, until: asyncio.Event | None = None) -> None:
        """Sleep, or until going home (or UNTIL)."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for((until or self.closing).wait(), seconds)


class Line:
    """The sending of one channel. TRANSPORT and ACCOUNT override the channel's own (tests, benches)."""

    def __init__(
        self,
        house: House,
        channel: Channel,
        *,
        transport: Callable[[Any], Transport] | None = None,
        account: Any = None,
    ) -> None:
        self.house, self.channel = house, channel
        self._transport = transport or channel.transport
        self._fixed_account = account
        self.recall = asyncio.Event()  # this session ends: going home, or the account was changed
        self._drained = asyncio.Event()
        self._breaker = Breaker()
        self._batch = 16
        self._looks = 32
        self._told: list[int] = []
        self._trouble = ""
        self._beside: tuple[Any, Any, Closer | None] | None = (
            None  # the shop's account, ours, what runs for it
        )
        self._seen: Any = None

    async def run(self) -> None:
        """Serve until the house closes; with `until_idle` until nothing is on its way."""
        while not self.house.closing.is_set():
            try:
                if not await self._round():
                    break
            except Exception:
                logger.exception(
                    "a line of the sending loop stumbled; going on", extra={"channel": self.channel.code}
                )
                await self.house.sleep(IDLE_SECONDS * 5)

    def call_off(self) -> None:
        """End this session: what is on the wire is finished, the rest put back."""
        self.recall.set()
        self._drained.set()

    async def go_home(self) -> None:
        """Tell what is untold, and close what ran beside."""
        try:
            await self._tell(final=True)
        finally:
            if self._beside is not None and self._beside[2] is not None:
                self._beside[2].close()

    async def _round(self) -> bool:
        """Look whether there is anything to send, and send it. False: nothing is on its way, and we need not
        wait."""
        ids = await self.house.read(self._on_their_way)
        if not ids:
            if self.house.until_idle and not await self.house.read(_still_counting):
                return False
            await self.house.sleep(IDLE_SECONDS)
            return True
        account = await self.account()
        if account is None:
            await self._report(
                "no_account" if self.channel.code == "email" else f"no_account:{self.channel.code}"
            )
            await self.house.sleep(IDLE_SECONDS * 2)
            return True
        if not await self._session(account):
            await self.house.sleep(0.05 if self.house.until_idle else IDLE_SECONDS)
        return True

    async def account(self) -> Any:
        """The account to use now, with what it needs in this process (the demo's own mailbox) running."""
        given = self._fixed_account or await self.house.read(self.channel.account)
        if given is None or self.channel.beside is None:
            return given
        if self._beside is None or self._beside[0] != given:
            if self._beside is not None and self._beside[2] is not None:
                self._beside[2].close()
            self._beside = (given, *await self.channel.beside(given, self.house.clerk.do))
        return self._beside[1]

    async def _session(self, account: Any) -> bool:
        """Send until nothing is due, over connections that live as long. True when anything was claimed."""
        self.recall.clear()
        if self.house.closing.is_set():
            return False
        parcels: asyncio.Queue[Parcel | None] = asyncio.Queue()
        carriers = [
            asyncio.create_task(self._carry(parcels, account), name=f"{self.channel.code} {n}")
            for n in range(account.connections)
        ]
        try:
            fed = await self._feed(parcels, account)
        finally:
            if self.recall.is_set():
                while not parcels.empty():
                    parcels.get_nowait()
            for _carrier in carriers:
                parcels.put_nowait(None)
            await asyncio.gather(*carriers, return_exceptions=True)
        if self.recall.is_set():
            await self.house.clerk.do(partial(turns.release, self.house.worker, self.channel.code))
        await self._tell(final=True)
        for dispatch_id in await self.house.read(self._on_their_way):
            if await self.house.clerk.do(partial(ledger.close_if_done, dispatch_id)):
                await self._catch_up(dispatch_id)
        return fed

    async def _feed(self, parcels: asyncio.Queue[Parcel | None], account: Any) -> bool:
        """Claim and render batch after batch, from each dispatch in turn, a batch ahead of the
        connections."""
        fed, found = False, True
        while found:
            found = False
            for dispatch_id in await self.house.read(self._on_their_way):
                while parcels.qsize() > self._batch and not self.recall.is_set():
                    self._drained.clear()
                    await self._drained.wait()
                if self.recall.is_set():
                    return fed
                turn = await self.house.clerk.do(
                    partial(turns.claim, dispatch_id, self._looks, self.house.worker, account.domain)
                )
                found = found or turn.looked_at > 0
                if turn.claimed:
                    fed = True
                    for parcel in await self._prepare(dispatch_id, turn.claimed, account):
                        parcels.put_nowait(parcel)
                self._adapt(turn, account)
        return fed

    def _adapt(self, turn: turns.Turn, account: Any) -> None:
        """In hand is what goes out in a few seconds: much for a fast server; little for a slow one, so that
        no lease runs out in the queue. Where most are left out, more rows are looked at in one claim."""
        self._batch = int(min(LARGEST_BATCH, max(2 * account.connections, 16, 4 * self._breaker.rate())))
        share = max(0.05, len(turn.claimed) / turn.looked_at) if turn.looked_at else 1.0
        self._looks = min(MOST_LOOKS, int(self._batch / share))

    async def _prepare(self, dispatch_id: int, claimed: list[Claimed], account: Any) -> list[Parcel]:
        try:
            parcels, unsayable = await self.house.read(
                partial(_render, self.channel, dispatch_id, claimed, account)
            )
        except Exception as error:
            logger.exception("a dispatch cannot be rendered; held", extra={"dispatch": dispatch_id})
            await self.house.clerk.do(partial(_hold, dispatch_id, f"{type(error).__name__}: {error}"))
            return []
        if unsayable:
            await self.house.clerk.do(partial(turns.skip, unsayable, self.house.worker))
        return list(parcels)

    async def _carry(self, parcels: asyncio.Queue[Parcel | None], account: Any) -> None:
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
                if not transport.is_open or self._breaker.wait():
                    if outcome is not None:
                        await self._settle(outcome, dispatch_id)
                        outcome = None
                    if not await self._connect(transport):
                        continue
                granted = await self.house.clerk.turn(outcome, parcel.id)
                if outcome is not None:
                    await self._note(outcome, dispatch_id)
                    outcome = None
                if granted:
                    dispatch_id = parcel.dispatch_id
                    outcome = await transport.deliver(parcel)
        except Exception:
            logger.exception("a connection stumbled; this round ends")
            self.call_off()
        finally:
            if outcome is not None:
                await self._settle(outcome, dispatch_id)
            await transport.close()

    async def _settle(self, outcome: Outcome, dispatch_id: int) -> None:
        await self.house.clerk.turn(outcome, None)
        await self._note(outcome, dispatch_id)

    async def _note(self, outcome: Outcome, dispatch_id: int) -> None:
        """Learn from a committed result: the timeline, and whether the provider wants us to slow down or
        stop."""
        if outcome.result in ("sent", "failed"):
            self._told.append(outcome.id)
            if len(self._told) >= TELL_EVERY:
                await self._tell()
        advice = self._breaker.note(outcome)
        if outcome.result == "sent" and self._trouble:
            await self._report("")
        elif advice == "hold":
            await self.house.clerk.do(partial(_hold, dispatch_id, outcome.detail))
        elif advice == "wait":
            await self._report(outcome.detail)

    async def _connect(self, transport: Transport) -> bool:
        """Open the connection, however long the provider is away; False when we are called off first."""
        while not self.recall.is_set():
            if wait := self._breaker.wait():
                await self.house.sleep(wait, self.recall)
                continue
            if transport.is_open:
                return True
            try:
                await transport.open()
            except Unreachable as error:
                logger.warning("the provider cannot be reached", extra={"why": str(error)})
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
            await self.house.clerk.do(partial(_set_trouble, self.channel.code, trouble))

    async def _tell(self, *, final: bool = False) -> None:
        told, self._told = self._told, []
        if told:
            await self.house.clerk.do(partial(timeline.tell, told))

    async def _catch_up(self, dispatch_id: int) -> None:
        """What a crash kept from the timelines is told when the dispatch is done."""
        after = 0
        while after >= 0 and not self.house.closing.is_set():
            after = await self.house.clerk.do(partial(timeline.catch_up, dispatch_id, after))

    async def resolve(self) -> None:
        """Ask the provider about what a crash left unknown, where it can be asked."""
        if self.channel.resolve is None:
            return
        account = self._fixed_account or await self.house.read(self.channel.account)
        if account is not None:
            await self.channel.resolve(account, self.house.read, self.house.clerk.do)

    async def see_account(self) -> None:
        """End the session when the account was changed."""
        if self._fixed_account is None:
            account = await self.house.read(self.channel.account)
            seen = account.updated_at if account else None
            if seen != self._seen and self._seen is not None:
                self.call_off()
            self._seen = seen

    def _on_their_way(self) -> list[int]:
        """The dispatches of this channel that are being sent."""
        rows = Dispatch.objects.filter(state=DispatchState.SENDING, channel=self.channel.code)
        return list(rows.order_by("pk").values_list("pk", flat=True))


def _still_counting() -> bool:
    return Dispatch.objects.filter(state=DispatchState.FREEZING).exists()


def _set_trouble(channel: str, trouble: str) -> None:
    Dispatch.objects.filter(state=DispatchState.SENDING, channel=channel).update(trouble=trouble[:300])


def _hold(dispatch_id: int, because: str) -> None:
    dispatch = Dispatch.objects.filter(pk=dispatch_id).first()
    if dispatch is not None:
        ledger.pause(dispatch, by=None, because=because)


def _render(
    channel: Channel, dispatch_id: int, claimed: list[Claimed], account: Any
) -> tuple[list[Parcel], list[tuple[int, str, str]]]:
    """What is handed over of a claimed batch, and (id, why, reason) of those whose text cannot be made."""
    dispatch = Dispatch.objects.get(pk=dispatch_id)
    in_hand = {row.id: row for row in claimed}
    parcels: list[Parcel] = []
    unsayable: list[tuple[int, str, str]] = []
    for words in renderers.renderer_of(dispatch).render(dispatch, claimed):
        row = in_hand.pop(words.id)
        if isinstance(words, Unsayable):
            unsayable.append((row.id, words.detail, words.reason))
        else:
            parcels.append(channel.build(account, words, row, dispatch_id))
    unsayable += [(pk, "the renderer gave no words", "template") for pk in in_hand]
    return parcels, unsayable
