"""What campaigns came to, as it was counted last: pages read this and never scan a ledger of a million rows."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from grahak.marketing.models.campaigns import Campaign


class CampaignCount(models.Model):
    """The figures of a campaign (`marketing.report.kept` makes and reads them), as of COUNTED_AT. MARKER is the newest
    line of the change log at that moment: while it is still the newest, nothing can have changed. SECONDS is how long
    the counting took."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, primary_key=True, related_name="counted")
    figures = models.JSONField(default=dict)
    counted_at = models.DateTimeField(default=timezone.now)
    marker = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0)
