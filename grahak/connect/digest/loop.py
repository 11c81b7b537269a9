"""Takes new events piece by piece; each piece and all that follows from it is one transaction."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from django.db import close_old_connections, transaction

from grahak.connect.digest import daybook, identity, position, sums, visits
from grahak.connect.digest.piece import Piece
from grahak.core import business, heartbeat, leader

logger = logging.getLogger("grahak.digest")
MOST: Final = 1000  # events a transaction
IDLE, LEAD_EVERY = 0.5, 10.0  # seconds


def run(stop: threading.Event) -> None:
    """Digest until STOP; with several workers only the leader works."""
    leads, asked = False, 0.0
    while not stop.is_set():
        if time.monotonic() - asked >= LEAD_EVERY:
            close_old_connections()
            leads, asked = leader.lead(heartbeat.place()), time.monotonic()
        if not (leads and business.current() and step()):
            stop.wait(IDLE)


def catch_up() -> int:
    """Digest everything that is there now; returns how many events that was."""
    done = 0
    while taken := step():
        done += taken
    return done


def step(most: int = MOST) -> int:
    """One piece. Returns how many events it had."""
    after = position.reached()
    upto = position.settled()
    if upto <= after:
        return 0
    piece = Piece.read(after, upto, most)
    with transaction.atomic():
        if not position.take(after, piece.last):
            return 0
        digest(piece)
    return len(piece.events)


def digest(piece: Piece) -> None:
    """All that follows from these events, in the caller's transaction."""
    sums.add(piece)
    touched = visits.add(piece)
    joined = identity.learn(piece)
    daybook.tell(touched, joined)
