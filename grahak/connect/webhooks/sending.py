"""Hands happenings out to the addresses that chose them, and sends what is due.

At least once: a telling is claimed before it is sent, and whoever died with it leaves a claim that runs out. The same
bytes go under the same id each time. Tellings of one record go to one address in their order: a later one waits while
an earlier one is tried again.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from django.db import close_old_connections, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels.secrets import Unsealable
from grahak.connect.webhooks import actions, body, signing, wire
from grahak.connect.webhooks.models import Attempt, Endpoint, Happening, Off, Telling, TellingState

logger = logging.getLogger("grahak.webhooks")
IDLE: Final = 0.5  # seconds
AT_ONCE: Final = 200  # happenings handed out in one transaction
SLOTS: Final = 8  # requests under way
OF_ONE: Final = 2  # of them to one address
CLAIM: Final = dt.timedelta(seconds=60)
FIRST_PAUSE: Final = 10.0  # seconds; each next one is three times as long
LONGEST_PAUSE: Final = 12 * 3600.0
GIVE_UP: Final = dt.timedelta(days=3)
SWITCH_OFF: Final = dt.timedelta(days=5)  # of nothing but failures

Sent = tuple[Telling, Endpoint, dict[str, str]]


def run(stop: threading.Event) -> None:
    """Hand out and send until STOP; requests under way are waited for."""
    sender = Sender()
    try:
        while not stop.is_set():
            close_old_connections()
            busy = sender.turn()
            if not busy:
                sender.rest(stop)
    finally:
        sender.finish()


class Sender:
    """The requests under way in this process."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(SLOTS, "webhooks")
        self.under_way: dict[Future[wire.Result], Sent] = {}

    def turn(self) -> bool:
        """Keep what came back, hand out, begin what is due; whether there was anything to do."""
        kept = self._keep_done()
        handed = hand_out()
        begun = self._begin()
        return bool(kept or handed or begun)

    def rest(self, stop: threading.Event) -> None:
        """Wait for the next thing: half a second, or less where a request comes back."""
        if self.under_way:
            wait(self.under_way, timeout=IDLE, return_when="FIRST_COMPLETED")
        else:
            stop.wait(IDLE)

    def _keep_done(self) -> int:
        done = [one for one in self.under_way if one.done()]
        for future in done:
            telling, endpoint, headers = self.under_way.pop(future)
            keep(telling, endpoint, headers, future.result())
        return len(done)

    def _begin(self) -> int:
        free = SLOTS - len(self.under_way)
        if free <= 0:
            return 0
        busy = Counter(endpoint.pk for _telling, endpoint, _headers in self.under_way.values())
        begun = 0
        for telling, endpoint in claim(free, busy):
            try:
                headers = signing.headers(endpoint, telling.message_id, telling.body)
            except Unsealable:
                keep(telling, endpoint, {}, wire.Result(0, _("The secret cannot be read: make a new one.")))
                continue
            future = self.pool.submit(wire.post, endpoint.url, headers, telling.body.encode())
            self.under_way[future] = (telling, endpoint, headers)
            begun += 1
        return begun

    def finish(self) -> None:
        """Wait for what is under way and keep what came of it."""
        wait(self.under_way, timeout=wire.SECONDS + 2)
        self._keep_done()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def all_of_it(self) -> None:
        """Turn until nothing is due any more (for tests and the test button)."""
        while self.turn() or self.under_way:
            wait(self.under_way, timeout=wire.SECONDS + 2, return_when="FIRST_COMPLETED")


def hand_out() -> int:
    """Write a telling for every address that chose a happening and may see it; gives how many happenings."""
    with transaction.atomic():
        waiting = Happening.objects.filter(handed_out=False).order_by("pk")
        found = list(waiting.select_for_update(skip_locked=True)[:AT_ONCE] if _locks() else waiting[:AT_ONCE])
        if not found:
            return 0
        for endpoint in Endpoint.objects.on():
            tell(endpoint, [one for one in found if one.event in endpoint.events])
        Happening.objects.filter(pk__in=[one.pk for one in found]).update(handed_out=True)
    return len(found)


def _locks() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"


