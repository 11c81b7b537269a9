"""What a campaign came to: the part of its page that tells, and the same as a file."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from grahak.core import audit, business
from grahak.core.access import needs
from grahak.marketing.models import Campaign
from grahak.marketing.report import MODELS, files, kept
from grahak.marketing.report.shown import shown
from grahak.marketing.views.doors import campaign_or_404
from grahak.sales.models import Order


def report_context(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """What `marketing/report/_report.html` asks for of a campaign that was sent; ?model= names the rule by which orders
    count. Where a large campaign is being counted for the first time, its template says so instead."""
    known = kept(campaign)
    if known is None:
        return {"report": "marketing/report/_counting.html"}
    asked = request.GET.get("model", "")
    code = asked if asked in MODELS else known.usual
    found = shown(campaign, known, code, business.today())
    ids = found["found"].order_ids
    orders = Order.objects.visible_to(request.user).filter(pk__in=ids).select_related("customer")  # type: ignore[arg-type]
    return found | {
        "report": "marketing/report/_report.html",
        "places_audience": True,
        "model": MODELS[code],
        "models": list(MODELS.values()),
        "orders": orders.order_by("-placed_at", "-pk") if ids else [],
    }


@require_POST
@needs("campaigns.export")
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The campaign's figures, by variant and by either rule, as a CSV file."""
    campaign = campaign_or_404(pk)
    known = kept(campaign)
    if known is None:
        raise Http404
    user: Any = request.user
    audit.record("marketing.report.exported", campaign, by=user)
    return files.answer(f"campaign-{pk}.csv", files.of_campaign(campaign, known))
