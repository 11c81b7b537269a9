"""Chances to sell that were found in the sales data, as lists to work through."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.access import scoped
from grahak.core.fields import MoneyField
from grahak.core.models import User
from grahak.customers.models import Customer


class OpportunityKind(models.TextChoices):
    LAPSING = "lapsing", _("About to lapse")
    STOPPED = "stopped", _("Stopped buying something")
    MISSING = "missing", _("Never bought what similar shops buy")
    GROWING = "growing", _("Growing")


class OpportunityState(models.TextChoices):
    OPEN = "open", _("Open")
    TAKEN = "taken", _("Taken")
    DONE = "done", _("Done")
    DISMISSED = "dismissed", _("Put aside")


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    def visible_to(self, user: User, action: str = "opportunities.view") -> OpportunityQuerySet:
        """Those of customers that ACTION reaches for this person."""
        return scoped(self, user, action, owner="customer__owner", branch="customer__branch").filter(
            customer__archived_at=None
        )

    def waiting(self) -> OpportunityQuerySet:
        """Those that somebody could still act on."""
        return self.filter(state__in=(OpportunityState.OPEN, OpportunityState.TAKEN))


class Opportunity(models.Model):
    """One chance: a KIND, a customer, and of which SUBJECT (a category for "stopped" and "missing" where
    SUBJECT_KIND is "category", an item where it is "item", 0 for the others). FACTS are the figures of the sentence
    that says why (insight.opportunities.kinds), WORTH what it may bring in ninety days. FOUND_ON is the day it was
    first found, SEEN_ON the last day on which it still held: a taken one that HOLDS no more stays until its taker
    closes it. Done and dismissed ones come back on BACK_ON if they hold then."""

    kind = models.CharField(max_length=8, choices=OpportunityKind)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="opportunities")
    subject_kind = models.CharField(max_length=8, blank=True)
    subject = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict)
    worth = MoneyField(default=0)
    found_on = models.DateField()
    seen_on = models.DateField()
    holds = models.BooleanField(default=True)
    state = models.CharField(max_length=9, choices=OpportunityState, default=OpportunityState.OPEN)
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="opportunities")
    reason = models.CharField(max_length=16, blank=True)
    note = models.CharField(max_length=300, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    back_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "opportunities"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["customer", "kind", "subject_kind", "subject"], name="opportunity_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-worth", "-id"], name="opportunities_by_worth"),
            models.Index(fields=["kind", "state", "-worth", "-id"], name="opportunities_of_a_kind"),
            models.Index(fields=["taken_by", "state"], name="opportunities_taken"),
        ]
