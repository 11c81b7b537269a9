"""The doors to a campaign's row that its screens share."""

from __future__ import annotations

from django.http import Http404

from grahak.customers.views.parts import LARGEST
from grahak.marketing.models import Campaign


def campaign_or_404(pk: int) -> Campaign:
    """The campaign with this number, at any stage."""
    rows = Campaign.objects.select_related("dispatch", "by", "letter", "asked_by", "approved_by")
    found = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


def draft_or_404(pk: int) -> Campaign:
    """One that was not sent yet: what it says and whom it is for can be changed."""
    found = campaign_or_404(pk)
    if found.dispatch_id is not None:
        raise Http404
    return found


def sent_or_404(pk: int) -> Campaign:
    """One that was sent: it has a dispatch and an audience."""
    found = campaign_or_404(pk)
    if found.dispatch is None:
        raise Http404
    return found
