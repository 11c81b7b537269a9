"""The list of campaigns, and the calendar of what goes out when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.core.access import needs
from grahak.core.keyset import page_of
from grahak.customers.views.parts import wants
from grahak.marketing.models import Campaign
from grahak.marketing.report.kept import last_counted
from grahak.marketing.shelf import CHANNELS, SHELVES, Shelf, month_asked, month_of

SIZE = 25


@require_GET
@needs("campaigns.view")
def campaign_list(request: HttpRequest) -> HttpResponse:
    """Campaigns, the newest first, with the money that came after each."""
    shelf = Shelf.read(request.GET.dict())
    asked = request.GET
    page = page_of(
        shelf.rows(), ("-id",), after=asked.get("after", ""), before=asked.get("before", ""), size=SIZE
    )
    counted = last_counted(page.rows)
    for one in page.rows:
        one.line = counted[one.pk].by().whole if one.pk in counted else None  # type: ignore[attr-defined]
    name = "marketing/_list.html" if wants(request, "campaigns") else "marketing/list.html"
    return render(request, name, {"shelf": shelf, "page": page, **_tools()})


def _tools() -> dict[str, Any]:
    return {
        "shelves": [(name, words) for name, (words, _which) in SHELVES.items()],
        "channels": [(code, words) for code, (words, _icon) in CHANNELS.items()],
        "nothing_yet": not Campaign.objects.exists(),
    }


@require_GET
@needs("campaigns.view")
def month(request: HttpRequest) -> HttpResponse:
    """A month of campaigns; on a phone, the days on which something goes out."""
    shelf = Shelf.read(request.GET.dict())
    found = month_of(month_asked(request.GET.get("month", "")), shelf.channel)
    return render(request, "marketing/month.html", {"month": found, "shelf": shelf, **_tools()})
