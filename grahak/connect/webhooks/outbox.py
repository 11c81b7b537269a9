"""Writes down what happens, in the transaction of the change, where any address wants to know it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from grahak.connect.webhooks.kinds import KINDS, Kind
from grahak.connect.webhooks.models import Endpoint, Happening
from grahak.core import events

KEPT: Final = 1.0  # seconds
_kept: tuple[float, frozenset[str]] = (0.0, frozenset())


def wanted() -> frozenset[str]:
    """The events that any address chose, at most a second old: also of addresses that are off, for they may be told
    later of what they missed."""
    global _kept
    until, found = _kept
    now = time.monotonic()
    if now > until:
        chosen = Endpoint.objects.kept().values_list("events", flat=True)
        found = frozenset(name for names in chosen for name in names)
        _kept = (now + KEPT, found)
    return found


def forget() -> None:
    """Read them anew next time (after one was changed in this process)."""
    global _kept
    _kept = (0.0, frozenset())


def listener(kind: Kind) -> Callable[..., None]:
    """What writes the happenings of KIND."""

    def listen(**facts: Any) -> None:
        if kind.name not in wanted():
            return
        Happening.objects.bulk_create(
            (
                Happening(event=kind.name, subject=kind.subject, subject_id=pk, facts=more)
                for pk, more in kind.made(**facts)
            ),
            batch_size=500,
        )

    listen.__qualname__ = f"listener.{kind.name}"
    return listen


def register() -> None:
    """Listen to every event that can be told; called once."""
    for kind in KINDS.values():
        events.on(kind.of, listener(kind))
