"""Sums kept beside the rows they are made from, recounted (never adjusted) whenever those change."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from grahak.core.fields import MoneyField
from grahak.core.models import Branch
from grahak.customers.models import Customer


class CustomerFigures(models.Model):
    """What a customer's orders and khata add up to. ORDERS counts sales that were not cancelled; NET is
    net revenue after returns; USUAL_GAP is the median of days between order days (None under three order
    days); DUE_ON = last order day + usual gap; LAPSES_ON one more gap later (then they count as lapsed,
    not late); BALANCE is what they owe us (positive) now; OLDEST_DUE the day of the oldest unpaid bill;
    AGES splits the balance by age in days [0-30, 31-60, 61-90, over 90]; RHYTHM holds the last order days
    and their worth for the small picture: [["2026-11-02", 198000], …]."""

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="figures")
    orders = models.PositiveIntegerField(default=0)
    returns = models.PositiveIntegerField(default=0)
    net = MoneyField(default=0)
    returned = MoneyField(default=0)
    average = MoneyField(null=True)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    usual_gap = models.PositiveIntegerField(null=True)
    usual_order = MoneyField(null=True)
    due_on = models.DateField(null=True)
    lapses_on = models.DateField(null=True)
    balance = MoneyField(default=0)
    oldest_due = models.DateField(null=True)
    ages = models.JSONField(default=list)
    rhythm = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-balance", "-customer"], name="figures_by_balance"),
            models.Index(fields=["-net", "-customer"], name="figures_by_net"),
            models.Index(fields=["-last_at", "-customer"], name="figures_by_last"),
            models.Index(fields=["due_on", "customer"], name="figures_by_due"),
            models.Index(fields=["-orders", "-customer"], name="figures_by_orders"),
        ]


class DaySales(models.Model):
    """What a business day added up to in a branch. NEW and RETURNING count customers whose first ever order
    is of that day, or earlier; ANONYMOUS is net revenue of orders without a customer."""

    day = models.DateField()
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, blank=True, related_name="+")
    orders = models.PositiveIntegerField(default=0)
    returns = models.PositiveIntegerField(default=0)
    net = MoneyField(default=0)
    returned = MoneyField(default=0)
    service = MoneyField(default=0)
    tax = MoneyField(default=0)
    anonymous = MoneyField(default=0)
    new_customers = models.PositiveIntegerField(default=0)
    returning_customers = models.PositiveIntegerField(default=0)
    received = MoneyField(default=0)

    class Meta:
        verbose_name_plural = "day sales"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["day", "branch"], condition=models.Q(branch__isnull=False), name="day_once_a_branch"
            ),
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(branch=None), name="day_once_without_a_branch"
            ),
        ]
