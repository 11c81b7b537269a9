"""Who did what, when: the audit log with its filters, newest first, page by page along its own number."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.access import needs
from grahak.core.audit import sentence
from grahak.core.models import AuditEntry, User

PAGE = 50
ROOMS = (
    ("core", _("The shop and its people")),
    ("customers", _("Customers")),
    ("catalogue", _("Items")),
    ("sales", _("Orders and payments")),
    ("marketing", _("Messages to many")),
    ("channels", _("Mail account and sending")),
    ("connect", _("Files brought in")),
    ("insight", _("Figures")),
)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _filtered(asked: Any) -> Any:
    rows = AuditEntry.objects.order_by("-pk")
    if (person := _number(asked.get("person", ""))) is not None:
        rows = rows.filter(by_id=person)
    if room := asked.get("room", ""):
        rows = rows.filter(action__startswith=f"{room}.")
    if text := asked.get("q", "").strip():
        rows = rows.filter(label__icontains=text)
    if since := _day(asked.get("since", "")):
        rows = rows.filter(at__gte=business.day_start(since))
    if until := _day(asked.get("until", "")):
        rows = rows.filter(at__lt=business.day_start(until + dt.timedelta(days=1)))
    if (before := _number(asked.get("before", ""))) is not None:
        rows = rows.filter(pk__lt=before)
    return rows


def _row(entry: AuditEntry) -> dict[str, Any]:
    """A line for the page; a detail of two values is a change from one to the other."""
    changes = [
        (name, *value) if isinstance(value, list) and len(value) == 2 else (name, None, value)
        for name, value in entry.detail.items()
    ]
    name, _sign, email = entry.actor.rstrip(">").partition(" <")
    return {"entry": entry, "says": sentence(entry.action), "changes": changes, "name": name, "email": email}


@needs("audit.view")
def log(request: HttpRequest) -> HttpResponse:
    found = list(_filtered(request.GET)[: PAGE + 1])
    shown = found[:PAGE]
    context = {
        "rows": [_row(entry) for entry in shown],
        "older": shown[-1].pk if len(found) > PAGE else None,
        "people": User.objects.only("pk", "name"),
        "rooms": ROOMS,
        "asked": request.GET,
    }
    return render(request, "core/settings/audit.html", context)
