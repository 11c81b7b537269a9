"""A campaign by SMS: the text of each person's language, the DLT template that it is registered as, and what its
segments cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grahak.channels.models import Dispatch
from grahak.channels.renderers import Claimed, Rendered, Short
from grahak.channels.sms import accounts, uses
from grahak.marketing.models import Campaign
from grahak.marketing.words import short


def render(dispatch: Dispatch, messages: Sequence[Claimed]) -> list[Rendered]:
    """The texts for one claimed batch."""
    campaign = Campaign.objects.get(dispatch=dispatch)
    use = uses.use_of(campaign.pk)
    account = accounts.row()
    price = account.price if account else None
    found: list[Rendered] = []
    for one in short.render(dispatch, campaign, messages):
        if not isinstance(one, Short):
            found.append(one)
            continue
        dlt = use.dlt.get(one.language, "")
        found.append(replace(one, template=dlt, cost=uses.cost(one.text, price)))
    return found
