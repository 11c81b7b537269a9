"""The search box: a page, and the lines under the box as one types."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.core.access import needs, scope_of
from grahak.core.registry import registry
from grahak.customers.field_rights import SUBJECT, level
from grahak.customers.listing import columns
from grahak.customers.models import Customer
from grahak.customers.phones import shown_phone
from grahak.customers.search.find import LONGEST, SHOWN, Hit, find
from grahak.customers.views.parts import wants

IN_BOX = 8
OTHERS = 5


def customers_found(hits: list[Hit], user: Any) -> list[dict[str, Any]]:
    """The hits as lines: name, other script or contact, place, and the phone for whom it is not hidden."""
    no_phone = level(user, SUBJECT, "phone") == "hidden"
    rows = Customer.objects.in_bulk([hit.pk for hit in hits])
    found = [rows[hit.pk] for hit in hits if hit.pk in rows]
    if found:
        columns.fill_people(found)
    lines = []
    for row in found:
        also, language = columns.also_known_as(row)
        phone = "" if no_phone else shown_phone(row.phone_value, row.phone_shown)  # type: ignore[attr-defined]
        lines.append({"row": row, "also": also, "language": language, "phone": phone})
    return lines


@require_GET
@needs("customers.view")
def search(request: HttpRequest) -> HttpResponse:
    """Customers by name in any script, phone, address or number; then what other rooms find."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    in_box = wants(request, "palette-results")
    limit = IN_BOX if in_box else SHOWN
    hits = find(request.user, text, limit) if text else []  # type: ignore[arg-type]
    others: list[dict[str, Any]] = []
    for look in registry.searches if text else ():
        others += look(request.user, text, OTHERS)
    context = {
        "text": text,
        "found": customers_found(hits, request.user),
        "others": others,
        "is_full": len(hits) == limit,
        "may_add": scope_of(request.user, "customers.edit") is not None,
    }
    name = (
        "customers/_hits.html"
        if in_box
        else "customers/_found.html"
        if wants(request, "found")
        else "customers/search.html"
    )
    return render(request, name, context)
