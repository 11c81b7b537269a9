"""What the builder's boxes suggest while one types."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.catalogue.views.products import matching
from grahak.core.access import needs

SHOWN = 8


@require_GET
@needs("segments.view")
def items(request: HttpRequest) -> HttpResponse:
    """Items for what is typed so far, archived ones too: they were bought all the same."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = list(matching(text).order_by("name", "id")[:SHOWN]) if text else []
    return render(request, "insight/segments/_item_choices.html", {"found": found})
