"""The library of pictures that we host, and the door through which mails and forms fetch them."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grahak.core.access import needs, open_to_all
from grahak.core.keyset import page_of
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.views.parts import LARGEST
from grahak.marketing.letters import pictures
from grahak.marketing.models import Picture

SHOWN = 24


@require_http_methods(["GET", "POST"])
@needs("campaigns.edit")
def library(request: HttpRequest) -> HttpResponse:
    """All pictures, the newest first; ?q= searches. POST brings new ones in."""
    problem = ""
    if request.method == "POST":
        problem = _take(request)
        if not problem:
            return redirect("letters:pictures")
    text = request.GET.get("q", "").strip()[:100]
    rows = Picture.objects.all()
    for word in text.split()[:6]:
        rows = rows.filter(name__icontains=word)
    page = page_of(
        rows, ("-id",), after=request.GET.get("after", ""), before=request.GET.get("before", ""), size=SHOWN
    )
    for one in page.rows:
        one.kilobytes = (one.size + 1023) // 1024  # type: ignore[attr-defined]
    context = {"page": page, "q": text, "problem": problem}
    return render(request, "marketing/letters/pictures.html", context, status=422 if problem else 200)


def _take(request: HttpRequest) -> str:
    """Bring in what was sent; gives why it could not be, or nothing."""
    files = request.FILES.getlist("file")[:20]
    if not files:
        return _("Choose a file first.")
    for file in files:
        try:
            pictures.take(file, by=cast(User, request.user))
        except pictures.NoPicture as error:
            return f"{file.name}: {error}"
    count = len(files)
    say(request, ngettext("%(n)s picture is here.", "%(n)s pictures are here.", count) % {"n": count})
    return ""


@require_POST
@needs("campaigns.edit")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a picture away. One that a letter or the brand shows stays, and it is said where."""
    found = Picture.objects.filter(pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    try:
        pictures.remove(found, by=cast(User, request.user))
    except pictures.InUse as error:
        say(request, str(error), tone="wait")
    return redirect("letters:pictures")


@open_to_all
@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """A picture by its token, for anybody who got a mail with it. It never changes, so it is kept for a year; it is
    served as the picture that it is, never as a document."""
    found = Picture.objects.filter(token=token).first()
    if found is None or not found.file.storage.exists(found.file.name or ""):
        raise Http404
    return FileResponse(
        found.file.open("rb"),
        content_type=found.kind,
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
