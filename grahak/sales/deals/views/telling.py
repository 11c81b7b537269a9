"""The forecast, and the reports of what became of deals."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from grahak.core import business
from grahak.core.access import needs
from grahak.sales.deals import forecast, reports
from grahak.sales.deals.access import pipelines_in_use
from grahak.sales.deals.board import Whose
from grahak.sales.deals.picture import picture
from grahak.sales.deals.views.board import choices
from grahak.sales.models import Pipeline

SPANS = {
    "month": _("This month"),
    "quarter": _("Last 90 days"),
    "year": _("This fiscal year"),
    "all": _("Last 24 months"),
}


def _pipeline(request: HttpRequest, rows: list[Pipeline]) -> Pipeline | None:
    asked = request.GET.get("pipeline", "")
    return next((one for one in rows if str(one.pk) == asked), None)


@require_GET
@needs("deals.view")
def forecast_page(request: HttpRequest) -> HttpResponse:
    """What deals may bring in the months that come."""
    user: Any = request.user
    pipelines = list(pipelines_in_use())
    pipeline, whose = _pipeline(request, pipelines), Whose.read(request.GET)
    found = forecast.read(user, whose, pipeline.pk if pipeline else None)
    context = {
        "found": found,
        "picture": picture(found.months),
        "slipped": forecast.slipped(user, whose),
        "pipelines": pipelines,
        "pipeline": pipeline,
        "whose": whose,
        "border": forecast.COMMITTED,
        **choices(user),
    }
    return render(request, "sales/deals/forecast.html", context)


@require_GET
@needs("deals.view")
def report_page(request: HttpRequest) -> HttpResponse:
    """Conversion and days by stage, win rate, why deals were lost, of one pipeline."""
    user: Any = request.user
    pipelines = list(pipelines_in_use().prefetch_related("stages"))
    pipeline = _pipeline(request, pipelines) or (pipelines[0] if pipelines else None)
    whose, span = Whose.read(request.GET), request.GET.get("span", "")
    span = span if span in SPANS else "quarter"
    first, last = _days(span)
    context = {
        "found": reports.read(pipeline, user, whose, first, last) if pipeline else None,
        "pipelines": pipelines,
        "pipeline": pipeline,
        "whose": whose,
        "span": span,
        "spans": SPANS.items(),
        "first": first,
        "last": last,
        **choices(user),
    }
    return render(request, "sales/deals/reports.html", context)


def _days(span: str) -> tuple[dt.date, dt.date]:
    today = business.today()
    match span:
        case "month":
            return today.replace(day=1), today
        case "year":
            return business.fiscal_year_start(today), today
        case "all":
            return (today.replace(day=1) - dt.timedelta(days=700)).replace(day=1), today
    return today - dt.timedelta(days=89), today
