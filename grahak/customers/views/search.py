"""The search box: a page, and the lines under the box as one types. Customers first, then what other rooms find,
then the places and new things whose names are meant."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from grahak.core.access import needs, scope_of
from grahak.core.context import reachable
from grahak.core.names import normalise
from grahak.core.registry import registry
from grahak.core.templatetags.ui import in_english
from grahak.customers.field_rights import SUBJECT, level
from grahak.customers.listing import columns
from grahak.customers.models import Customer
from grahak.customers.phones import shown_phone
from grahak.customers.search.find import LONGEST, SHOWN, Hit, find
from grahak.customers.views.parts import wants

IN_BOX = 8
OTHERS = 5
PLACES = 8
_TOLD: dict[
    tuple[str, int, bool], str
] = {}  # by language and label: labels of screens live as long as the process


def customers_found(hits: list[Hit], user: Any) -> list[dict[str, Any]]:
    """The hits as lines: name, other script or contact, place, and the phone for whom it is not hidden."""
    no_phone = level(user, SUBJECT, "phone") == "hidden"
    rows = Customer.objects.only("name", "city", "language", "other_names").in_bulk([hit.pk for hit in hits])
    found = [rows[hit.pk] for hit in hits if hit.pk in rows]
    if found:
        columns.fill_people(found)
    meant = {hit.pk: hit.name for hit in hits}
    page = reverse("customers:customer", args=[0])  # asked for once, not for every line
    lines = []
    for row in found:
        also, language = columns.also_known_as(row)
        if meant[row.pk] not in ("", row.name):  # by which name it was found: another script, a person there
            also = meant[row.pk]
            language = next((code for code, name in (row.other_names or {}).items() if name == also), "")
        phone = "" if no_phone else shown_phone(row.phone_value, row.phone_shown)  # type: ignore[attr-defined]
        url = page.replace("/0/", f"/{row.pk}/")
        lines.append({"row": row, "url": url, "also": also, "language": language, "phone": phone})
    return lines


def groups_found(user: Any, text: str) -> list[dict[str, Any]]:
    """What the other rooms find, each {"label", "lines"}; none that is empty."""
    found: list[dict[str, Any]] = []
    for look in registry.searches:
        lines = look(user, text, OTHERS)
        if lines:
            label = lines[0].get("group", _("Others"))
            if found and found[-1]["label"] == label:
                found[-1]["lines"] += lines
            else:
                found.append({"label": label, "lines": lines})
    return found


def _told(language: str, label: Any, is_new: bool) -> str:
    """The words by which a screen is meant, normalised; they never change while the programme runs."""
    key = (language, id(label), is_new)
    if key not in _TOLD:
        new = pgettext("menu", "New") + " new " if is_new else ""
        _TOLD[key] = normalise(f"{new}{label} {in_english(label)}")
    return _TOLD[key]


def places_found(user: Any, text: str) -> list[dict[str, Any]]:
    """Screens and new things (each {"link", "url", "is_new"}) whose name has every typed word in it, in this
    language or in English."""
    words, language = normalise(text).split(), get_language() or ""
    found: list[dict[str, Any]] = []
    for links, is_new in (
        (registry.new_links, True),
        (registry.nav, False),
        (registry.settings_pages, False),
    ):
        meant = [link for link in links if _is_meant(words, _told(language, link.label, is_new))]
        found += [line | {"is_new": is_new} for line in reachable(meant, user)] if meant else []
    return found[:PLACES]


def _is_meant(words: list[str], told: str) -> bool:
    return all(word in told for word in words)


@require_GET
@needs("customers.view")
def search(request: HttpRequest) -> HttpResponse:
    """Customers by name in any script, phone, address or number; then what other rooms find."""
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    in_box = wants(request, "palette-results")
    limit = IN_BOX if in_box else SHOWN
    hits = find(request.user, text, limit) if text else []  # type: ignore[arg-type]
    context = {
        "text": text,
        "found": customers_found(hits, request.user),
        "groups": groups_found(request.user, text) if text else [],
        "places": places_found(request.user, text) if text else [],
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
