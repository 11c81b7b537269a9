"""Pipelines, their stages and the reasons of lost deals set up. A stage goes only by moving its deals."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.customers.text import one_line
from grahak.sales.deals.counting import cells_of, recount
from grahak.sales.deals.kinds import BY_CODE, LOST, REASONS, WON
from grahak.sales.models import Deal, DealStage, LostReason, Pipeline, StageChange, StageKind

MOST_STAGES = 12


@transaction.atomic
def add_pipeline(name: str, *, by: User | None, start: str = "orders") -> Pipeline:
    """A pipeline with the stages of a START, and the usual reasons where the shop has none. ValidationError under
    "name"."""
    begun = BY_CODE[start]
    pipeline = Pipeline.objects.create(
        name=_free(Pipeline, name or str(begun.name)), position=_last(Pipeline) + 1
    )
    rows = [
        DealStage(pipeline=pipeline, name=str(label), probability=chance, rots_after=days, position=place)
        for place, (label, chance, days) in enumerate(begun.stages)
    ]
    ends = ((WON, StageKind.WON, 100), (LOST, StageKind.LOST, 0))
    for place, (label, kind, chance) in enumerate(ends, len(rows)):
        rows.append(
            DealStage(pipeline=pipeline, name=str(label), kind=kind, probability=chance, position=place)
        )
    DealStage.objects.bulk_create(rows)
    if not LostReason.objects.exists():
        LostReason.objects.bulk_create(
            LostReason(name=str(reason), position=place) for place, reason in enumerate(REASONS)
        )
    audit.record("sales.pipeline.added", pipeline, by=by)
    return pipeline


def any_pipeline(*, by: User | None) -> Pipeline:
    """The shop's first pipeline in use; "Big orders" is begun where there is none."""
    found = Pipeline.objects.filter(archived_at=None).first()
    return found or add_pipeline("", by=by)


@transaction.atomic
def rename_pipeline(pipeline: Pipeline, name: str, *, by: User | None) -> None:
    """ValidationError under "name"."""
    before = pipeline.name
    pipeline.name = _free(Pipeline, name, pipeline.pk)
    pipeline.save(update_fields=["name"])
    if before != pipeline.name:
        audit.record("sales.pipeline.edited", pipeline, by=by, changes={"name": [before, pipeline.name]})


@transaction.atomic
def archive_pipeline(pipeline: Pipeline, *, by: User | None) -> None:
    """Put it away; ValidationError while it has open deals."""
    pipeline = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if Deal.objects.open().filter(pipeline=pipeline).exists():
        raise ValidationError(_("It has open deals: win, lose or move them first."))
    pipeline.archived_at = pipeline.archived_at or timezone.now()
    pipeline.save(update_fields=["archived_at"])
    audit.record("sales.pipeline.archived", pipeline, by=by)


@transaction.atomic
def restore_pipeline(pipeline: Pipeline, *, by: User | None) -> None:
    """Bring it back. ValidationError under "name" where another has its name now."""
    _free(Pipeline, pipeline.name, pipeline.pk)
    pipeline.archived_at = None
    pipeline.save(update_fields=["archived_at"])
    audit.record("sales.pipeline.restored", pipeline, by=by)


@transaction.atomic
def add_stage(
    pipeline: Pipeline, name: str, *, by: User | None, probability: int = 50, rots_after: int | None = None
) -> DealStage:
    """Another open stage, the last before won and lost. ValidationError under name or probability."""
    stages = list(DealStage.objects.select_for_update().filter(pipeline=pipeline))
    if len(stages) >= MOST_STAGES:
        raise ValidationError({"name": _("A pipeline has at most %(n)s stages.") % {"n": MOST_STAGES}})
    stage = DealStage.objects.create(
        pipeline=pipeline, name=_free_stage(stages, name), probability=_percent(probability),
        rots_after=rots_after, position=len(stages),
    )  # fmt: skip
    _renumber([*stages, stage])
    audit.record("sales.stage.added", stage, by=by, pipeline=pipeline.name)
    return stage


@transaction.atomic
def edit_stage(
    stage: DealStage, *, by: User | None, name: str, probability: int, rots_after: int | None
) -> None:
    """Change a stage; the probability of the two ends stays. ValidationError under name or probability."""
    stages = list(DealStage.objects.select_for_update().filter(pipeline_id=stage.pipeline_id))
    before: dict[str, Any] = {one: getattr(stage, one) for one in ("name", "probability", "rots_after")}
    stage.name = _free_stage(stages, name, stage.pk)
    if stage.kind == StageKind.OPEN:
        stage.probability, stage.rots_after = _percent(probability), rots_after
    stage.save()
    after = {one: getattr(stage, one) for one in before}
    if changes := audit.changed(before, after):
        audit.record("sales.stage.edited", stage, by=by, changes=changes)


