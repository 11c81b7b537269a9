"""The list of segments and the page of one: who is in it, since when, how its size went, who came and left."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from grahak.core import business
from grahak.core.access import needs, scope_of
from grahak.customers.listing.page import Page, read_page
from grahak.customers.listing.question import read
from grahak.customers.listing.table import body, chosen_columns, heads
from grahak.customers.models import Customer
from grahak.customers.views.listing import COLUMNS
from grahak.customers.views.parts import wants
from grahak.insight.models import Movement, Segment
from grahak.insight.segments.stale import REASONS
from grahak.insight.segments_counts import used_by
from grahak.insight.views.segments_parts import head, said, segment_or_404, tree_or_none, uses_in_words
from grahak.insight.views.segments_size import change_since, picture, sizes_of, spark
from grahak.insight.views.segments_starts import starts

SHOWS: Final = ("", "rule", "static", "away")
A_PAGE: Final = 50
MOVES: Final = 50
_PLACES: Final = ("sort", "size", "after", "before", "last", "page")


@require_GET
@needs("segments.view")
def segment_list(request: HttpRequest) -> HttpResponse:
    """?q= searches names and notes; ?show= rule, static or away."""
    show, asked = request.GET.get("show", ""), request.GET.get("q", "").replace("\x00", "").strip()[:100]
    rows = Segment.objects.filter(archived_at__isnull=show != "away").select_related("by")
    if show in ("rule", "static"):
        rows = rows.filter(kind=show)
    if asked:
        rows = rows.filter(Q(name__icontains=asked) | Q(note__icontains=asked))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    found = list(page)
    sizes, used = sizes_of(one.pk for one in found), used_by()
    for one in found:
        one.change = change_since(sizes[one.pk], one.members)  # type: ignore[attr-defined]
        one.spark = spark(sizes[one.pk])  # type: ignore[attr-defined]
        one.used = used.get(one.pk, 0)  # type: ignore[attr-defined]
        one.why_stale = REASONS.get(one.stale_reason, "")  # type: ignore[attr-defined]
    context = {
        "page": page,
        "rows": found,
        "show": show,
        "asked": asked,
        "starts": starts() if not found else [],
    }
    name = "_list" if wants(request, "segments") else "list"
    return render(request, f"insight/segments/{name}.html", context)


@require_GET
@needs("segments.edit")
def start_list(request: HttpRequest) -> HttpResponse:
    """What a new segment may begin with."""
    return render(request, "insight/segments/starts.html", {"starts": starts()})


@require_GET
@needs("segments.view")
def segment(request: HttpRequest, pk: int) -> HttpResponse:
    """Members as the customer list shows customers; beside them the rules in words and what uses them."""
    found = segment_or_404(pk)
    page, columns = _members(request, found)
    context: dict[str, Any] = head(request, found)
    context |= {
        "page": page,
        "here": page.question.query(),
        "heads": heads(page.question, columns),
        "body": body(page.rows, columns, chooses=bool(context["mass_actions"])),
    }
    if not wants(request, "members"):
        context |= _beside(found)
    name = "_members" if wants(request, "members") else "segment"
    return render(request, f"insight/segments/{name}.html", context)


def _members(request: HttpRequest, found: Segment) -> tuple[Page, list[Any]]:
    """The page of members that the address asks for; filters of the address other than this segment don't count."""
    params = QueryDict(mutable=True)
    params["segment"] = f"is:{found.pk}"
    for name in _PLACES:
        if name in request.GET:
            params[name] = request.GET[name]
    columns = chosen_columns(request.session.get(COLUMNS), request.user)
    return read_page(read(params, request.user), request.user, columns), columns  # type: ignore[arg-type]


def _beside(found: Segment) -> dict[str, Any]:
    sizes = sizes_of([found.pk])[found.pk]
    tree = tree_or_none(found)
    monday = business.today() - dt.timedelta(days=business.today().weekday())
    moved = Movement.objects.filter(segment=found, at__gte=business.day_start(monday)).aggregate(
        came=Count("pk", filter=Q(entered=True)), left=Count("pk", filter=Q(entered=False))
    )
    return {
        "change": change_since(sizes, found.members),
        "picture": picture(found, sizes),
        "says": said(tree.root) if tree else None,
        "uses": uses_in_words(found),
        "why_stale": REASONS.get(found.stale_reason, ""),
        **moved,
    }


@require_GET
@needs("segments.view")
def moves(request: HttpRequest, pk: int) -> HttpResponse:
    """Who came and who left, the newest first; ?day= one day, ?way= came or left, ?before= a line's number."""
    found = segment_or_404(pk)
    rows = Movement.objects.filter(segment=found)
    scope = scope_of(request.user, "customers.view")
    if scope != "all":
        rows = rows.filter(customer__in=Customer.objects.visible_to(request.user))  # type: ignore[arg-type]
    way = request.GET.get("way", "")
    if way in ("came", "left"):
        rows = rows.filter(entered=way == "came")
    day = _day(request.GET.get("day", ""))
    if day is not None:
        start = business.day_start(day)
        rows = rows.filter(at__gte=start, at__lt=business.day_start(day + dt.timedelta(days=1)))
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        edge = Movement.objects.filter(segment=found, pk=int(before)).first()
        if edge is not None:
            rows = rows.filter(Q(at__lt=edge.at) | Q(at=edge.at, pk__lt=edge.pk))
    lines = list(rows.select_related("customer").order_by("-at", "-id")[: MOVES + 1])
    kept = {"day": day.isoformat() if day else "", "way": way}
    older = urlencode({**kept, "before": lines[MOVES - 1].pk}) if len(lines) > MOVES else ""
    context = head(request, found) | {"lines": lines[:MOVES], "older": older, "day": kept["day"], "way": way}
    return render(request, "insight/segments/moves.html", context)


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
