"""The board of a pipeline, and deals moved on it: by mouse, by keys, or by a form without any script."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.models import Branch, Team, User
from grahak.core.toasts import say
from grahak.sales.deals import actions, board, drawing
from grahak.sales.deals.access import deal_for, pipeline_for, pipelines_in_use, stage_for
from grahak.sales.deals.actions.pipelines import add_pipeline
from grahak.sales.deals.board import Whose, is_number
from grahak.sales.deals.kinds import BY_CODE, STARTS
from grahak.sales.models import Deal, Pipeline, StageKind


@require_GET
@needs("deals.view")
def home(request: HttpRequest) -> HttpResponse:
    """To the board that was looked at last, else the first; where there is none, what one can begin with."""
    last = request.session.get("deals.pipeline")
    rows = pipelines_in_use()
    found = rows.filter(pk=last).first() if isinstance(last, int) else None
    found = found or rows.first()
    if found is not None:
        return redirect("deals:board", found.pk)
    may = scope_of(request.user, "deals.settings") is not None
    return render(request, "sales/deals/none.html", {"starts": STARTS, "may_begin": may})


@require_POST
@needs("deals.settings")
def begin(request: HttpRequest) -> HttpResponse:
    """The first pipeline, of one of the kinds to begin with."""
    start = request.POST.get("start", "")
    if start not in BY_CODE:
        raise Http404
    try:
        found = add_pipeline("", by=request.user, start=start)  # type: ignore[arg-type]
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
        return redirect("deals:home")
    say(request, _("“%s” is ready.") % found.name)
    return redirect(found)


@require_GET
@needs("deals.view")
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """The board; with ?stage= and ?after= more cards of one column."""
    user: Any = request.user
    pipeline, whose = pipeline_for(pk), Whose.read(request.GET)
    may_edit = scope_of(user, "deals.edit") is not None
    if is_number(request.GET.get("stage", "")):
        return _more(request, pipeline, whose, may_edit)
    if request.session.get("deals.pipeline") != pk:
        request.session["deals.pipeline"] = pk
    columns = board.columns(pipeline, user, whose)
    open_ones = [one for one in columns if one.stage.kind == StageKind.OPEN]
    context = {
        "pipeline": pipeline,
        "pipelines": list(pipelines_in_use()),
        "columns": [_drawn(pipeline, column, whose, may_edit) for column in columns],
        "whose": whose,
        "many": sum(one.many for one in open_ones),
        "amount": sum((one.amount for one in open_ones), Decimal(0)),
        "may_edit": may_edit,
        **choices(user),
    }
    return render(request, "sales/deals/board.html", context)


def choices(user: User) -> dict[str, Any]:
    """Whose deals can be asked for: the colleagues, teams and branches, where there is a choice."""
    if scope_of(user, "deals.view") == "own":
        return {"people": [], "teams": [], "branches": []}
    people = User.objects.filter(is_active=True).order_by("name").only("pk", "name")
    every = scope_of(user, "deals.view") == "all"
    branches = list(Branch.objects.only("pk", "name")) if every else []
    return {
        "people": list(people[:300]),
        "teams": list(Team.objects.filter(archived_at=None).only("pk", "name")) if every else [],
        "branches": branches if len(branches) > 1 else [],
    }


def _drawn(pipeline: Pipeline, column: board.Column, whose: Whose, may_edit: bool) -> dict[str, Any]:
    """A column with its cards as HTML and the address of more."""
    more = ""
    if column.after:
        asked = {**whose.values(), "stage": str(column.stage.pk), "after": column.after}
        more = f"{reverse('deals:board', args=[pipeline.pk])}?{urlencode(asked)}"
    return {
        "stage": column.stage,
        "many": column.many,
        "amount": column.amount,
        "cards": drawing.cards_html(column.cards, may_edit=may_edit),
        "more": more,
        "is_closed": column.stage.kind != StageKind.OPEN,
    }


def _more(request: HttpRequest, pipeline: Pipeline, whose: Whose, may_edit: bool) -> HttpResponse:
    """The next cards of a column: as a fragment that follows those shown, or as a page of that column alone."""
    user: Any = request.user
    number = int(request.GET["stage"])
    stage = next((one for one in pipeline.stages.all() if one.pk == number), None)
    if stage is None:
        raise Http404
    cards, after = board.more_cards(stage, user, whose, request.GET.get("after", ""))
    found = board.Column(stage, cards=cards, after=after)
    if not request.htmx:  # type: ignore[attr-defined]
        totals = {pk: (many, worth) for pk, many, worth in board.sums([stage], user, whose)}
        found.many, found.amount = totals.get(stage.pk, (0, Decimal(0)))
    column = _drawn(pipeline, found, whose, may_edit)
    context = {"pipeline": pipeline, "column": column, "whose": whose, "may_edit": may_edit}
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    return render(request, "sales/deals/_cards.html" if fragment else "sales/deals/column.html", context)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a deal into another stage. Asked for, it shows the stages to choose from; a fragment's answer draws the card
    and the heads of both columns anew, so that a board stays where it is."""
    deal = deal_for(request, pk, "deals.edit")
    if request.method == "GET":
        pipelines = pipelines_in_use().prefetch_related("stages")
        context = {"deal": deal, "pipelines": pipelines, "back": request.GET.get("back", "")}
        return render(request, "sales/deals/move.html", context)
    stage = stage_for(request.POST.get("stage", ""))
    seen = request.POST.get("version", "")
    if stage.kind == StageKind.LOST and stage.pk != deal.stage_id:
        return _elsewhere(request, reverse("deals:lose", args=[pk]))
    before = deal.stage
    try:
        change = actions.move(deal, stage, by=request.user, seen=int(seen) if is_number(seen) else None)  # type: ignore[arg-type]
    except actions.Overtaken as late:
        say(request, late.sentence, tone="wrong")
        return _answer(request, late.deal, {before.pk, late.deal.stage_id, stage.pk}, status=409)
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
        return _answer(request, deal, {before.pk, stage.pk}, status=422)
    if change is not None:
        words = _("“%(deal)s” is in “%(stage)s” now.") % {"deal": deal.title, "stage": stage.name}
        undo = ""
        if before.kind == StageKind.OPEN:
            undo = reverse("deals:take_back", args=[pk, change.pk])
        link = reverse("deals:win", args=[pk]) if stage.kind == StageKind.WON else ""
        say(request, words, undo=undo, link=link, label=_("Its order") if link else "")
    return _answer(request, Deal.objects.select_related("stage").get(pk=pk), {before.pk, stage.pk})


