"""Pairs of customers who may be the same, and merges with everything that is needed to take them back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.models import User
from grahak.customers.models.customer import Customer


class PairState(models.TextChoices):
    OPEN = "open", pgettext_lazy("pair of customers", "To be looked at")
    DIFFERENT = "different", _("Not the same")
    MERGED = "merged", pgettext_lazy("pair of customers", "Merged")


class DuplicatePair(models.Model):
    """Two customers who may be the same; LOW has the lower number. SCORE is in thousandths, REASONS a sum of the
    numbers in customers.duplicates.reasons. What somebody DECIDED is kept for good: a pair that is not the same is
    not asked about again."""

    low = models.ForeignKey(Customer, models.CASCADE, related_name="pairs_as_low", db_index=False)
    high = models.ForeignKey(Customer, models.CASCADE, related_name="pairs_as_high")
    score = models.PositiveSmallIntegerField()
    reasons = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, choices=PairState, default=PairState.OPEN)
    found_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["low", "high"], name="pair_once"),
            models.CheckConstraint(condition=models.Q(low__lt=models.F("high")), name="pair_in_order"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-score", "-id"], name="pairs_open", condition=models.Q(state="open")),
            models.Index(fields=["-decided_at", "-id"], name="pairs_decided"),
        ]


class Merge(models.Model):
    """GONE became part of KEPT. FOLDED are the contacts of GONE that became one with a contact of KEPT, as [gone,
    kept] pairs; PUT_AWAY_AT is when GONE had been put away before, COUNTS what went along by table. A merge that was
    UNDONE stays as a line of history, NOT_BACK says what could not be put back."""

    kept = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Customer, models.CASCADE, related_name="merges_away")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    folded = models.JSONField(default=list)
    put_away_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    not_back = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["gone"], condition=models.Q(undone_at=None), name="merged_once_at_a_time"
            ),
            models.CheckConstraint(condition=~models.Q(kept=models.F("gone")), name="merged_into_another"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-at", "-id"], name="merges_by_time")]


class MergeMove(models.Model):
    """Rows of TABLE ("app.Model") whose FIELD was changed from the row BEFORE to the row AFTER by a merge."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="moves")
    table = models.CharField(max_length=60)
    field = models.CharField(max_length=60)
    before = models.BigIntegerField()
    after = models.BigIntegerField()
    rows = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["merge", "table", "field", "before", "after"], name="move_once"),
        ]


class ChangeKind(models.TextChoices):
    CHANGED = "changed"
    ASIDE = "aside"
    MADE = "made"


class MergeChange(models.Model):
    """A row whose values a merge CHANGED, that it set ASIDE because the kept one had the same (BEFORE holds it whole),
    or that it MADE (AFTER holds it)."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=7, choices=ChangeKind)
    table = models.CharField(max_length=60)
    row = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["merge", "table", "row"], name="merge_change_once"),
        ]
