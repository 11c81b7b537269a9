"""Why somebody got a campaign, or did not: for any customer of any campaign, and for one message."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.channels.models import Message
from grahak.core.access import needs, scope_of
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.customers.search.find import LONGEST, find
from grahak.customers.views.parts import LARGEST, wants
from grahak.customers.views.search import customers_found
from grahak.marketing import why as stories
from grahak.marketing.models import Campaign
from grahak.marketing.views.doors import campaign_or_404

FOUND = 12


@require_GET
@needs("campaigns.view")
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """?q= finds customers, ?customer= is the one asked about."""
    found, user = campaign_or_404(pk), request.user
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    hits = find(user, text, FOUND) if text else []  # type: ignore[arg-type]
    context: dict[str, Any] = {
        "campaign": found,
        "dispatch": found.dispatch,
        "text": text,
        "found": customers_found(hits, request.user),
    }
    if wants(request, "found"):
        return render(request, "marketing/_asked.html", context)
    customer = named_by(Customer.objects.visible_to(user), request.GET.get("customer", ""))  # type: ignore[arg-type]
    if customer is not None:
        story = stories.why(found, customer, by=user)  # type: ignore[arg-type]
        context |= {"customer": customer, "story": story}
    return render(request, "marketing/why.html", context)


@require_GET
@needs("customers.view")
def message_why(request: HttpRequest, pk: int) -> HttpResponse:
    """The story of one message, to whoever may see its customer."""
    user: Any = request.user
    row = (
        Message.objects.select_related("dispatch", "contact", "customer").filter(pk=pk).first()
        if pk <= LARGEST
        else None
    )
    if (
        row is None
        or row.customer_id is None
        or not Customer.objects.visible_to(user).filter(pk=row.customer_id).exists()
    ):
        raise Http404
    may = scope_of(user, "campaigns.view") is not None
    context = {
        "row": row,
        "customer": row.customer,
        "story": stories.story_of(row, by=user),
        "campaign": Campaign.objects.filter(dispatch_id=row.dispatch_id).first() if may else None,
    }
    return render(request, "marketing/message_why.html", context)
