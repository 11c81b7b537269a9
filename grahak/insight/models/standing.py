"""Where customers stand: how RFM classes grew and who moved between them, and each customer's stage of life."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from grahak.core.fields import MoneyField
from grahak.core.models import Branch
from grahak.customers.models import Customer


class RfmMove(models.Model):
    """A customer's class was another at the end of DAY than at its beginning. BEFORE "" for one who had none
    yet, AFTER "" for one who has none any more."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="rfm_moves", db_index=False)
    day = models.DateField()
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["customer", "day"], name="rfm_moves_once_a_day"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["day", "customer"], name="rfm_moves_by_day"),
        ]


class RfmSize(models.Model):
    """How many customers of a branch a class held on a day, and their net revenue ever."""

    day = models.DateField()
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, related_name="+")
    rfm_class = models.CharField(max_length=12)
    customers = models.PositiveIntegerField()
    net = MoneyField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["day"], name="rfm_sizes_by_day")]


class CustomerStage(models.Model):
    """Where a customer is in their life with the shop, by the rules of insight.lifecycle. SINCE is the day on
    which they came into the stage; GAP the days between order days that they are measured by, OWN whether it is
    their own or the shop's; DUE_ON the day of the next order by it; RISK the chance in per cent that they order
    nothing in the next ninety days; PACE their net revenue of the year up to their last order, for ninety days."""

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="stage")
    stage = models.CharField(max_length=8)
    since = models.DateField()
    gap = models.PositiveIntegerField()
    own = models.BooleanField(default=False)
    due_on = models.DateField()
    risk = models.PositiveSmallIntegerField()
    pace = MoneyField(default=0)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stage", "customer"], name="stage_by_stage"),
            models.Index(fields=["-risk", "-customer"], name="stage_by_risk"),
        ]
