"""Pipelines, stages and reasons set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.sales.deals.actions import pipelines as setting
from grahak.sales.deals.board import is_number
from grahak.sales.deals.kinds import BY_CODE, STARTS
from grahak.sales.models import DealStage, LostReason, Pipeline, StageKind


@require_GET
@needs("deals.settings")
def listed(request: HttpRequest) -> HttpResponse:
    """All pipelines and the reasons of lost deals."""
    return render(request, "sales/deals/pipelines.html", _of_all())


def _of_all() -> dict[str, Any]:
    rows = list(Pipeline.objects.prefetch_related("stages"))
    return {
        "in_use": [one for one in rows if one.archived_at is None],
        "put_away": [one for one in rows if one.archived_at is not None],
        "starts": STARTS,
        "reasons": list(LostReason.objects.all()),
    }


@require_GET
@needs("deals.settings")
def pipeline(request: HttpRequest, pk: int) -> HttpResponse:
    """One pipeline with its stages."""
    return _page(request, get_object_or_404(Pipeline, pk=pk))


def _page(request: HttpRequest, found: Pipeline, wrong: str = "", at: int | None = None) -> HttpResponse:
    stages = list(found.stages.all())
    context = {
        "pipeline": found,
        "stages": [
            {
                "stage": one,
                "others": [other for other in stages if other.kind == StageKind.OPEN and other.pk != one.pk],
            }
            for one in stages
        ],
        "wrong": wrong,
        "at": at,
    }
    return render(request, "sales/deals/pipeline.html", context, status=422 if wrong else 200)


@require_POST
@needs("deals.settings")
def add(request: HttpRequest) -> HttpResponse:
    """A pipeline of one of the kinds to begin with."""
    start = request.POST.get("start", "orders")
    if start not in BY_CODE:
        raise Http404
    try:
        found = setting.add_pipeline(request.POST.get("name", ""), by=_user(request), start=start)
    except ValidationError as refused:
        wrong = {"wrong": " ".join(refused.messages), "name": request.POST.get("name", "")}
        return render(request, "sales/deals/pipelines.html", _of_all() | wrong, status=422)
    say(request, _("“%s” is ready.") % found.name)
    return redirect("deals:pipeline", found.pk)


@require_POST
@needs("deals.settings")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a pipeline, put it away, bring it back."""
    found = get_object_or_404(Pipeline, pk=pk)
    by, what = _user(request), request.POST.get("do", "rename")
    verbs: dict[str, Callable[[], Any]] = {
        "rename": lambda: setting.rename_pipeline(found, request.POST.get("name", ""), by=by),
        "archive": lambda: setting.archive_pipeline(found, by=by),
        "restore": lambda: setting.restore_pipeline(found, by=by),
    }
    if what not in verbs:
        raise Http404
    try:
        verbs[what]()
    except ValidationError as refused:
        return _page(request, Pipeline.objects.get(pk=pk), " ".join(refused.messages))
    say(request, {"archive": _("Put away."), "restore": _("It is back.")}.get(what, _("Saved.")))
    return redirect(
        "deals:pipelines" if what == "archive" else "deals:pipeline", *([] if what == "archive" else [pk])
    )


@require_POST
@needs("deals.settings")
def add_stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Another stage."""
    found = get_object_or_404(Pipeline, pk=pk)
    try:
        chance, days = _whole(request, "probability", 50), _whole(request, "rots_after", None)
        setting.add_stage(
            found, request.POST.get("name", ""), by=_user(request), probability=chance or 0, rots_after=days
        )
    except ValidationError as refused:
        return _page(request, found, " ".join(refused.messages), at=0)
    return redirect("deals:pipeline", pk)


@require_POST
@needs("deals.settings")
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a stage, move it up or down, or take it out by moving its deals."""
    found = get_object_or_404(DealStage.objects.select_related("pipeline"), pk=pk)
    by, what = _user(request), request.POST.get("do", "save")
    try:
        if what in ("up", "down"):
            setting.shift_stage(found, -1 if what == "up" else 1, by=by)
        elif what == "remove":
            many = setting.remove_stage(found, by=by, into=_into(request, found))
            say(
                request,
                _("“%(name)s” is gone, its deals are moved: %(n)s.") % {"name": found.name, "n": many},
            )
        else:
            setting.edit_stage(
                found, by=by, name=request.POST.get("name", ""),
                probability=_whole(request, "probability", found.probability) or 0,
                rots_after=_whole(request, "rots_after", None),
            )  # fmt: skip
            say(request, _("Saved."))
    except ValidationError as refused:
        again = Pipeline.objects.get(pk=found.pipeline_id)
        return _page(request, again, " ".join(refused.messages), at=pk)
    return redirect("deals:pipeline", found.pipeline_id)


def _into(request: HttpRequest, found: DealStage) -> DealStage | None:
    text = request.POST.get("into", "")
    if not is_number(text):
        return None
    return get_object_or_404(DealStage, pk=int(text), pipeline_id=found.pipeline_id)


@require_POST
@needs("deals.settings")
def reason(request: HttpRequest) -> HttpResponse:
    """Add, rename, put away or bring back a reason of lost deals."""
    by, what, name = _user(request), request.POST.get("do", "add"), request.POST.get("name", "")
    text = request.POST.get("reason", "")
    found = get_object_or_404(LostReason, pk=int(text)) if what != "add" and is_number(text) else None
    try:
        if found is None:
            setting.add_reason(name, by=by)
        elif what == "archive":
            setting.archive_reason(found, by=by)
        elif what == "restore":
            setting.restore_reason(found, by=by)
        else:
            setting.rename_reason(found, name, by=by)
    except ValidationError as refused:
        wrong = {"wrong_reason": " ".join(refused.messages)}
        return render(request, "sales/deals/pipelines.html", _of_all() | wrong, status=422)
    return redirect("deals:pipelines")


def _whole(request: HttpRequest, name: str, usual: int | None) -> int | None:
    """A whole number of 0 to 9,999 as typed, in any digits; USUAL where nothing was. ValidationError under NAME."""
    text = request.POST.get(name, "").strip().rstrip("%").strip()
    if not text:
        return usual
    if not text.isdecimal() or int(text) > 9_999:
        raise ValidationError({name: _("“%s” is not a number of days or per cent.") % text[:20]})
    return int(text)


def _user(request: HttpRequest) -> User:
    user: Any = request.user
    return user  # type: ignore[no-any-return]
