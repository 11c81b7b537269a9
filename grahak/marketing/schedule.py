"""What the leading worker looks after every few seconds: campaigns whose time has come, those that missed it, clocks
that jump, and tests that have a winner.

Nothing goes by itself that is late by more hours than the shop said, whose time a jump of the clock went over, or that
came out of a back-up: it asks first.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from typing import Final, NamedTuple

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from grahak.channels import ledger
from grahak.channels.models import Dispatch, DispatchState, Message, MessageState
from grahak.channels.rules import rules
from grahak.core import audit, business
from grahak.core.models import Setting
from grahak.customers.models import Customer
from grahak.marketing import winner
from grahak.marketing.actions.readiness import problems
from grahak.marketing.actions.sending import is_approved, launch
from grahak.marketing.audience import zones
from grahak.marketing.models import Campaign

logger = logging.getLogger("grahak.marketing")
CLOCK: Final = "marketing.clock"  # the wall clock when it was last looked at
JUMP: Final = dt.timedelta(minutes=5)
KEEP_EVERY: Final = dt.timedelta(minutes=1)
WIDEST: Final = dt.timedelta(hours=26)  # how far clocks on earth are apart


class Jump(NamedTuple):
    """The wall clock was at BEFORE and is at AFTER, and not so much time has passed."""

    before: dt.datetime
    after: dt.datetime


class Clock:
    """Sees when the wall clock jumps. Across a restart only backwards: a machine that was off was off."""

    def __init__(self) -> None:
        self._seen: tuple[float, dt.datetime] | None = None
        self._kept: dt.datetime | None = None

    def look(self, wall: dt.datetime, running: float) -> Jump | None:
        """WALL is what the clock shows, RUNNING counts seconds whatever is done to the clock."""
        seen, self._seen = self._seen, (running, wall)
        if seen is None:
            before = self._last()
            jump = Jump(before, wall) if before is not None and wall < before - JUMP else None
        else:
            expected = seen[1] + dt.timedelta(seconds=running - seen[0])
            jump = Jump(seen[1], wall) if abs(wall - expected) > JUMP else None
        if jump or self._kept is None or abs(wall - self._kept) >= KEEP_EVERY:
            Setting.objects.update_or_create(name=CLOCK, defaults={"value": wall.isoformat()})
            self._kept = wall
        return jump

    def _last(self) -> dt.datetime | None:
        row = Setting.objects.filter(name=CLOCK).first()
        return parse_datetime(str(row.value)) if row is not None else None


_clock = Clock()


def running() -> float:
    """Seconds that pass whatever is done to the wall clock, also while the machine sleeps where it can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def step(*, now: dt.datetime | None = None, clock: Clock | None = None, passed: float | None = None) -> int:
    """One look. Returns how many campaigns were let go. Safe to do again, and by two at once."""
    now = now or timezone.now()
    jump = (clock or _clock).look(now, running() if passed is None else passed)
    if jump is not None:
        see_jump(jump)
    let_go = sum(_try(campaign, now) for campaign in due(now))
    winner.step(now=now)
    return let_go


def waiting() -> QuerySet[Campaign]:
    """Those on the schedule that a second person need not look at first."""
    free = Q(asked_at=None) | Q(approved_at__isnull=False)
    return Campaign.objects.filter(
        free, dispatch=None, archived_at=None, stale_since=None, scheduled_for__isnull=False
    )


def due(now: dt.datetime) -> list[Campaign]:
    """Those whose time has come, also where the first of their recipients wake up before the shop."""
    soon = Q(scheduled_for__lte=now) | Q(in_local_time=True, scheduled_for__lte=now + WIDEST)
    return [one for one in waiting().filter(soon).order_by("scheduled_for", "pk") if begins(one) <= now]


