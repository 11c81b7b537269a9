"""Deals as a list and as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.core import audit, business
from grahak.core.access import needs, scope_of, scoped
from grahak.core.fragments import wants
from grahak.core.keyset import page_of
from grahak.sales.deals.access import pipelines_in_use
from grahak.sales.deals.listing import SORTS, STATES, Question, counted, csv_lines
from grahak.sales.deals.views.board import choices
from grahak.sales.models import LostReason

KEPT = "deals.list"


@require_GET
@needs("deals.view")
def listed(request: HttpRequest) -> HttpResponse:
    """The list as it was asked for last, unless something is asked for now."""
    user: Any = request.user
    kept = request.session.get(KEPT)
    if not request.GET and kept:
        return redirect(f"{reverse('deals:list')}?{kept}")
    asked = Question.read(request.GET)
    if kept != asked.address():
        request.session[KEPT] = asked.address()
    rows = asked.rows(user)
    page = page_of(
        rows.select_related("customer", "pipeline", "stage", "owner", "lost_reason"),
        asked.order,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    many, more = counted(rows)
    pipelines = list(pipelines_in_use().prefetch_related("stages"))
    context = {
        "page": page,
        "asked": asked,
        "many": many,
        "more": more,
        "states": STATES.items(),
        "sorts": [(code, label) for code, (label, _order) in SORTS.items()],
        "pipelines": pipelines,
        "stages": [
            one
            for pipeline in pipelines
            if str(pipeline.pk) == asked.pipeline
            for one in pipeline.stages.all()
            if one.kind == asked.state
        ],
        "reasons": list(LostReason.objects.all()) if asked.state == "lost" else [],
        "today": business.today(),
        "may_export": scope_of(user, "deals.export") is not None,
        **choices(user),
    }
    fragment = wants(request, "deals")
    return render(request, "sales/deals/_list.html" if fragment else "sales/deals/list.html", context)


@require_POST
@needs("deals.export")
def export(request: HttpRequest) -> HttpResponseBase:
    """The deals that the list asks for, as a file."""
    user: Any = request.user
    asked = Question.read(request.GET)
    rows = scoped(asked.rows(user), user, "deals.export").order_by(*asked.order)
    audit.record("sales.deals.exported", by=user, label=_("Deals"), query=asked.address(), deals=rows.count())
    response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="deals-{business.today().isoformat()}.csv"'
    response["Cache-Control"] = "no-store"
    return response
