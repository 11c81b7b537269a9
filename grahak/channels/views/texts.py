"""The demo's fake phone: what the fakes of WhatsApp and SMS took, and sent to nobody."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grahak.channels.models import BoxedText
from grahak.channels.views.mailbox import is_there
from grahak.core.access import needs

PAGE = 50


@needs("channels.mailbox.view")
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    if not is_there():
        raise Http404
    rows = BoxedText.objects.defer("content").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: PAGE + 1])
    more = page[PAGE - 1].pk if len(page) > PAGE else None
    return render(request, "channels/texts.html", {"rows": page[:PAGE], "more": more})
