"""How many a campaign would reach this moment, what keeps it from the others, and what holding out can show."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.channels.why import REASONS
from grahak.core.access import needs
from grahak.core.models import User
from grahak.customers.views.parts import wants
from grahak.marketing import audience, effect
from grahak.marketing.crossing import crossings
from grahak.marketing.models import Campaign
from grahak.marketing.views.doors import campaign_or_404


def reach_of(found: Campaign, by: User) -> dict[str, Any]:
    """What `_reach.html` draws: the counts of this moment, by the statements that will freeze the audience."""
    reach = audience.reach(found, by)
    reasons = sorted(reach.reasons.items(), key=lambda one: -one[1])
    smallest = None
    if found.holdout_percent and reach.writable:
        people = audience.customers_of(found, by)
        smallest = effect.smallest(reach.writable, found.holdout_percent, found.attribution_days, people)
    return {
        "campaign": found,
        "reach": reach,
        "reasons": [(REASONS.get(reason, reason), n) for reason, n in reasons],
        "unwritable": sum(n for _reason, n in reasons),
        "smallest": smallest,
        "overlaps": crossings(found, by) if reach.reachable else [],
    }


@require_GET
@needs("campaigns.view")
def reach(request: HttpRequest, pk: int) -> HttpResponse:
    """Counted when the page asks for it; a page of its own without a script."""
    found = campaign_or_404(pk)
    user: Any = request.user
    name = "marketing/_reach.html" if wants(request, "reach") else "marketing/reach.html"
    return render(request, name, reach_of(found, user))
