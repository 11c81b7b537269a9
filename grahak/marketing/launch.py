"""A campaign's launch: its segments counted anew, its audience worked out and frozen in the ledger."""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from grahak.channels import ledger
from grahak.channels.models import Dispatch
from grahak.core import audit
from grahak.insight.models import Segment
from grahak.insight.segments.refresh import refresh
from grahak.insight.segments.tree import TreeError, parse
from grahak.marketing.audience.launching import uncounted, write
from grahak.marketing.audience.plan import planned
from grahak.marketing.models import Campaign
from grahak.marketing.segments import named_in

logger = logging.getLogger("grahak.marketing")


def freeze(dispatch: Dispatch) -> None:
    """Write the audience of a campaign's dispatch into the ledger, as far as who sent it may see customers. Safe to do
    again. A segment that nobody can count calls the launch off: the campaign is late then, and asks."""
    campaign = Campaign.objects.select_related("letter").get(dispatch=dispatch)
    freshen(campaign)
    if unknown := uncounted(campaign):
        call_off(campaign, [segment.name for segment in unknown])
        raise ledger.CalledOff
    with planned(campaign, dispatch.by, is_frozen=True) as plan:
        write(plan, dispatch)


def freshen(campaign: Campaign) -> None:
    """Bring the memberships of the segments that it is for, or not for, up to date. One that can't be counted this
    moment keeps what it had."""
    wanted: set[int] = set()
    for part in campaign.parts.all():
        wanted |= {part.segment_id} if part.segment_id is not None else named_in(part.query)
    ruled: set[int] = set()
    while wanted - ruled:  # and the segments that their rules lead to
        found = Segment.objects.ruled().filter(pk__in=wanted - ruled)
        trees = list(found.values_list("pk", "tree"))
        wanted = {pk for _pk, tree in trees for pk in _leads_to(tree)}
        if not {pk for pk, _tree in trees} - ruled:
            break
        ruled |= {pk for pk, _tree in trees}
    if ruled:
        refresh(ruled)


def _leads_to(tree: Any) -> frozenset[int]:
    try:
        return parse(tree).segments()
    except TreeError:
        return frozenset()


def call_off(campaign: Campaign, segments: list[str]) -> None:
    """Take the launch back: nothing was sent, and nothing will be before somebody has looked."""
    dispatch = campaign.dispatch
    Campaign.objects.filter(pk=campaign.pk).update(dispatch=None, stale_since=timezone.now())
    if dispatch is not None:
        dispatch.delete()
    audit.record("marketing.campaign.held", campaign, by=None, segments=segments)
    logger.warning("launch called off: segments not counted", extra={"campaign": campaign.pk})