def begins(campaign: Campaign) -> dt.datetime:
    """When the first of a scheduled campaign's messages may go: in local time that is when the clocks of the
    easternmost country that customers live in show the hour."""
    at = campaign.scheduled_for
    assert at is not None
    if not campaign.in_local_time:
        return at
    shop = business.zone()
    countries = Customer.objects.active().exclude(country="").values_list("country", flat=True)
    found = {zones.zone_of(country, "", str(shop), at) for country in countries.order_by().distinct()}
    return min([at, *(zones.local(at, shop, zone) for zone in found)])


def _try(campaign: Campaign, now: dt.datetime) -> bool:
    """One that stumbles holds up no other: it asks."""
    try:
        return _turn(campaign.pk, now)
    except Exception:
        logger.exception("a scheduled campaign stumbled", extra={"campaign": campaign.pk})
        ask(campaign, now, "not_ready")
        return False


def _turn(campaign_id: int, now: dt.datetime) -> bool:
    """Let one go, or have it ask. True where it went."""
    with transaction.atomic():
        campaign = waiting().select_for_update(of=("self",)).filter(pk=campaign_id).first()
        if campaign is None:
            return False
        late = now - begins(campaign)
        if late > dt.timedelta(hours=rules().stale_hours):
            ask(campaign, now, "missed")
            return False
        if rules().needs_approval and not is_approved(campaign):
            ask(campaign, now, "changed")
            return False
        sender = campaign.asked_by or campaign.by  # whose customers it is for: without them it is for nobody
        if sender is None or any(one.level == "stop" for one in problems(campaign)):
            ask(campaign, now, "not_ready")
            return False
        launch(campaign, by=sender)
        return True


def ask(campaign: Campaign, now: dt.datetime, because: str) -> None:
    """Have a campaign ask before it goes: it is late, because it was "missed", the "clock" jumped, it came out of a
    "back_up", its letter was "changed" after the approval, or it is "not_ready"."""
    Campaign.objects.filter(pk=campaign.pk).update(stale_since=now)
    audit.record("marketing.campaign.held", campaign, by=None, because=because)
    logger.warning("a scheduled campaign asks first", extra={"campaign": campaign.pk, "because": because})


@transaction.atomic
def see_jump(jump: Jump) -> None:
    """The clock was put: those whose time lies between what it showed and what it shows ask first, and what is being
    sent to wait for an hour in between is held."""
    logger.warning("the clock jumped", extra={"before": str(jump.before), "after": str(jump.after)})
    audit.record("marketing.clock.jumped", by=None, label="", before=str(jump.before), after=str(jump.after))
    since, until = sorted((jump.before, jump.after))
    for campaign in waiting().filter(scheduled_for__gt=since - WIDEST, scheduled_for__lte=until + WIDEST):
        if since < begins(campaign) <= until:
            ask(campaign, jump.after, "clock")
    between = Message.objects.filter(
        dispatch_id__in=Dispatch.objects.filter(state=DispatchState.SENDING).values("pk"),
        state=MessageState.WAITING,
        tries=0,
        not_before__gt=since,
        not_before__lte=until,
    ).exclude(not_before=F("dispatch__launched_at"))
    for dispatch in Dispatch.objects.filter(pk__in=between.values("dispatch_id").distinct()):
        ledger.pause(dispatch, by=None, because=_jumped())


def _jumped() -> str:
    return _("The clock of this machine jumped: see whether it is right, then go on.")


@transaction.atomic
def after_restore(now: dt.datetime) -> int:
    """A back-up was put in place: what it says was about to be sent may have been sent since. Launches go back, and
    everything whose time is over asks first. Returns how many ask."""
    cut_off = Campaign.objects.filter(dispatch__state=DispatchState.DRAFT)
    asking = list(cut_off) + list(waiting().filter(scheduled_for__lte=now + WIDEST))
    for campaign in asking:
        dispatch, campaign.dispatch = campaign.dispatch, None
        campaign.save(update_fields=["dispatch", "updated_at"])
        if dispatch is not None:
            dispatch.delete()
        ask(campaign, now, "back_up")
    return len(asking)
