"""The worker process: one loop for short jobs, one for imports, one for sending, one for housekeeping, each
in its own thread so that none waits for another. Killed at any moment, another worker takes its jobs up
again.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from django.db import close_old_connections, connections
from django.utils import timezone

from grahak.config.housekeeping import keep_house
from grahak.core import heartbeat, jobs, leader
from grahak.core.models import JobLease

logger = logging.getLogger("grahak.worker")
Loop = Callable[[threading.Event], None]
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0


def _send(stop: threading.Event) -> None:
    from grahak.channels.engine import run_sending

    run_sending(stop)


def _run_jobs(*queues: str) -> Loop:
    def loop(stop: threading.Event) -> None:
        jobs.work(queues, stop)

    return loop


def _follow_segments(stop: threading.Event) -> None:
    from grahak.insight.segments import follow

    follow.run(stop)


def _digest(stop: threading.Event) -> None:
    from grahak.connect import digest

    digest.run(stop)


def _copy(stop: threading.Event) -> None:
    from grahak.warehouse import loop

    loop.run(stop)


def _hooks(stop: threading.Event) -> None:
    from grahak.channels import deliveries

    deliveries.run(stop)


def _work_deliveries(stop: threading.Event) -> None:
    from grahak.connect.connectors import work

    work.run(stop)


def _read_bounces(stop: threading.Event) -> None:
    from grahak.channels.bounces import loop

    loop.run(stop)


def _tell_receivers(stop: threading.Event) -> None:
    from grahak.connect.webhooks import sending

    sending.run(stop)


LOOPS: dict[str, Loop] = {
    "jobs": _run_jobs("default"),
    "imports": _run_jobs("imports"),
    "launches": _run_jobs("sending"),
    "sending": _send,
    "hooks": _hooks,
    "warehouse": _copy,
    "house": keep_house,
    "digest": _digest,
    "connectors": _work_deliveries,
    "webhooks": _tell_receivers,
    "bounces": _read_bounces,
    "backfill": _run_jobs("backfill"),
    "segments": _follow_segments,
}


def steadily(name: str, loop: Loop, stop: threading.Event, *, first_wait: float = FIRST_WAIT) -> None:
    """Run LOOP until STOP; a fault (the database away, a bug) is logged and the loop starts again after a
    while."""
    wait = first_wait
    while not stop.is_set():
        began = timezone.now()
        try:
            loop(stop)
        except Exception:
            logger.exception("loop failed, starting it again", extra={"loop": name, "in_seconds": wait})
        lasted = (timezone.now() - began).total_seconds()
        wait = first_wait if lasted > LONGEST_WAIT else wait
        close_old_connections()
        stop.wait(wait)
        wait = min(wait * 2, LONGEST_WAIT)
    connections.close_all()


def run(names: list[str], stop: threading.Event, *, grace: float = 15.0) -> bool:
    """Run these loops until STOP is set, then give jobs GRACE seconds to end. False where some had to be
    left: their leases are given up, and the next worker takes them up again; the caller must then end the
    process at once."""
    threads = [
        threading.Thread(target=steadily, args=(name, LOOPS[name], stop), name=name, daemon=True)
        for name in names
    ]
    heart = threading.Thread(target=_beat, args=(names, stop), name="heart", daemon=True)
    for thread in (heart, *threads):
        thread.start()
    stop.wait()
    logger.info("stopping")
    until = timezone.now().timestamp() + grace
    for thread in threads:
        thread.join(max(0.0, until - timezone.now().timestamp()))
    busy = [thread.name for thread in threads if thread.is_alive()]
    heart.join()
    heartbeat.silence()
    leader.step_down(heartbeat.place())
    if busy:
        logger.warning(
            "jobs left for the next worker", extra={"loops": busy, "jobs": give_up(heartbeat.place())}
        )
    connections.close_all()
    return not busy


def _beat(names: list[str], stop: threading.Event) -> None:
    while True:
        try:
            heartbeat.beat(names)
        except Exception:
            logger.exception("no sign of life written")
        if stop.wait(10):
            break
    connections.close_all()


def give_up(place: str) -> int:
    """End the leases of the worker process at PLACE (host:pid), which is dead or about to be; gives how
    many."""
    return JobLease.objects.filter(worker__startswith=f"{place}:").update(expires_at=timezone.now())


def take_over(pid: int) -> None:
    """Take up the jobs of a worker process of this machine that died, without waiting for its leases to run
    out."""
    dead = f"{heartbeat.place().rsplit(':', 1)[0]}:{pid}"
    taken = give_up(dead) if pid != os.getpid() else 0
    if taken:
        jobs.sweep()
    leader.step_down(dead)
    logger.info("took over", extra={"from": dead, "jobs": taken})
