"""The bell: what this person is reminded of now; put off or put away."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from grahak.core import business
from grahak.core.access import needs
from grahak.customers import actions
from grahak.customers.actions.reminders import MORNING
from grahak.customers.models import Reminder
from grahak.customers.views.parts import LARGEST, wants

MOST = 50


@require_GET
@needs("customers.view")
def reminders(request: HttpRequest) -> HttpResponse:
    """The page; to the bell in the top line its number alone."""
    user: Any = request.user
    rows = Reminder.objects.filter(person=user, put_away_at=None, at__lte=timezone.now())
    if wants(request, "bell"):
        return render(request, "customers/work/_bell.html", {"count": rows.count()})
    found = rows.select_related("task__customer", "meeting__customer").order_by("-at", "-pk")[:MOST]
    return render(request, "customers/work/reminders.html", {"reminders": list(found)})


def _mine(request: HttpRequest, pk: int) -> Reminder:
    user: Any = request.user
    found = Reminder.objects.filter(person=user, pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


@require_POST
@needs("customers.view")
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Until in ten minutes, in an hour, tomorrow morning or next week."""
    found, now = _mine(request, pk), timezone.now()
    days = {"tomorrow": 1, "week": 7}.get(request.POST.get("until", ""))
    minutes = {"10": 10, "60": 60}.get(request.POST.get("until", ""), 10)
    until = now + dt.timedelta(minutes=minutes)
    if days is not None:
        until = dt.datetime.combine(business.today() + dt.timedelta(days=days), MORNING, business.zone())
    actions.snooze(found, until)
    return redirect("customers:reminders")


@require_POST
@needs("customers.view")
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    actions.put_reminder_away(_mine(request, pk))
    return redirect("customers:reminders")
