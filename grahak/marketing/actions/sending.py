"""A campaign set on its way: at once, at a moment, after a second person's word, or after having been late."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels import ledger
from grahak.channels.models import Dispatch
from grahak.channels.rules import rules
from grahak.core import audit, links
from grahak.core.models import User
from grahak.marketing import rendering
from grahak.marketing.actions.readiness import NotReady, OnItsWay, problems, still_draft
from grahak.marketing.models import Campaign, Letter, Stage


class NeedsApproval(ValueError):
    """The shop wants a second person's word first: ask for it."""

    def __init__(self) -> None:
        super().__init__(_("Here a second person approves before anything is sent. Ask for approval."))


class NotYours(ValueError):
    """Who asked for approval cannot give it."""

    def __init__(self) -> None:
        super().__init__(_("You asked for approval: somebody else gives it."))


class BadMoment(ValueError):
    """No moment at which anything could be sent."""


def _locked(campaign: Campaign) -> Campaign:
    """The row as it is now, so that two who press at once come one after the other."""
    return Campaign.objects.select_for_update(of=("self",)).select_related("dispatch").get(pk=campaign.pk)


def _ready(campaign: Campaign, by: User | None) -> None:
    """Raises NotReady where something stops it, or it tells what is kept from BY, who sends it."""
    if found := [one for one in problems(campaign, by) if one.level == "stop"]:
        raise NotReady(found)


@transaction.atomic
def send_now(campaign: Campaign, *, by: User) -> Dispatch:
    """Send it: from now on nothing of it changes. The audience is counted and frozen by a worker. Raises NotReady with
    what is to be mended, NeedsApproval where nobody else has agreed; sending twice gives the same dispatch."""
    campaign = _locked(campaign)
    if campaign.dispatch is not None:
        return campaign.dispatch
    if campaign.stage == Stage.ARCHIVED:
        raise OnItsWay(_("It is put away. Bring it back to change it."))
    if rules().needs_approval and not is_approved(campaign):
        raise NeedsApproval
    _ready(campaign, by)
    return launch(campaign, by=by)


send = send_now


def launch(campaign: Campaign, *, by: User | None) -> Dispatch:
    """Give a checked campaign its dispatch and let it be counted. Within the caller's transaction."""
    if campaign.variants.count() < 2:
        campaign.test_percent = 100
    dispatch = Dispatch.objects.create(
        renderer=rendering.NAME,
        subject_id=campaign.pk,
        title=campaign.name,
        channel=campaign.channel,
        purpose=campaign.purpose,
        base_url=links.origin(),
        pace_per_minute=campaign.pace_per_minute,
        one_per_account=campaign.one_per_account,
        by=by,
    )
    campaign.dispatch = dispatch
    campaign.stale_since = None
    campaign.save()
    rendering.write_links(dispatch, campaign)
    ledger.order(dispatch, by=by)
    audit.record("marketing.campaign.sent", campaign, by=by, dispatch=dispatch.pk)
    return dispatch


@transaction.atomic
def schedule(campaign: Campaign, at: dt.datetime, *, by: User, in_local_time: bool = False) -> Campaign:
    """Let it go AT a moment; IN_LOCAL_TIME: at that hour of the shop's clock wherever a recipient's clock shows it.
    Raises BadMoment for one that is past, and as send_now."""
    campaign = _locked(campaign)
    still_draft(campaign)
    _fits(at)
    if rules().needs_approval and not is_approved(campaign):
        raise NeedsApproval
    _ready(campaign, by)
    campaign.scheduled_for, campaign.in_local_time = at, in_local_time
    campaign.save()
    audit.record(
        "marketing.campaign.scheduled", campaign, by=by, at=at.isoformat(), in_local_time=in_local_time
    )
    return campaign


def _fits(at: dt.datetime) -> None:
    now = timezone.now()
    if at <= now:
        raise BadMoment(_("That moment is past."))
    if at > now + dt.timedelta(days=400):
        raise BadMoment(_("That is more than a year away."))


