"""A campaign set on its way."""

from __future__ import annotations

from django.db import transaction

from grahak.channels import ledger
from grahak.channels.models import Dispatch
from grahak.core import audit, links
from grahak.core.models import User
from grahak.marketing import rendering
from grahak.marketing.actions.readiness import NotReady, problems
from grahak.marketing.models import Campaign


@transaction.atomic
def send(campaign: Campaign, *, by: User) -> Dispatch:
    """Send it: from now on nothing of it changes. The audience is counted and frozen by a worker. Raises
    NotReady with what is to be mended; sending twice gives the same dispatch."""
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if campaign.dispatch is not None:
        return campaign.dispatch
    if found := [one for one in problems(campaign) if one.level == "stop"]:
        raise NotReady(found)
    dispatch = Dispatch.objects.create(
        renderer=rendering.NAME,
        subject_id=campaign.pk,
        title=campaign.name,
        channel=campaign.channel,
        purpose=campaign.purpose,
        base_url=links.origin(),
        by=by,
    )
    campaign.dispatch = dispatch
    campaign.save()
    rendering.write_links(dispatch, campaign)
    ledger.order(dispatch, by=by)
    audit.record("marketing.campaign.sent", campaign, by=by, dispatch=dispatch.pk)
    return dispatch


send_now = send
