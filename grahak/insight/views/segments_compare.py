"""Two segments beside each other: who is only in the one, in both, only in the other."""

from __future__ import annotations

import math
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.core.access import needs
from grahak.customers.views.parts import LARGEST
from grahak.insight.models import Membership, Segment
from grahak.insight.views.segments_parts import head, segment_or_404


@require_GET
@needs("segments.view")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """?with= the other one's number; each part with the list behind it."""
    found = segment_or_404(pk)
    asked = request.GET.get("with", "")
    other = None
    if asked.isascii() and asked.isdecimal() and int(asked) <= LARGEST and int(asked) != pk:
        other = Segment.objects.filter(pk=int(asked)).first()
    context: dict[str, Any] = head(request, found) | {
        "other": other,
        "others": Segment.objects.active().exclude(pk=pk)[:500],
    }
    if other is not None:
        context |= overlap(found, other)
    return render(request, "insight/segments/compare.html", context)


def overlap(one: Segment, two: Segment) -> dict[str, Any]:
    """How many are only in ONE, in both, only in TWO, by their members; with two circles for a picture."""
    both = Membership.objects.filter(segment=one, customer__memberships__segment=two).count()
    first = Membership.objects.filter(segment=one).count()
    second = Membership.objects.filter(segment=two).count()
    return {
        "only_one": first - both,
        "both": both,
        "only_two": second - both,
        "share_one": round(100 * both / first) if first else 0,
        "share_two": round(100 * both / second) if second else 0,
        "circles": circles(first, second, both),
    }


def circles(one: int, two: int, both: int) -> dict[str, str] | None:
    """Two circles in a box of 300 by 120 whose areas are the sizes, as far apart as makes their overlap right to
    a hundredth; None where one is empty."""
    if not one or not two:
        return None
    most = 54.0
    scale = most / math.sqrt(max(one, two))
    r1, r2 = max(4.0, scale * math.sqrt(one)), max(4.0, scale * math.sqrt(two))
    wanted = math.pi * scale * scale * both
    low, high = abs(r1 - r2), r1 + r2
    if both <= 0:
        low = high = r1 + r2 + 4
    for _step in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if lens(r1, r2, middle) > wanted else (low, middle)
    apart = (low + high) / 2
    width = r1 + apart + r2 if apart + r2 > r1 else 2 * r1
    left = (300 - width) / 2 + r1
    return {"x1": f"{left:.1f}", "r1": f"{r1:.1f}", "x2": f"{left + apart:.1f}", "r2": f"{r2:.1f}"}


def lens(r1: float, r2: float, apart: float) -> float:
    """The area that two circles share."""
    if apart >= r1 + r2:
        return 0.0
    if apart <= abs(r1 - r2):
        return math.pi * min(r1, r2) ** 2
    a1 = math.acos((apart**2 + r1**2 - r2**2) / (2 * apart * r1))
    a2 = math.acos((apart**2 + r2**2 - r1**2) / (2 * apart * r2))
    kite = math.sqrt((r1 + r2 - apart) * (apart + r1 - r2) * (apart - r1 + r2) * (apart + r1 + r2))
    return r1**2 * a1 + r2**2 * a2 - kite / 2
