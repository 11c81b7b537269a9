"""Live: events, orders and rejected messages as they arrive. A page that reloads without a script, and a stream
of what is new for the page with one."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from grahak.connect.web import happenings, streams
from grahak.connect.web.drawn import drawn_rates, lines_of
from grahak.connect.web.happenings import Eyes, Place
from grahak.connect.web.streams import Asked
from grahak.connect.web.watch import seed, watch
from grahak.core.access import needs
from grahak.core.models import User
from grahak.customers.models import Source

SHOWN = 60  # rows of a fresh page
WORDS = (
    ("page", gettext_lazy("Pages")),
    ("action", gettext_lazy("Actions")),
    ("who", gettext_lazy("Who it is")),
    ("order", gettext_lazy("Orders")),
    ("rejected", gettext_lazy("Rejected")),
)


@needs("events.view")
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """The newest rows and the picture of the last half hour."""
    asked = _asked(request)
    user = cast(User, request.user)
    place = happenings.newest_place()
    rows = happenings.latest(place, kinds=asked.kinds, source=asked.source)
    rates, since = (watch.rates, watch.known_since) if watch.begun else seed(place)
    eyes = Eyes(user)
    context = {
        "eyes": eyes,
        "lines": lines_of([row for row in reversed(rows) if eyes.sees(row)][:SHOWN], eyes),
        "rates": drawn_rates(dict(rates), since, asked.source),
        "place": str(place),
        "asked": asked,
        "now": timezone.now(),
        "sources": Source.objects.only("name"),
        "kinds": [(code, label, code in asked.kinds) for code, label in WORDS],
        "paused": "pause" in request.GET,
    }
    response = render(request, "connect/live.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@needs("events.view")
@require_GET
def stream(request: HttpRequest) -> HttpResponseBase:
    """Server-sent events: "rows", "rates", and "closed" when the person may watch no more. Begins after the place
    in Last-Event-ID or ?after=."""
    user = cast(User, request.user)
    ticket = streams.take_ticket(user.pk, request.session.session_key or "")
    if ticket is None:
        words = _("Too many screens watch at once. Close one, then load this page again.")
        return HttpResponse(
            words, status=429, content_type="text/plain; charset=utf-8", headers={"Retry-After": "30"}
        )
    begin = Place.read(request.headers.get("Last-Event-ID", "")) or Place.read(request.GET.get("after", ""))
    looks = streams.Looks(request.LANGUAGE_CODE, str(timezone.get_current_timezone_name()))
    response = StreamingHttpResponse(
        streams.flow(ticket, _asked(request), looks, begin), content_type="text/event-stream; charset=utf-8"
    )
    response._resource_closers.append(ticket.give_back)  # type: ignore[attr-defined]
    response.headers["Cache-Control"] = "no-store, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _asked(request: HttpRequest) -> Asked:
    """The filter in the address; what makes no sense is left out."""
    source: Any = request.GET.get("source", "")
    number = int(source) if source.isascii() and source.isdigit() and len(source) < 10 else None
    kinds = tuple(kind for kind in happenings.KINDS if kind in request.GET.getlist("kind"))
    return Asked(kinds or happenings.KINDS, number)
