"""Rules, what is waiting to be looked at by them, and the log of what each did and why not."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import User
from grahak.customers.models import Customer


class Again(models.TextChoices):
    ALWAYS = "always", _("every time")
    DAYS = "days", _("again after some days at the earliest")
    ONCE = "once", _("once for each customer")


class Rule(models.Model):
    """When TRIGGER happens (with SETTINGS), and the customer fits TREE (a condition tree of insight), do DEEDS, a list
    of {"do": code, …}. OWNER is told where it had to be switched off after FAILURES in a row."""

    name = models.CharField(_("name"), max_length=120)
    is_on = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    trigger = models.CharField(max_length=40)
    settings = models.JSONField(default=dict, blank=True)
    tree = models.JSONField(default=dict, blank=True)
    deeds = models.JSONField(default=list, blank=True)
    again = models.CharField(max_length=6, choices=Again, default=Again.ALWAYS)
    again_days = models.PositiveSmallIntegerField(default=30)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="rules")
    failures = models.PositiveSmallIntegerField(default=0)
    off_because = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["trigger", "position"], name="rules_on", condition=models.Q(is_on=True)),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("connect:rule", args=[self.pk])


class Occasion(models.Model):
    """Something happened to CUSTOMERS (a list of ids) that rules are to look at, written in the transaction of the
    change. KEY: the same occasion is written once; "" for what may happen again. CHAIN: the rules whose deeds led to
    it, in their order. RULE: the only one that is to look (what is due by a day is found rule by rule)."""

    trigger = models.CharField(max_length=40)
    customers = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    key = models.CharField(max_length=80, blank=True)
    chain = models.JSONField(default=list)
    rule = models.ForeignKey(Rule, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="one_occasion_a_key"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="occasions_to_look_at", condition=models.Q(done_at=None)),
        ]


class Outcome(models.TextChoices):
    DONE = "done", _("done")
    PASSED = "passed", _("not done")
    LOOP = "loop", _("stopped: the rules chase each other")
    FAILED = "failed", _("failed")


class RuleRun(models.Model):
    """What a rule did on an occasion for a customer, or why it did not: a line of the log, kept ninety days. A rule
    looks once at an occasion for a customer, also when the job is done again."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="runs", db_index=False)
    occasion = models.ForeignKey(Occasion, models.CASCADE, related_name="runs")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="rule_runs", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=6, choices=Outcome)
    why = models.CharField(max_length=300, blank=True)
    deeds = models.JSONField(default=list)  # sentences of what was done

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["rule", "occasion", "customer"], name="a_rule_looks_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["rule", "-id"], name="runs_of_a_rule"),
            models.Index(fields=["customer", "-id"], name="runs_of_a_customer"),
            models.Index(fields=["rule", "customer", "outcome", "at"], name="runs_of_both"),
            models.Index(fields=["at"], name="runs_by_age"),
        ]
