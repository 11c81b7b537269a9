"""Deals moved from stage to stage, won, lost, opened again; each move may be taken back while nothing followed it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.events import announce
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.customers.actions import tell
from grahak.customers.models import Activity
from grahak.sales.deals.counting import cell_of, recount
from grahak.sales.models import NO_DAY, Deal, DealStage, LostReason, StageChange, StageKind

CLOSED = {StageKind.WON.value: "sales.deal.won", StageKind.LOST.value: "sales.deal.lost"}


class Overtaken(Conflict):
    """Somebody changed the deal after the person's page was drawn. DEAL is as it stands now."""

    def __init__(self, deal: Deal) -> None:
        self.deal = deal
        super().__init__(_overtaken_words(deal))


def _overtaken_words(deal: Deal) -> str:
    last = deal.moves.select_related("by", "after").order_by("-at", "-pk").first()
    if last is not None and last.by is not None and timezone.now() - last.at < dt.timedelta(hours=12):
        return _("%(name)s moved “%(deal)s” to “%(stage)s” meanwhile. It stays there; look at it again.") % {
            "name": last.by.name, "deal": deal.title, "stage": last.after.name,
        }  # fmt: skip
    return _("Somebody changed “%(deal)s” meanwhile. Look at it again, then change it.") % {
        "deal": deal.title
    }


def locked(deal: Deal, seen: int | None = None) -> Deal:
    """The deal as it stands now, held until the transaction ends. Overtaken if it is no longer the version SEEN."""
    rows = Deal.objects.select_for_update(of=("self",)).select_related("stage", "customer", "pipeline")
    now = rows.get(pk=deal.pk)
    if seen is not None and now.version != seen:
        raise Overtaken(now)
    return now


@transaction.atomic
def move(
    deal: Deal,
    stage: DealStage,
    *,
    by: User | None,
    seen: int | None = None,
    reason: LostReason | None = None,
    at: dt.datetime | None = None,
) -> StageChange | None:
    """Put a deal into a stage, of another pipeline too. None if it stands there already. A stage of kind "lost" needs
    a REASON (ValidationError under "reason"). Overtaken where the deal is no longer at version SEEN."""
    deal = locked(deal, seen)
    if deal.stage_id == stage.pk:
        return None
    if stage.pipeline.archived_at is not None:
        raise ValidationError({"stage": _("That pipeline is put away.")})
    if stage.kind == StageKind.LOST and reason is None:
        raise ValidationError({"reason": _("Say why it is lost.")})
    moment = max(at or timezone.now(), deal.stage_since)
    before, cell = deal.stage, cell_of(deal)
    change = StageChange.objects.create(
        deal=deal, before=before, after=stage, at=moment, by=by,
        seconds=int((moment - deal.stage_since).total_seconds()),
    )  # fmt: skip
    _stand(deal, stage, moment, reason if stage.kind == StageKind.LOST else None)
    recount({cell, cell_of(deal)})
    _tell(deal, before, by)
    facts: dict[str, Any] = {"from": before.name, "to": stage.name, "amount": str(deal.amount)}
    if deal.lost_reason is not None:
        facts["reason"] = deal.lost_reason.name
    audit.record(_verb(before, stage), deal, by=by, **facts)
    announce("sales.deal.moved", deal_id=deal.pk)
    if stage.kind in CLOSED:
        announce(CLOSED[stage.kind], deal_id=deal.pk)
    return change


def _verb(before: DealStage, after: DealStage) -> str:
    if after.kind in CLOSED:
        return CLOSED[after.kind]
    return "sales.deal.reopened" if before.kind in CLOSED else "sales.deal.moved"


def _stand(deal: Deal, stage: DealStage, moment: dt.datetime, reason: LostReason | None) -> None:
    """Let the deal stand in the stage since that moment, and save it."""
    deal.stage, deal.pipeline, deal.state = stage, stage.pipeline, stage.kind
    deal.stage_since = moment
    deal.won_at = moment if stage.kind == StageKind.WON else None
    deal.lost_at = moment if stage.kind == StageKind.LOST else None
    deal.closed_at = None if stage.kind == StageKind.OPEN else moment
    deal.lost_reason = reason
    deal.closes_on = business.day_of(moment) if deal.closed_at else deal.expected_on or NO_DAY
    deal.version += 1
    deal.save()


