"""The calendar: a month, a week or a day of tasks, meetings and holidays."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from grahak.core import business
from grahak.core.access import needs
from grahak.customers.views.today import whose
from grahak.customers.work.calendar import VIEWS, day_asked, page

LABELS = {"month": _("Month"), "week": _("Week"), "day": _("Day")}


@require_GET
@needs("customers.view")
def calendar(request: HttpRequest) -> HttpResponse:
    """?view=month, week or day; ?on=2026-11-23; ?of=team."""
    of, leading = whose(request)
    user: Any = request.user
    view = request.GET.get("view", "month")
    shown = page(user, view if view in VIEWS else "month", day_asked(request.GET.get("on", "")[:10]), of)
    context = {
        "page": shown,
        "views": [(code, LABELS[code]) for code in VIEWS],
        "of": of,
        "leading": leading,
        "today": business.today(),
    }
    return render(request, "customers/work/calendar.html", context)