def tell(endpoint: Endpoint, happenings: list[Happening]) -> int:
    """Tellings of HAPPENINGS for one address; those it has are left alone. Gives how many are new."""
    if not happenings:
        return 0
    told = body.bodies(endpoint, happenings)
    now = timezone.now()
    rows = [
        Telling(
            endpoint=endpoint,
            happening=one,
            message_id=f"msg_{one.pk}",
            event=one.event,
            about=f"{one.subject}:{one.subject_id}",
            body=told[one.pk],
            try_at=now,
            give_up_at=now + GIVE_UP,
        )
        for one in happenings
        if one.pk in told
    ]
    have = set(
        Telling.objects.filter(
            endpoint=endpoint, message_id__in=[row.message_id for row in rows]
        ).values_list("message_id", flat=True)
    )
    fresh = [row for row in rows if row.message_id not in have]
    Telling.objects.bulk_create(fresh, batch_size=200, ignore_conflicts=True)
    return len(fresh)


def due(now: dt.datetime) -> QuerySet[Telling]:
    """What may be sent now: its time has come, nobody sends it, and no earlier one of the same record waits."""
    earlier = Telling.objects.filter(
        endpoint=OuterRef("endpoint"),
        about=OuterRef("about"),
        pk__lt=OuterRef("pk"),
        state=TellingState.WAITING,
    )
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Telling.objects.filter(free, state=TellingState.WAITING, try_at__lte=now, endpoint__off="")
    return waiting.filter(~Exists(earlier)).order_by("try_at", "pk")


def claim(most: int, busy: Counter[int]) -> list[tuple[Telling, Endpoint]]:
    """Take at most MOST tellings for this process, few to one address, each before it is sent."""
    now = timezone.now()
    full = [pk for pk, many in busy.items() if many >= OF_ONE]
    mine: list[tuple[Telling, Endpoint]] = []
    taken = Counter(busy)
    for telling in due(now).exclude(endpoint__in=full).select_related("endpoint")[: most * 4]:
        if len(mine) == most:
            break
        if taken[telling.endpoint_id] >= OF_ONE:
            continue
        free = Q(claimed_until=None) | Q(claimed_until__lt=now)
        still = Telling.objects.filter(free, pk=telling.pk, state=TellingState.WAITING)
        if still.update(claimed_until=now + CLAIM, attempts=F("attempts") + 1):
            telling.attempts += 1
            taken[telling.endpoint_id] += 1
            mine.append((telling, telling.endpoint))
    return mine


def pause(attempts: int, asked: float = 0.0) -> dt.timedelta:
    """How long to wait after so many attempts: 10 s, 30 s, 90 s … 12 h, give or take a fifth, so that what failed
    together does not come back together; at least what the receiver ASKED for."""
    seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 3 ** min(attempts - 1, 12))
    spread = seconds * random.uniform(0.8, 1.2)
    return dt.timedelta(seconds=max(spread, min(asked, LONGEST_PAUSE)))


@transaction.atomic
def keep(telling: Telling, endpoint: Endpoint, headers: dict[str, str], result: wire.Result) -> None:
    """What came of an attempt: received, tried again later, or given up; and what it means for the address."""
    now = timezone.now()
    Attempt.objects.create(
        telling=telling, status=result.status, why=result.why[:200], took_ms=result.took_ms, sent=headers,
        answer=result.answer,
    )  # fmt: skip
    row = Telling.objects.filter(pk=telling.pk, state=TellingState.WAITING)
    here = Endpoint.objects.filter(pk=endpoint.pk)
    if result.is_received:
        row.update(state=TellingState.DONE, done_at=now, claimed_until=None, why="")
        here.update(last_ok_at=now, failing_since=None)
        return
    again = now + pause(telling.attempts, result.retry_after)
    if result.status == 410 or again > telling.give_up_at:
        row.update(state=TellingState.FAILED, done_at=now, claimed_until=None, why=result.why[:200])
    else:
        row.update(try_at=again, claimed_until=None, why=result.why[:200])
    here.filter(failing_since=None).update(failing_since=now)
    if result.status == 410:
        actions.switch_off(endpoint.pk, Off.GONE)
        return
    since = here.values_list("failing_since", flat=True).first()
    if since is not None and now - since >= SWITCH_OFF:
        actions.switch_off(endpoint.pk, Off.FAILING)
