"""Judges how a provider takes what it is given: when to wait, and when to hold the whole dispatch rather
than run through the audience against a provider that refuses everybody, or of which nobody can tell."""

from __future__ import annotations

import time
from collections import deque

from grahak.channels.models import FailReason
from grahak.channels.turns import Outcome

REFUSED_IN_A_ROW = 25  # refusals for good that are not about the address, or broken off in the middle
PUT_OFF_IN_A_ROW = 20
VAGUE_IN_A_ROW = 5  # attempts of which nobody knows: the next ones wait, lest everybody's becomes unknown
LONGEST_ASKED = 3600.0  # seconds of a Retry-After that are believed
FIRST_WAIT, LONGEST_WAIT = 2.0, 300.0
WINDOW = 5.0


class Breaker:
    """One worker's view of a provider; seconds are monotonic."""

    def __init__(self) -> None:
        self._refused = self._put_off = self._vague = 0
        self._delay = FIRST_WAIT
        self._not_before = 0.0
        self._ends: deque[float] = deque(maxlen=4096)

    def note(self, outcome: Outcome) -> str:
        """Take a result into account. Returns "hold" (hold the dispatch), "wait" (a pause has begun) or
        ""."""
        self._ends.append(time.monotonic())
        if outcome.hold:
            return "hold"
        if outcome.off:
            return self._off(outcome.wait)
        if outcome.result == "sent" or outcome.reason == FailReason.BAD_ADDRESS:
            self._refused = self._put_off = self._vague = 0
            if not self.wait():
                self._delay = FIRST_WAIT
            return ""
        if outcome.result == "later":
            self._put_off += 1
            if self._put_off >= PUT_OFF_IN_A_ROW:
                self._put_off = 0
                self.unreachable()
                return "wait"
            return ""
        self._refused += 1
        if self._refused >= REFUSED_IN_A_ROW:
            self._refused = 0
            return "hold"
        self._vague = self._vague + 1 if outcome.result == "unknown" else 0
        if self._vague >= VAGUE_IN_A_ROW:
            self._vague = 0
            self.unreachable()
            return "wait"
        return ""

    def _off(self, seconds: float) -> str:
        """The provider asked for a pause of SECONDS, or did not say how long."""
        if seconds > 0:
            asked = time.monotonic() + min(LONGEST_ASKED, seconds)
            self._not_before = max(self._not_before, asked)
        else:
            self.unreachable()
        return "wait"

    def rate(self) -> float:
        """Mails a second of late."""
        since = time.monotonic() - WINDOW
        while self._ends and self._ends[0] < since:
            self._ends.popleft()
        if len(self._ends) < 2:
            return 0.0
        return len(self._ends) / max(0.05, time.monotonic() - self._ends[0])

    def wait(self) -> float:
        """Seconds until the server may be called again; 0 when it may."""
        return max(0.0, self._not_before - time.monotonic())

    def unreachable(self) -> None:
        """Wait before the next try, twice as long each time."""
        if not self.wait():
            self._not_before = time.monotonic() + self._delay
            self._delay = min(LONGEST_WAIT, self._delay * 2)

    def reached(self) -> None:
        """The server let us in."""
        self._delay = FIRST_WAIT