@transaction.atomic
def unschedule(campaign: Campaign, *, by: User) -> Campaign:
    """Take it off the schedule, and the question for approval back: it is a draft again. Raises OnItsWay once it is
    being sent."""
    campaign = _locked(campaign)
    if campaign.stage not in (Stage.SCHEDULED, Stage.LATE, Stage.ASKED, Stage.DRAFT):
        raise OnItsWay(_("It is being sent already."))
    before = campaign.stage
    campaign.scheduled_for = campaign.stale_since = None
    campaign.asked_at = campaign.asked_by = campaign.approved_at = campaign.approved_by = None
    campaign.save()
    if before != Stage.DRAFT:
        audit.record("marketing.campaign.unscheduled", campaign, by=by)
    return campaign


@transaction.atomic
def ask_approval(
    campaign: Campaign, *, by: User, at: dt.datetime | None = None, in_local_time: bool = False
) -> Campaign:
    """Ask for a second person's word; with it it goes AT a moment, or at once. Raises NotReady and BadMoment."""
    campaign = _locked(campaign)
    still_draft(campaign)
    if at is not None:
        _fits(at)
    _ready(campaign, by)
    campaign.asked_at, campaign.asked_by = timezone.now(), by
    campaign.approved_at = campaign.approved_by = None
    campaign.scheduled_for, campaign.in_local_time = at, in_local_time and at is not None
    campaign.save()
    audit.record("marketing.campaign.asked", campaign, by=by, at=at.isoformat() if at else "")
    return campaign


@transaction.atomic
def approve(campaign: Campaign, *, by: User) -> Campaign:
    """Say yes to what another asked: it goes when they meant it to. Raises NotYours for who asked, and NotReady where
    something came up meanwhile. It goes to whom the one who asked may see."""
    campaign = _locked(campaign)
    _asked(campaign, by)
    _ready(campaign, campaign.asked_by)
    campaign.approved_at, campaign.approved_by = timezone.now(), by
    campaign.save()
    audit.record("marketing.campaign.approved", campaign, by=by)
    if campaign.scheduled_for is None:
        launch(campaign, by=campaign.asked_by or by)
    return campaign


@transaction.atomic
def refuse(campaign: Campaign, *, by: User, why: str = "") -> Campaign:
    """Say no to what another asked: it is a draft again, and WHY stands in the log."""
    campaign = _locked(campaign)
    _asked(campaign, by)
    campaign.asked_at = campaign.asked_by = campaign.scheduled_for = None
    campaign.save()
    audit.record("marketing.campaign.refused", campaign, by=by, why=why.strip()[:300])
    return campaign


def _asked(campaign: Campaign, by: User) -> None:
    if campaign.stage != Stage.ASKED:
        raise OnItsWay(_("Nobody asks for approval of it now."))
    if campaign.asked_by_id == by.pk:
        raise NotYours


def is_approved(campaign: Campaign) -> bool:
    """Whether a second person agreed to it as it now is: a letter changed since then asks again."""
    if campaign.approved_at is None:
        return False
    own = Q(pk=campaign.letter_id) if campaign.letter_id else Q(pk__in=[])
    letters = Letter.objects.filter(own | Q(pk__in=campaign.variants.values("letter_id")))
    changed = letters.aggregate(at=Max("updated_at"))["at"]
    return changed is None or changed <= campaign.approved_at


@transaction.atomic
def confirm_stale(campaign: Campaign, *, by: User, at: dt.datetime | None = None) -> Campaign:
    """Let what was late go after all: now, or AT another moment. Raises as send_now; OnItsWay where it is not late."""
    campaign = _locked(campaign)
    if campaign.stage != Stage.LATE:
        raise OnItsWay(_("It is not late."))
    if rules().needs_approval and not is_approved(campaign):
        raise NeedsApproval
    _ready(campaign, by)
    audit.record("marketing.campaign.confirmed", campaign, by=by, at=at.isoformat() if at else "")
    if at is None:
        launch(campaign, by=campaign.asked_by or by)
        return campaign
    _fits(at)
    campaign.scheduled_for, campaign.stale_since = at, None
    campaign.save()
    return campaign
