"""Files of a customer: sent up, looked at, downloaded, removed. They are served to whoever may see the customer, as a
download without any right to run, never from an address of the web server's own."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from grahak.core import audit
from grahak.core.access import needs, scope_of
from grahak.core.toasts import say
from grahak.customers import field_rights as rights
from grahak.customers.attachments import keeping
from grahak.customers.attachments.kinds import ACCEPT, NotTaken
from grahak.customers.extras import has
from grahak.customers.models import Attachment, Customer
from grahak.customers.views.parts import LARGEST, customer_for

AT_ONCE = 10
ON_PAGE = 6  # files that the customer's page shows; the rest on a page of their own
FIELD = "attachments"
_HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def panel(customer: Customer, request: HttpRequest) -> dict[str, Any] | None:
    """The newest files, and the box to send one more; nothing for who may neither see nor add any."""
    here = Attachment.objects.filter(customer=customer, removed_at=None)
    rows = list(here[: ON_PAGE + 1]) if has(customer, "files") else []
    may = _may_add(request)
    if not rows and not may:
        return None
    return {"files": rows[:ON_PAGE], "more": len(rows) > ON_PAGE, "may_write": may, "accept": ACCEPT}


def _may_add(request: HttpRequest) -> bool:
    locked = FIELD in rights.locked(request.user, rights.SUBJECT)
    return scope_of(request.user, "customers.edit") is not None and not locked


def _seen(request: HttpRequest, pk: int, action: str = "customers.view") -> Customer:
    """The customer whose files this person may see (or, for customers.edit, change); else 404."""
    closed = rights.hidden if action == "customers.view" else rights.locked
    if FIELD in closed(request.user, rights.SUBJECT):
        raise Http404
    return customer_for(request, pk, action)


def _file(customer: Customer, number: int, *, removed: bool = False) -> Attachment:
    rows = Attachment.objects.filter(customer=customer, removed_at__isnull=not removed).select_related(
        "customer", "by"
    )
    found = rows.filter(pk=number).first() if number <= LARGEST else None
    if found is None:
        raise Http404
    return found


@require_GET
@needs("customers.view")
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """All files of a customer, the newest first."""
    customer = _seen(request, pk)
    rows = Attachment.objects.filter(customer=customer, removed_at=None).select_related("by")
    context = {"customer": customer, "files": rows, "may_write": _may_add(request), "accept": ACCEPT}
    return render(request, "customers/files.html", context)


@require_POST
@needs("customers.edit")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was sent; each file that is not taken says why."""
    customer = _seen(request, pk, "customers.edit")
    sent = request.FILES.getlist("file")
    if not sent:
        say(request, _("Choose a file first."), tone="wrong")
    taken = 0
    for file in sent[:AT_ONCE]:
        try:
            keeping.take(customer, file, by=request.user)  # type: ignore[arg-type]
            taken += 1
        except NotTaken as error:
            name = keeping.shown_name(str(file.name or ""))
            say(request, _("“%(name)s”: %(why)s") % {"name": name, "why": error}, tone="wrong")
    if len(sent) > AT_ONCE:
        say(request, _("At most 10 files at once: the others were left out."), tone="wrong")
    if taken:
        say(request, ngettext("%(n)s file is kept.", "%(n)s files are kept.", taken) % {"n": taken})
    return redirect(customer)


@require_GET
@needs("customers.view")
def file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """One file: a picture to look at, who brought it and when, a way to download or remove it."""
    customer = _seen(request, pk)
    context = {"customer": customer, "file": _file(customer, file), "may_write": _may_add(request)}
    return render(request, "customers/file.html", context)


@require_safe
@needs("customers.view")
def content(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """What the file holds, as a download; the log says who took it along."""
    customer = _seen(request, pk)
    row = _file(customer, file)
    if "look" not in request.GET or not row.is_picture:
        audit.record("customers.file.downloaded", customer, by=request.user, file=row.pk, name=row.name)  # type: ignore[arg-type]
    return _served(row.file, row, attached=True)


@require_safe
@needs("customers.view")
def thumb(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """A small picture of a picture."""
    row = _file(_seen(request, pk), file)
    if not row.thumb:
        raise Http404
    return _served(row.thumb, row, attached=False)


def _served(held: Any, row: Attachment, *, attached: bool) -> FileResponse:
    if not held.storage.exists(held.name):
        raise Http404
    return FileResponse(
        held.open("rb"), content_type=row.kind, as_attachment=attached, filename=row.name, headers=_HEADERS
    )


@require_POST
@needs("customers.edit")
def remove(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """Take it away; the toast brings it back."""
    customer = _seen(request, pk, "customers.edit")
    row = _file(customer, file)
    keeping.remove(row, by=request.user)  # type: ignore[arg-type]
    undo = reverse("customers:bring_file_back", args=[pk, file])
    say(request, _("“%(name)s” is removed.") % {"name": row.name}, undo=undo)
    return redirect(customer)


@require_POST
@needs("customers.edit")
def bring_back(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    customer = _seen(request, pk, "customers.edit")
    row = _file(customer, file, removed=True)
    keeping.bring_back(row, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(name)s” is back.") % {"name": row.name})
    return redirect(customer)
