"""Keeps the web process and the worker process running: starts them, starts them again when they die, stops
them together. Both read an empty pipe from here; when it closes (even by kill -9 of this process) they stop
too.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

logger = logging.getLogger("grahak.supervise")
SUPERVISED = "GRAHAK_SUPERVISED"
STEADY = 30.0  # seconds after which a process counts as healthy and its next restart is at once
LONGEST_WAIT = 30.0


class Child:
    """One process to keep alive. `again(pid)` gives extra words for a start after the process PID died."""

    def __init__(
        self,
        name: str,
        words: list[str],
        env: dict[str, str],
        again: Callable[[int], list[str]] | None = None,
    ) -> None:
        self.name, self.words, self.env, self.again = name, words, env, again
        self.process: subprocess.Popen[bytes] | None = None
        self.died = 0
        self.wait = 0.0
        self.started_at = self.due_at = 0.0

    def start(self) -> None:
        extra = self.again(self.died) if self.died and self.again else []
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "grahak", *self.words, *extra],
            stdin=subprocess.PIPE,
            env=os.environ | self.env | {SUPERVISED: "1"},
            start_new_session=True,  # Ctrl-C comes to us alone; we stop the children in order
        )
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Note a death and plan the restart; start when it is due."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.wait = 0.0 if now - self.started_at > STEADY else min(max(1.0, self.wait * 2), LONGEST_WAIT)
            logger.error(
                "process ended, starting it again",
                extra={"part": self.name, "code": self.process.returncode, "in_seconds": self.wait},
            )
            self.died, self.due_at = self.process.pid, now + self.wait
            self.drop()
        if self.process is None and now >= self.due_at:
            self.start()

    def drop(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def end(self, seconds: float) -> None:
        """Wait for the process to stop; after SECONDS end it."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, seconds))
        except subprocess.TimeoutExpired:
            logger.warning("did not stop in time, ended", extra={"part": self.name})
            self.process.kill()
            self.process.wait()
        self.drop()


class Supervisor:
    """Runs children until SIGINT or SIGTERM; `tick()` is called about five times a second and may answer
    True to have all children restarted (changed source files)."""

    def __init__(self, children: list[Child], *, grace: float = 20.0) -> None:
        self.children, self.grace = children, grace
        self.stop = threading.Event()

    def run(self, tick: Callable[[], bool] | None = None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked)
        for child in self.children:
            child.start()
        try:
            while not self.stop.wait(0.2):
                for child in self.children:
                    child.look()
                if tick is not None and tick():
                    self._end_all()
                    for child in self.children:
                        child.start()
        finally:
            self._end_all()

    def _asked(self, *_: Any) -> None:
        self.stop.set()

    def _end_all(self) -> None:
        until = time.monotonic() + self.grace
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.end(until - time.monotonic())


def end_with_supervisor(stop: Callable[[], None]) -> None:
    """In a child: call STOP when the supervisor goes away. Nothing where there is none."""
    if not os.environ.get(SUPERVISED):
        return

    def watch() -> None:
        while os.read(0, 1024):
            pass
        stop()

    threading.Thread(target=watch, name="supervisor", daemon=True).start()