def _tell(deal: Deal, before: DealStage, by: User | None) -> None:
    """The customer's day book tells what came of it, not each step."""
    lines = Activity.objects.filter(subject="deal", subject_id=deal.pk)
    lines.filter(kind__in=(*CLOSED.values(), "sales.deal.reopened")).delete()
    if deal.state in CLOSED:
        kind = CLOSED[deal.state]
    elif before.kind in CLOSED:
        kind = "sales.deal.reopened"
    else:
        return
    facts = {"amount": str(deal.amount), "reason": deal.lost_reason.name if deal.lost_reason else ""}
    tell(
        deal.customer, kind, group="other", at=deal.stage_since, by=by, subject="deal", subject_id=deal.pk,
        title=deal.title, facts=facts,
    )  # fmt: skip


def win(
    deal: Deal, *, by: User | None, seen: int | None = None, at: dt.datetime | None = None
) -> StageChange | None:
    """Won: into the pipeline's stage for that."""
    return move(deal, end_of(deal, StageKind.WON), by=by, seen=seen, at=at)


def lose(
    deal: Deal,
    reason: LostReason,
    *,
    by: User | None,
    seen: int | None = None,
    note: str = "",
    at: dt.datetime | None = None,
) -> StageChange | None:
    """Lost, for a REASON; NOTE is added to the deal's own."""
    with transaction.atomic():
        change = move(deal, end_of(deal, StageKind.LOST), by=by, seen=seen, reason=reason, at=at)
        if note.strip():
            kept = "\n".join(part for part in (locked(deal).note, note.strip()) if part)
            Deal.objects.filter(pk=deal.pk).update(note=kept)
        return change


def reopen(deal: Deal, *, by: User | None, stage: DealStage | None = None) -> StageChange | None:
    """A closed deal goes back to the open stage that it was closed from (or STAGE); nothing if it is open."""
    with transaction.atomic():
        deal = locked(deal)
        if deal.is_open:
            return None
        return move(deal, stage or _stood_in(deal), by=by)


def _stood_in(deal: Deal) -> DealStage:
    moves = deal.moves.filter(before__kind=StageKind.OPEN, before__pipeline_id=deal.pipeline_id)
    last = moves.select_related("before__pipeline").order_by("-at", "-pk").first()
    if last is not None and last.before is not None:
        return last.before
    found = deal.pipeline.stages.filter(kind=StageKind.OPEN).first()
    if found is None:
        raise ValidationError(_("This pipeline has no open stage."))
    return found


def end_of(deal: Deal, kind: str) -> DealStage:
    """The stage of a deal's pipeline where deals are won or lost."""
    return DealStage.objects.select_related("pipeline").get(pipeline_id=deal.pipeline_id, kind=kind)


@transaction.atomic
def take_back(deal: Deal, change_id: int, *, by: User | None) -> DealStage:
    """Undo one move, as if it had never been. Conflict if the deal has moved on since, or was opened by that move: what
    it was closed with is gone then."""
    deal = locked(deal)
    last = deal.moves.select_related("before__pipeline", "after").order_by("-at", "-pk").first()
    if last is None or last.pk != change_id or last.before is None:
        raise Conflict(_("It can’t be taken back: “%(deal)s” was moved again since.") % {"deal": deal.title})
    if last.before.kind != StageKind.OPEN:
        raise Conflict(_("A deal that was opened again is closed by winning or losing it."))
    before, cell = last.before, cell_of(deal)
    since = last.at - dt.timedelta(seconds=last.seconds or 0)
    last.delete()
    _stand(deal, before, since, None)
    recount({cell, cell_of(deal)})
    kinds = (*CLOSED.values(), "sales.deal.reopened")
    Activity.objects.filter(subject="deal", subject_id=deal.pk, kind__in=kinds).delete()
    audit.record("sales.deal.moved", deal, by=by, to=before.name, taken_back=True)
    announce("sales.deal.moved", deal_id=deal.pk)
    return before
