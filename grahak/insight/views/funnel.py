"""The funnel of leads, and what word of mouth brings."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from grahak.core.access import needs
from grahak.core.models import User
from grahak.customers.models import LeadSource
from grahak.insight.funnel import counting, word_of_mouth

WIDTH, ROW = 640, 40
LABEL = 150  # left for the words before the bars


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 19 else None


@require_GET
@needs("insight.funnel")
def funnel(request: HttpRequest) -> HttpResponse:
    """?by=month, source or owner; ?months=3, 6, 12 or 24; ?source=… and ?owner=… narrow it."""
    user = cast(User, request.user)
    way = request.GET.get("by", "")
    way = way if way in counting.WAYS else "month"
    months = _number(request.GET.get("months", "")) or 12
    months = months if months in counting.MONTHS else 12
    source, owner = _number(request.GET.get("source", "")), _number(request.GET.get("owner", ""))
    found = counting.count(user, months=months, way=way, source=source, owner=owner)
    context: dict[str, Any] = {
        "found": found,
        "began": date_format(found.began, "F Y"),
        "until": date_format(found.until, "F Y"),
        "picture": picture(found.whole),
        "way": way,
        "months": months,
        "source": source,
        "owner": owner,
        "sources": list(LeadSource.objects.all()),
        "people": list(User.objects.filter(is_active=True).only("name")),
        "choices": counting.MONTHS,
        "words": list(counting.WORDS.values()),
        "height": ROW * len(counting.STEPS) + 4,
        "width": WIDTH,
    }
    return render(request, "insight/funnel.html", context)


def picture(whole: counting.Cohort) -> list[dict[str, Any]]:
    """The steps as bars from zero, in the units of a box of WIDTH; they run with the writing."""
    rtl, most = get_language() == "ur", whole.counts["captured"] or 1
    room = WIDTH - LABEL - 120
    bars = []
    for place, one in enumerate(whole.line):
        long = max(1.0, room * one["many"] / most) if one["many"] else 0
        start = WIDTH - LABEL - long if rtl else LABEL
        end = start - 8 if rtl else start + long + 8
        bars.append(
            one
            | {
                "label": counting.WORDS[one["step"]], "y": place * ROW + 6, "x": f"{start:.1f}",
                "width": f"{long:.1f}", "end": f"{end:.1f}", "text_y": place * ROW + 25,
                "label_x": WIDTH - 4 if rtl else 4,
            }
        )  # fmt: skip
    return bars


@require_GET
@needs("insight.funnel")
def referrals(request: HttpRequest) -> HttpResponse:
    """Who sent whom, in money."""
    user = cast(User, request.user)
    rows = word_of_mouth.top(user)
    context = {
        "rows": rows,
        "total": word_of_mouth.total(user),
        "direct": sum((row.direct for row in rows), start=0),
        "most": word_of_mouth.SHOWN,
    }
    return render(request, "insight/referrals.html", context)
