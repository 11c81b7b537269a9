"""How the ledger asks the room that owns a dispatch for its audience and its words, without importing it.

A room registers a Renderer in its AppConfig.ready(); a Dispatch names it in `renderer`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from grahak.channels.models import Dispatch, SkipReason


class Recipient(NamedTuple):
    """One row of an audience: who, through which contact (None: nobody to write to), in which language."""

    customer_id: int
    contact_id: int | None
    language: str


class Claimed(NamedTuple):
    """A message in hand: consent was checked, nobody else has it."""

    id: int
    customer_id: int
    contact_id: int
    address: str
    language: str
    message_id: str
    tries: int


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to one person. TEXT is plain; HTML is a whole document or empty. `to_name` stands before
    the address, `from_name` before ours in place of the account's own. `unsubscribe_url` goes into List-Unsubscribe;
    empty for mail that cannot be unsubscribed from."""

    id: int
    subject: str
    text: str
    html: str = ""
    language: str = ""
    to_name: str = ""
    unsubscribe_url: str = ""
    from_name: str = ""


@dataclass(frozen=True, slots=True)
class Short:
    """What is said to one person by SMS or WhatsApp. TEXT is what they read, plain. TEMPLATE names what was approved
    for it (WhatsApp's template, DLT's id) and LANGUAGE the one it stands in there; COMPONENTS are the values of a
    WhatsApp template in the form of the API, empty for a message written freely. COST in the shop's currency."""

    id: int
    text: str
    language: str = ""
    template: str = ""
    components: tuple[dict[str, Any], ...] = ()
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Unsayable:
    """The text could not be made for this person; DETAIL says why in words for the list of those left out, REASON is
    a SkipReason."""

    id: int
    detail: str
    reason: str = SkipReason.TEMPLATE


Rendered = Words | Short | Unsayable


@dataclass(frozen=True)
class Renderer:
    """AUDIENCE gives the recipients in a stable order, lazily (a million must not sit in memory); or FREEZE writes them
    into the ledger itself, with statements of its own in short transactions: one of the two. RENDER
    makes the words of one claimed batch with set queries; it gives one Rendered a message, in any order."""

    name: str
    audience: Callable[[Dispatch], Iterable[Recipient]] | None
    render: Callable[[Dispatch, Sequence[Claimed]], list[Rendered]]
    purposes: tuple[str, ...] = field(default=("offers", "service"))
    freeze: Callable[[Dispatch], None] | None = None

    def __post_init__(self) -> None:
        if (self.audience is None) == (self.freeze is None):
            raise ValueError(f"{self.name}: either AUDIENCE or FREEZE")


_RENDERERS: dict[str, Renderer] = {}


def register(renderer: Renderer) -> None:
    """Make RENDERER known under its name; the same name replaces."""
    _RENDERERS[renderer.name] = renderer


def renderer_of(dispatch: Dispatch) -> Renderer:
    """The renderer of a dispatch: that of its channel ("campaign:sms") where there is one, else the one for all;
    KeyError where its room is not installed."""
    own = _RENDERERS.get(f"{dispatch.renderer}:{dispatch.channel}")
    return own or _RENDERERS[dispatch.renderer]
