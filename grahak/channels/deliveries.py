"""Works the webhook calls that were taken in: what became of messages, and what people wrote back. Every fact in a call
is taken once, however often and in whatever order calls come; a call that cannot be worked is tried again and then set
aside with the reason, and never holds up the next.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading

from django.db import close_old_connections, transaction
from django.utils import timezone

from grahak.channels.models import HookDelivery, HookState

logger = logging.getLogger("grahak.hooks")
PIECE = 100
MOST_TRIES = 5
LOOK_EVERY = 0.5  # seconds
KEPT = dt.timedelta(days=30)  # of worked calls' digests, and of the bodies of those set aside


def run(stop: threading.Event) -> None:
    """Work what comes in until STOP is set; a loop of the worker. Several may run at once."""
    swept = timezone.now() - dt.timedelta(hours=1)
    while not stop.is_set():
        if not work_some():
            now = timezone.now()
            if now - swept > dt.timedelta(hours=1):
                sweep(now)
                swept = now
            close_old_connections()
            stop.wait(LOOK_EVERY)


def work_all() -> int:
    """Work everything that waits, and return how many (tests, the demo)."""
    total = 0
    while done := work_some():
        total += done
    return total


def work_some() -> int:
    """Work the oldest calls that wait; gives how many were looked at."""
    waiting = HookDelivery.objects.filter(state=HookState.WAITING).order_by("pk")
    ids = list(waiting.values_list("pk", flat=True)[:PIECE])
    for pk in ids:
        _work(pk)
    return len(ids)


def _work(pk: int) -> None:
    try:
        with transaction.atomic():
            rows = HookDelivery.objects.select_for_update(skip_locked=True)
            row = rows.filter(pk=pk, state=HookState.WAITING).first()
            if row is None:
                return
            _read(row)
            HookDelivery.objects.filter(pk=pk).update(
                state=HookState.DONE, body=b"", problem="", worked_at=timezone.now()
            )
    except Exception as error:
        logger.exception("a webhook call cannot be worked", extra={"delivery": pk})
        row = HookDelivery.objects.filter(pk=pk).first()
        if row is not None:
            tries = row.tries + 1
            state = HookState.FAILED if tries >= MOST_TRIES else HookState.WAITING
            HookDelivery.objects.filter(pk=pk).update(
                tries=tries, state=state, problem=f"{type(error).__name__}: {error}"[:300]
            )


def _read(row: HookDelivery) -> None:
    from grahak.channels.sms import hooks as sms
    from grahak.channels.whatsapp import hooks as whatsapp

    if row.channel == "whatsapp":
        whatsapp.read(bytes(row.body))
    else:
        sms.read(bytes(row.body), row.at)


def sweep(now: dt.datetime) -> int:
    """Forget calls that are long over."""
    return HookDelivery.objects.filter(at__lt=now - KEPT).exclude(state=HookState.WAITING).delete()[0]
