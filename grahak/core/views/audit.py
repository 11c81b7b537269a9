"""Who did what, when: the log with its filters, page by page along its own number; a file of it; an earlier value
brought back; how long it is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, Final, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from grahak.core import audit, audit_log, business
from grahak.core.access import needs
from grahak.core.audit_log import Asked
from grahak.core.csv_guard import guard
from grahak.core.models import AuditEntry, User
from grahak.core.refusals import Conflict
from grahak.core.rights import usual
from grahak.core.toasts import say

PAGE: Final = 50
ROOMS: Final = (
    ("core", gettext_lazy("The shop and its people")),
    ("customers", gettext_lazy("Customers")),
    ("catalogue", gettext_lazy("Items")),
    ("sales", gettext_lazy("Orders and payments")),
    ("marketing", gettext_lazy("Messages to many")),
    ("channels", gettext_lazy("Mail account and sending")),
    ("connect", gettext_lazy("Files brought in")),
    ("insight", gettext_lazy("Figures")),
)
HEADS: Final = ("at", "who", "what", "action", "kind", "number", "name", "detail", "address")


def _row(entry: AuditEntry, user: Any) -> dict[str, Any]:
    """A line for the page."""
    name, _sign, email = entry.actor.rstrip(">").partition(" <")
    subject = audit_log.subjects.get(entry.subject)
    return {
        "entry": entry,
        "says": audit.sentence(entry.action),
        "changes": audit_log.changes_of(entry, user),
        "name": name,
        "email": email,
        "url": subject.url(entry.subject_id) if subject and subject.url and entry.subject_id else "",
    }


def _field_words() -> list[tuple[str, Any]]:
    """The fields that a log is asked about most: those whose rights can be set."""
    found = {one.name: one.label for subject in usual.SUBJECTS for one in usual.fields_of(subject).values()}
    return [(name, label) for name, label in found.items() if not name.startswith("own-")]


@require_GET
@needs("audit.view")
def log(request: HttpRequest) -> HttpResponse:
    asked = Asked.read(request.GET)
    found = list(audit_log.entries(request.user, asked)[: PAGE + 1])
    shown = found[:PAGE]
    known = sorted((code for code in audit._SENTENCES if code.startswith(f"{asked.room}.")), key=str)
    context = {
        "rows": [_row(entry, request.user) for entry in shown],
        "older": shown[-1].pk if len(found) > PAGE else None,
        "people": User.objects.only("pk", "name"),
        "rooms": ROOMS,
        "actions": [(code, audit.sentence(code)) for code in known] if asked.room else [],
        "fields": _field_words(),
        "asked": request.GET,
        "about": shown[0].label if asked.subject_id is not None and shown else "",
        "query": urlencode(asked.parts),
        "keep_years": audit_log.keep_days() // 365,
        "years": audit_log.YEARS,
    }
    return render(request, "core/settings/audit.html", context)


@require_POST
@needs("audit.view")
def file(request: HttpRequest) -> HttpResponseBase:
    """The lines asked for as a file. Taking it is itself a line of the log."""
    asked = Asked.read(request.GET)
    user = cast(User, request.user)
    audit.record("core.audit.exported", by=user, label=_("Log"), asked=asked.parts)
    response = StreamingHttpResponse(_csv(user, asked), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="log-{business.today().isoformat()}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _csv(user: User, asked: Asked) -> Iterator[str]:
    yield "\ufeff" + ",".join(HEADS) + "\r\n"
    for line in audit_log.lines(user, asked):
        page = io.StringIO()
        csv.writer(page).writerow([guard(cell) for cell in line])
        yield page.getvalue()


@require_POST
@needs("audit.view")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring back what stood in a field before a line."""
    user = cast(User, request.user)
    entry = audit_log.readable(user).filter(pk=pk).first() if pk < 2**63 else None
    if entry is None:
        raise Http404
    name = request.POST.get("field", "")[:100]
    try:
        value = audit_log.restore_value(entry, name, by=user)
    except Conflict as refusal:
        say(request, str(refusal.sentence), tone="wrong")
    except ValidationError as error:
        words = _("“%(value)s” can’t stand there any more: %(why)s")
        before = _value_before(entry, name)
        say(request, words % {"value": before, "why": " ".join(error.messages)}, tone="wrong")
    else:
        say(request, _("“%(value)s” is back.") % {"value": value or "–"})
    back = urlencode({"subject": f"{entry.subject}:{entry.subject_id}"})
    return redirect(f"{reverse('core:audit')}?{back}")


def _value_before(entry: AuditEntry, name: str) -> str:
    changes = entry.detail.get("changes", entry.detail)
    pair = changes.get(name) if isinstance(changes, dict) else None
    return str(pair[0]) if isinstance(pair, list) and pair else ""


@require_POST
@needs("settings.edit")
def keep(request: HttpRequest) -> HttpResponse:
    """How many years the log is kept."""
    try:
        audit_log.set_keep_years(int(request.POST.get("years", "")), by=cast(User, request.user))
    except ValueError:
        raise Conflict(_("Choose how long the log is kept.")) from None
    say(request, _("Saved."))
    return redirect("core:audit")
