"""Campaigns beside each other: by month, compared, how often people are written to, and who got the same ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import duckdb
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from grahak.core import audit, business
from grahak.core.access import needs
from grahak.customers.views.parts import LARGEST
from grahak.insight.models import Segment
from grahak.marketing.models import Campaign
from grahak.marketing.report import MODELS, files, overview
from grahak.marketing.report import fatigue as tired
from grahak.marketing.report import overlap as shared
from grahak.marketing.report.figures import total
from grahak.warehouse import lake

COMPARED = 12
MOST_SEGMENTS = 200


def _model(request: HttpRequest) -> str:
    asked = request.GET.get("model", "")
    return asked if asked in MODELS else "last_click"


def _chosen(request: HttpRequest, name: str, most: int) -> list[int]:
    """The numbers in ?name=…&name=…, in their order, each once, at most so many."""
    numbers = [
        int(text)
        for text in request.GET.getlist(name)
        if text.isascii() and text.isdecimal() and len(text) < 19
    ]
    return [one for one in dict.fromkeys(numbers) if one <= LARGEST][:most]


def _tools(tab: str, code: str = "") -> dict[str, Any]:
    return {
        "tab": tab,
        "model": MODELS.get(code),
        "models": list(MODELS.values()),
        "measures": overview.MEASURES.values(),
    }


@require_GET
@needs("campaigns.view")
def months(request: HttpRequest) -> HttpResponse:
    """The campaigns of a year with the money that came after them, by the month of launch."""
    code = _model(request)
    rows = overview.rows_of(overview.sent(), code)
    found = overview.months_of(rows)
    first = found[0].first if found else None
    inside = [row for row in rows if first is None or _launched(row) >= first]
    context = {
        "months": found[::-1],
        "total": total(one.line for one in found),
        "campaigns": sum(one.campaigns for one in found),
        "chart": overview.months_chart(found),
        "rows": inside,
    }
    return render(request, "marketing/report/months.html", context | _tools("months", code))


def _launched(row: overview.Row) -> dt.date:
    dispatch = row.campaign.dispatch
    assert dispatch is not None
    assert dispatch.launched_at is not None
    return business.day_of(dispatch.launched_at)


@require_POST
@needs("campaigns.export")
def months_file(request: HttpRequest) -> HttpResponse:
    found = overview.months_of(overview.rows_of(overview.sent(), _model(request)))
    return _file(request, "campaigns-by-month.csv", files.of_months(found))


def _compared(request: HttpRequest) -> tuple[list[overview.Row], str]:
    """The campaigns asked for by ?c=…, or the newest, in the order of ?sort=."""
    wanted = _chosen(request, "c", COMPARED)
    found = overview.sent(Campaign.objects.filter(pk__in=wanted)) if wanted else overview.sent()[:COMPARED]
    sort = request.GET.get("sort", "")
    return overview.ordered(overview.rows_of(found, _model(request)), sort), sort


@require_GET
@needs("campaigns.view")
def compare(request: HttpRequest) -> HttpResponse:
    """Several campaigns, the same figures of each: ?c= their numbers, ?sort= a measure, "-" before it for falling."""
    rows, sort = _compared(request)
    chosen = {row.campaign.pk for row in rows}
    heads: list[dict[str, Any]] = [
        {"measure": one, "to": one.code if sort == f"-{one.code}" else f"-{one.code}",
         "sorted": "descending" if sort == f"-{one.code}" else "ascending" if sort == one.code else ""}
        for one in overview.MEASURES.values()
    ]  # fmt: skip
    cells = [
        {"row": row, "cells": [(head["measure"], head["measure"].value(row)) for head in heads]}
        for row in rows
    ]
    context = {
        "heads": heads,
        "lines": cells,
        "sort": sort,
        "others": [one for one in overview.sent() if one.pk not in chosen],
        "chosen": chosen,
        "most": COMPARED,
    }
    return render(request, "marketing/report/compare.html", context | _tools("compare", _model(request)))


@require_POST
@needs("campaigns.export")
def compare_file(request: HttpRequest) -> HttpResponse:
    rows, _sort = _compared(request)
    return _file(request, "campaigns.csv", files.of_rows(rows))


@require_GET
@needs("campaigns.view")
def fatigue(request: HttpRequest) -> HttpResponse:
    """Who got how many offers in ?days= 30 or 90, and what the first, second, … brought."""
    return render(request, "marketing/report/fatigue.html", _fatigue(request) | _tools("fatigue"))


def _fatigue(request: HttpRequest) -> dict[str, Any]:
    days = 90 if request.GET.get("days") == "90" else 30
    try:
        found = tired.fatigue(days)
    except (lake.Unavailable, duckdb.Error):
        found = None
    return {"days": days, "stretches": tired.STRETCHES, "found": found}


@require_POST
@needs("campaigns.export")
def fatigue_file(request: HttpRequest) -> HttpResponse:
    found = _fatigue(request)["found"]
    return _file(request, "messages-a-customer.csv", files.of_fatigue(found) if found else [])


@require_GET
@needs("campaigns.view")
def overlap(request: HttpRequest) -> HttpResponse:
    """Who was reached by the same campaigns (?c=) and is in the same segments (?s=)."""
    return render(request, "marketing/report/overlap.html", _overlap(request) | _tools("overlap"))


def _overlap(request: HttpRequest) -> dict[str, Any]:
    wanted, segments = _chosen(request, "c", shared.MOST), _chosen(request, "s", shared.MOST)
    every = overview.sent()
    campaigns = [one for one in every if one.pk in wanted] if wanted or segments else every[:4]
    chosen = list(Segment.objects.active().filter(pk__in=segments))
    groups: list[shared.Group] | None
    try:
        groups, cells = shared.overlap(campaigns, chosen)
    except (lake.Unavailable, duckdb.Error):
        groups, cells = None, []
    return {
        "groups": groups,
        "lines": list(zip(groups or [], cells, strict=True)),
        "every": every,
        "campaigns": {one.pk for one in campaigns},
        "segments": Segment.objects.active()[:MOST_SEGMENTS],
        "chosen": {one.pk for one in chosen},
        "most": shared.MOST,
    }


@require_POST
@needs("campaigns.export")
def overlap_file(request: HttpRequest) -> HttpResponse:
    return _file(request, "who-got-the-same.csv", files.of_overlap(_overlap(request)["lines"]))


def _file(request: HttpRequest, name: str, rows: Iterable[Any]) -> HttpResponse:
    user: Any = request.user
    audit.record("marketing.report.exported", None, by=user, file=name)
    return files.answer(name, rows)
