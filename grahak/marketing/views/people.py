"""The people behind a campaign's numbers, those whom the lot held out, the file of all."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from grahak.channels import ledger
from grahak.channels.models import MessageState
from grahak.channels.why import REASONS
from grahak.core import audit
from grahak.core.access import needs
from grahak.core.keyset import page_of
from grahak.customers.views.parts import wants
from grahak.marketing.models import Campaign, HeldOut
from grahak.marketing.people import MARKS, Asked, lines, shows_addresses
from grahak.marketing.views.doors import sent_or_404

STATES = (
    *(MessageState.SENT, MessageState.FAILED, MessageState.SKIPPED, MessageState.UNKNOWN),
    *(MessageState.WAITING, MessageState.CLAIMED, MessageState.ATTEMPTED),
)


@require_GET
@needs("campaigns.view")
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Each of the audience with state and reason; ?state=, ?reason=, ?variant=, ?mark=, ?q=."""
    found = sent_or_404(pk)
    asked = Asked.read(request.GET.dict())
    user: Any = request.user
    rows = asked.rows(found, user).select_related("customer", "contact")
    page = page_of(rows, ("id",), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    open_ = shows_addresses(found, user)
    for row in page.rows:
        row.address = row.address if open_ else ""
        row.why = REASONS.get(row.reason, row.reason)  # type: ignore[attr-defined]
    context = {
        **_head(found),
        "asked": asked,
        "page": page,
        "marks": [(name, words) for name, (_column, words) in MARKS.items()],
    }
    name = "marketing/_people.html" if wants(request, "people") else "marketing/people.html"
    return render(request, name, context)


def _head(found: Campaign) -> dict[str, Any]:
    """The states of the audience with their numbers and reasons, and how many were held out."""
    assert found.dispatch is not None
    counted = ledger.tally(found.dispatch)
    return {
        "campaign": found,
        "dispatch": found.dispatch,
        "tally": counted,
        "states": [
            {"code": state.value, "label": state.label, "count": counted[state], "why": _why(counted, state)}
            for state in STATES
            if counted[state]
        ],
        "held": HeldOut.objects.filter(campaign=found).count(),
        "variants": list(found.variants.values_list("code", "name")),
    }


def _why(counted: ledger.Tally, state: str) -> list[tuple[str, Any, int]]:
    return [(reason, REASONS.get(reason, reason), n) for reason, n in counted.why(state)]


@require_GET
@needs("campaigns.view")
def held_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Those whom the lot kept from getting it."""
    found = sent_or_404(pk)
    rows = HeldOut.objects.filter(campaign=found).select_related("customer")
    page = page_of(rows, ("id",), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    return render(request, "marketing/held_out.html", {**_head(found), "page": page})


@require_POST
@needs("campaigns.export")
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole audience and those held out as a file, streamed; who took it is in the audit log."""
    found = sent_or_404(pk)
    user: Any = request.user
    audit.record("marketing.campaign.exported", found, by=user)
    response = StreamingHttpResponse(lines(found, user), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="campaign-{found.pk}.csv"'
    response["Cache-Control"] = "no-store"
    return response
