"""A hit: one request for a link or a dot; and the kinds there are, each recording a group of hits in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Hit:
    """Somebody, or something (BOT), asked for the address of a KIND whose token names KEY. SOURCE tells what kept the
    link, such as "qr"."""

    kind: str
    key: Any
    at: dt.datetime
    bot: bool = False
    source: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of address, /PREFIX/token.

    READ gives the key of a token, None for a forged one, and asks no database. RECORD keeps hits in the caller's
    transaction and gives for each where it leads (an address, or True for the dot), None where there is no such
    thing; AGAIN says that some of them may be kept already. LOOK gives the same for a key without
    keeping anything; keys with the same SAME lead to the same, so that it need not be asked each time. BY_MACHINE tells
    a machine by its request.
    """

    prefix: str
    read: Callable[[str], Any]
    record: Callable[..., list[str | bool | None]]
    look: Callable[[Any], str | bool | None]
    by_machine: Callable[[str, Mapping[str, str]], bool]
    same: Callable[[Any], Any]


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind; the same prefix replaces."""
    KINDS[kind.prefix] = kind
