"""What a channel of sending is: how somebody is reached, what is handed to its provider, and how that goes. The engine
drives every channel through this alone; what each must keep to is in tests/contract.

A provider has taken a message, has refused it, or we do not know. Whoever writes a transport answers with one of
these, and with nothing else: `sent` when it said yes, `failed` when it said no for good, `later` when it certainly did
not take it, `unknown` when it may have. An unknown one is never tried again by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from grahak.channels.renderers import Claimed
    from grahak.channels.turns import Outcome


class Unreachable(ConnectionError):
    """The provider cannot be reached or does not let us in; the text is for the person who set it up."""


class Account(Protocol):
    """What the engine knows of an account. DOMAIN stands in the names of our messages; an account whose UPDATED_AT
    changes is taken up anew."""

    @property
    def connections(self) -> int: ...

    @property
    def domain(self) -> str: ...

    @property
    def updated_at(self) -> dt.datetime | None: ...


class Parcel(Protocol):
    """A message ready to be handed over; what else it holds is between a channel's build and its transport."""

    @property
    def id(self) -> int: ...

    @property
    def dispatch_id(self) -> int: ...

    @property
    def tries(self) -> int: ...


class Transport(Protocol):
    """One connection to a provider. `open` raises Unreachable; `deliver` never raises. One message at a time."""

    async def open(self) -> None: ...

    @property
    def is_open(self) -> bool: ...

    async def deliver(self, parcel: Any) -> Outcome: ...

    async def close(self) -> None: ...


class Closer(Protocol):
    """Something that runs beside the sending and is closed at the end."""

    def close(self) -> None: ...


Do = Callable[[Callable[[], Any]], Awaitable[Any]]  # the clerk's: runs what writes, in its thread


@dataclass(frozen=True)
class Channel:
    """One way to reach people. KINDS are the identities it writes to, the best first; FITS tells an address it can be
    written to from one it can't. ACCOUNT gives the shop's account in force, None before there is one. BUILD makes what
    is handed over: (account, words, claimed row, dispatch id). BESIDE starts what an account needs in this process
    (the demo's own mailbox and fakes) and gives the account to use then. RESOLVE asks the provider about messages that
    a crash left unknown: (account, read, do). DAYTIME: the hours outside of which the law or the account lets no
    offers out, whatever the shop's own quiet hours."""

    code: str
    kinds: tuple[str, ...]
    fits: Callable[[str], bool]
    account: Callable[[], Any]
    build: Callable[[Any, Any, Claimed, int], Parcel]
    transport: Callable[[Any], Transport]
    beside: Callable[[Any, Do], Awaitable[tuple[Any, Closer | None]]] | None = None
    resolve: Callable[[Any, Do, Do], Awaitable[None]] | None = None
    daytime: Callable[[], tuple[dt.time, dt.time] | None] = lambda: None


_CHANNELS: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Make CHANNEL known under its code; the same code replaces."""
    _CHANNELS[channel.code] = channel


def channel_of(code: str) -> Channel:
    """The channel of a code; KeyError for one that nobody registered."""
    return _CHANNELS[code]


def channels() -> list[Channel]:
    """All of them, in the order in which they were registered."""
    return list(_CHANNELS.values())


def kinds_of(code: str) -> tuple[str, ...]:
    """The kinds of identity that a channel writes to, the best first; none for one that sends nothing."""
    found = _CHANNELS.get(code)
    return found.kinds if found else ()
