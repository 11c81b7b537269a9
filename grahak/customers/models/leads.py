"""Leads: somebody who may buy, where they came from, who was given them and by which rule, how it ended, and every
step of a customer's life with its day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from grahak.core.access import scoped
from grahak.core.fields import MoneyField
from grahak.core.models import Batch, Branch, Team, User
from grahak.customers.models.customer import Customer, Lifecycle


class Listed(models.Model):
    """A word of a list that came with the product (CODE) or is the shop's own (no code). One that still bears the
    name it came with speaks the reader's language."""

    code = models.CharField(max_length=20, blank=True)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        from grahak.customers.leads.seeds import NAMES

        return gettext(self.name) if self.code and self.name in NAMES else self.name


class LeadSource(Listed):
    """Where leads come from: walked in, rang up, the web form, an exhibition, somebody sent them."""

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["name"], name="one_source_of_leads_a_name"),
        ]


class LostReason(Listed):
    """Why a lead came to nothing."""

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["name"], name="one_reason_of_loss_a_name"),
        ]


class LeadState(models.TextChoices):
    NEW = "new", pgettext_lazy("state of a lead", "New")
    TALKING = "talking", pgettext_lazy("state of a lead", "In talk")
    QUALIFIED = "qualified", pgettext_lazy("state of a lead", "Prospect")
    WON = "won", pgettext_lazy("state of a lead", "Won")
    LOST = "lost", pgettext_lazy("state of a lead", "Lost")


OPEN = (LeadState.NEW, LeadState.TALKING, LeadState.QUALIFIED)


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: User) -> LeadQuerySet:
        """The leads whose customers this person may see."""
        return scoped(
            self, user, "leads.view", owner="customer__owner", branch="customer__branch", shared="customer_id"
        )

    def waiting(self) -> LeadQuerySet:
        """Those that are neither won nor lost."""
        return self.filter(state__in=OPEN)


class Lead(models.Model):
    """One run of a customer who may buy, from the day they were captured. WANTS is what they asked for, WORTH what
    that may bring, DETAIL which exhibition or form. FIRST_TALK_AT is when a colleague first spoke with them or wrote
    to them after that, FIRST_ORDER_AT and SECOND_ORDER_AT are recounted from their orders. Who is in charge is the
    customer's owner: there are not two. A customer has at most one open lead."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="leads", db_index=False)
    state = models.CharField(_("state"), max_length=10, choices=LeadState, default=LeadState.NEW)
    source = models.ForeignKey(LeadSource, models.PROTECT, verbose_name=_("source"), related_name="leads")
    detail = models.CharField(_("which one"), max_length=120, blank=True)
    wants = models.TextField(_("what they want"), blank=True)
    worth = MoneyField(_("expected worth"), null=True, blank=True)
    captured_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    first_talk_at = models.DateTimeField(null=True, blank=True)
    first_talk_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    qualified_at = models.DateTimeField(null=True, blank=True)
    won_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.ForeignKey(LostReason, models.PROTECT, null=True, blank=True, related_name="leads")
    lost_note = models.CharField(max_length=300, blank=True)
    first_order_at = models.DateTimeField(null=True, blank=True)
    second_order_at = models.DateTimeField(null=True, blank=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = LeadQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-captured_at"], name="leads_of_a_customer"),
            models.Index(fields=["-captured_at", "-id"], name="leads_by_age"),
            models.Index(fields=["state", "-captured_at", "-id"], name="leads_by_state"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(state__in=["new", "talking", "qualified"]),
                name="one_open_lead_a_customer",
            ),
        ]

    def __str__(self) -> str:
        return self.customer.name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class LifecycleChange(models.Model):
    """A customer came from one part of their life into another: when, by whom (nobody: Grahak itself), and why, as a
    code of customers.leads.lifecycle.WHY. BEFORE is "" for the first one."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="lifecycle_changes", db_index=False)
    before = models.CharField(max_length=8, choices=Lifecycle, blank=True)
    after = models.CharField(max_length=8, choices=Lifecycle)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    why = models.CharField(max_length=12)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-at", "-id"], name="lifecycle_of_a_customer"),
            models.Index(fields=["after", "at"], name="lifecycle_by_time"),
        ]


class RuleGives(models.TextChoices):
    PERSON = "person", _("one colleague")
    TEAM = "team", _("a team, where anybody may take them")
    TURNS = "turns", _("the people of a team, by turns")
    BRANCH = "branch", _("the people of a branch, by turns")


class LeadRule(models.Model):
    """Who gets which leads: the first active rule, in order, whose conditions all hold. CONDITIONS is a list of
    {"on", "op", "values"} (customers.leads.rules). TURN counts how many it gave by turns. BRANCH empty: the
    lead's own."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    conditions = models.JSONField(default=list, blank=True)
    gives = models.CharField(_("goes to"), max_length=6, choices=RuleGives, default=RuleGives.PERSON)
    person = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, verbose_name=_("who"), related_name="+"
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, verbose_name=_("team"), related_name="+"
    )
    branch = models.ForeignKey(
        Branch, models.CASCADE, null=True, blank=True, verbose_name=_("branch"), related_name="+"
    )
    turn = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class RuleTurn(models.Model):
    """How many leads a rule gave to a colleague, and at which of its turns the last one."""

    rule = models.ForeignKey(LeadRule, models.CASCADE, related_name="turns", db_index=False)
    person = models.ForeignKey(User, models.CASCADE, related_name="+")
    given = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["rule", "person"], name="one_turn_a_person"),
        ]


class LeadGiven(models.Model):
    """A lead was given to somebody: by a rule (its name is kept should it go), or by a colleague's hand."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="given")
    rule = models.ForeignKey(LeadRule, models.SET_NULL, null=True, blank=True, related_name="+")
    rule_name = models.CharField(max_length=80, blank=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
