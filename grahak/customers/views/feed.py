"""The secret address of a person's calendar, and what a calendar programme reads there."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from grahak.core.access import needs, open_to_all
from grahak.core.links import absolute
from grahak.core.toasts import say
from grahak.customers.models import CalendarFeed
from grahak.customers.work.feed import close_feed, open_feed, person_of, written


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def address(request: HttpRequest) -> HttpResponse:
    """Make, show once, renew and withdraw one's own address."""
    user: Any = request.user
    secret = ""
    if request.method == "POST":
        if request.POST.get("withdraw"):
            close_feed(user)
            say(request, _("The address is withdrawn: calendars that used it get nothing any more."))
            return redirect("customers:calendar_address")
        secret = absolute(reverse("customers:calendar_feed", args=[open_feed(user)]))
    feed_ = CalendarFeed.objects.filter(person=user, revoked_at=None).first()
    context = {"feed": feed_, "secret": secret, "webcal": secret.replace("https://", "webcal://", 1)}
    answer = render(request, "customers/work/address.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_GET
@open_to_all
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for whoever knows the address. Unknown and withdrawn ones are 404 alike."""
    person = person_of(token[:200])
    if person is None:
        raise Http404
    body = written(person)
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == mark:
        answer: HttpResponse = HttpResponseNotModified()
    else:
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        answer.headers["Content-Disposition"] = 'inline; filename="grahak.ics"'
    answer.headers["ETag"] = mark
    answer.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