@transaction.atomic
def shift_stage(stage: DealStage, by_places: int, *, by: User | None) -> None:
    """Move an open stage up (-1) or down (1) among the open ones."""
    rows = list(DealStage.objects.select_for_update().filter(pipeline_id=stage.pipeline_id))
    open_ones = [one for one in rows if one.kind == StageKind.OPEN]
    at = next((place for place, one in enumerate(open_ones) if one.pk == stage.pk), None)
    if at is None or not 0 <= at + by_places < len(open_ones):
        return
    open_ones.insert(at + by_places, open_ones.pop(at))
    _renumber([*open_ones, *(one for one in rows if one.kind != StageKind.OPEN)])
    audit.record("sales.stage.moved", stage, by=by)


@transaction.atomic
def remove_stage(stage: DealStage, *, by: User | None, into: DealStage | None) -> int:
    """Take out an open stage; its deals go INTO another open one of the same pipeline (ValidationError under "into"
    where there are deals and none is named), all in a few statements however many they are. What deals went through is
    told as if they had stood in that one. Returns how many deals moved."""
    stages = list(DealStage.objects.select_for_update().filter(pipeline_id=stage.pipeline_id))
    others = [one for one in stages if one.kind == StageKind.OPEN and one.pk != stage.pk]
    if stage.kind != StageKind.OPEN or not others:
        raise ValidationError(_("A pipeline keeps an open stage and its two ends."))
    if into is not None and into.pk not in {one.pk for one in others}:
        raise ValidationError({"into": _("Choose another open stage of this pipeline.")})
    many = Deal.objects.filter(stage=stage).count()
    if many and into is None:
        raise ValidationError({"into": _("Say where its deals go.")})
    heir = into or others[0]
    cells = {cell for pk in (stage.pk, heir.pk) for cell in cells_of(pk)}
    Deal.objects.filter(stage=stage).update(stage=heir, version=F("version") + 1)
    StageChange.objects.filter(before=stage).update(before=heir)
    StageChange.objects.filter(after=stage).update(after=heir)
    recount(cells | {(heir.pk, *cell[1:]) for cell in cells})
    audit.record("sales.stage.removed", stage, by=by, deals=many, into=heir.name)
    stage.delete()
    _renumber([one for one in stages if one.pk != stage.pk])
    return many


@transaction.atomic
def add_reason(name: str, *, by: User | None) -> LostReason:
    """ValidationError under "name"."""
    reason = LostReason.objects.create(name=_free(LostReason, name), position=_last(LostReason) + 1)
    audit.record("sales.reason.added", reason, by=by)
    return reason


@transaction.atomic
def rename_reason(reason: LostReason, name: str, *, by: User | None) -> None:
    """ValidationError under "name"."""
    before = reason.name
    reason.name = _free(LostReason, name, reason.pk)
    reason.save(update_fields=["name"])
    audit.record("sales.reason.edited", reason, by=by, changes={"name": [before, reason.name]})


@transaction.atomic
def archive_reason(reason: LostReason, *, by: User | None) -> None:
    """Not to choose any more; deals lost for it keep it. ValidationError for the last one."""
    if not LostReason.objects.filter(archived_at=None).exclude(pk=reason.pk).exists():
        raise ValidationError(_("Keep one reason at least."))
    reason.archived_at = reason.archived_at or timezone.now()
    reason.save(update_fields=["archived_at"])
    audit.record("sales.reason.archived", reason, by=by)


@transaction.atomic
def restore_reason(reason: LostReason, *, by: User | None) -> None:
    """To choose again. ValidationError under "name" where another has its name now."""
    _free(LostReason, reason.name, reason.pk)
    reason.archived_at = None
    reason.save(update_fields=["archived_at"])
    audit.record("sales.reason.restored", reason, by=by)


def _last(model: type[Pipeline] | type[LostReason]) -> int:
    return model._default_manager.aggregate(last=Max("position"))["last"] or 0


def _free(model: type[Pipeline] | type[LostReason], name: str, pk: int | None = None) -> str:
    """A name of 1 to 80 characters that no other in use has."""
    text = one_line(name)
    if not text or len(text) > 80:
        raise ValidationError({"name": _("A name of 1 to 80 characters, please.")})
    same = model._default_manager.filter(name__iexact=text, archived_at=None)
    if (same if pk is None else same.exclude(pk=pk)).exists():
        raise ValidationError({"name": _("“%s” is there already.") % text})
    return text


def _free_stage(stages: list[DealStage], name: str, pk: int | None = None) -> str:
    text = one_line(name)
    if not text or len(text) > 60:
        raise ValidationError({"name": _("A name of 1 to 60 characters, please.")})
    if any(one.name.casefold() == text.casefold() and one.pk != pk for one in stages):
        raise ValidationError({"name": _("“%s” is there already.") % text})
    return text


def _percent(value: int) -> int:
    if not 0 <= value <= 100:
        raise ValidationError({"probability": _("From 0 to 100 per cent.")})
    return value


def _renumber(stages: list[DealStage]) -> None:
    """Open ones in their order, then won, then lost."""
    rank = {StageKind.OPEN: 0, StageKind.WON: 1, StageKind.LOST: 2}
    for place, stage in enumerate(sorted(stages, key=lambda one: rank[StageKind(one.kind)])):
        stage.position = place
        DealStage.objects.filter(pk=stage.pk).update(position=place)
