"""Keeps reading the bounce mailbox: one worker of all, once a minute, however long the mailbox is away."""

from __future__ import annotations

import logging
import threading
import time

from django.db import close_old_connections

from grahak.channels.bounces import reader
from grahak.channels.contract import Unreachable
from grahak.core import heartbeat, leader

logger = logging.getLogger("grahak.bounces")
EVERY, LEAD_EVERY = 60.0, 10.0  # seconds
LONGEST_WAIT = 900.0


def run(stop: threading.Event) -> None:
    """Read until STOP; with several workers only the leader reads. A changed account is tried at once."""
    wait, not_before, seen = EVERY, 0.0, None
    while not stop.is_set():
        close_old_connections()
        box = reader.current()
        if box is not None and leader.lead(heartbeat.place()):
            if box.updated_at != seen:
                seen, not_before, wait = box.updated_at, 0.0, EVERY
            if time.monotonic() >= not_before:
                try:
                    reader.read(box, stop)
                    wait = EVERY
                except Unreachable as error:
                    logger.warning("the bounce mailbox cannot be read", extra={"why": str(error)})
                    wait = min(LONGEST_WAIT, wait * 2)
                not_before = time.monotonic() + wait
        stop.wait(LEAD_EVERY)