def _elsewhere(request: HttpRequest, url: str) -> HttpResponse:
    """To a page that asks what is missing; a fragment's request moves the whole page there."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _answer(request: HttpRequest, deal: Deal, stages: set[int], status: int = 200) -> HttpResponse:
    """For a board: the card and the heads of the columns (both columns whole where the move was refused). Else back to
    where one came from."""
    user: Any = request.user
    if not request.htmx:  # type: ignore[attr-defined]
        return back(request, deal)
    address = request.htmx.current_url_abs_path or ""  # type: ignore[attr-defined]
    whose = Whose.read(_query(address))
    pipeline = pipeline_for(deal.pipeline_id)
    may_edit = True
    if status != 200:
        columns = board.columns(pipeline, user, whose, only=sorted(stages))
        drawn = [_drawn(pipeline, column, whose, may_edit) for column in columns]
        return render(request, "sales/deals/_columns.html", {"columns": drawn}, status=status)
    wanted = [one for one in pipeline.stages.all() if one.pk in stages]
    totals = {pk: (many, worth) for pk, many, worth in board.sums(wanted, user, whose)}
    zero = (0, Decimal(0))
    heads = [
        {"stage": one, "many": totals.get(one.pk, zero)[0], "amount": totals.get(one.pk, zero)[1]}
        for one in wanted
    ]
    card = drawing.card_html(board.card_of(deal), may_edit=may_edit)
    return render(request, "sales/deals/_moved.html", {"heads": heads, "card": card})


def _query(address: str) -> QueryDict:
    return QueryDict(address.partition("?")[2])


def back(request: HttpRequest, deal: Deal) -> HttpResponse:
    """To the page that the form named (a board or a deal), else to the deal."""
    given = request.POST.get("back", "")
    if given.startswith("/deals/") and "//" not in given and "\\" not in given:
        return redirect(given)
    return redirect(deal)


@require_POST
@needs("deals.edit")
def take_back(request: HttpRequest, pk: int, change: int) -> HttpResponse:
    """Undo a move, to the board it was made on."""
    deal = deal_for(request, pk, "deals.edit")
    stage = actions.take_back(deal, change, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(deal)s” is back in “%(stage)s”.") % {"deal": deal.title, "stage": stage.name})
    referred = request.headers.get("Referer", "")
    return redirect(deal if f"/deals/{pk}/" in referred else stage.pipeline)
