"""My day: everything that is to be done today, in the order of the day, done with one tap."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from grahak.core.access import needs
from grahak.customers.forms import TaskForm
from grahak.customers.work.days import day_of
from grahak.customers.work.seen import leads


def whose(request: HttpRequest) -> tuple[str, bool]:
    """("mine" or "team", whether there is a team to look at)."""
    leading = leads(request.user)
    return ("team" if leading and request.GET.get("of") == "team" else "mine"), leading


@require_GET
@needs("customers.view")
def today(request: HttpRequest) -> HttpResponse:
    """The day of this person, or with ?of=team of those they lead."""
    of, leading = whose(request)
    user: Any = request.user
    context = {
        "day": day_of(user, of),
        "of": of,
        "leading": leading,
        "now": timezone.now(),
        "form": TaskForm(initial={"due_on": None}),
    }
    return render(request, "customers/work/today.html", context)
