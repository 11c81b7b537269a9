"""Pipelines, their stages, the deals that go through them, and what each did when."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.catalogue.models import Product
from grahak.core.access import scoped
from grahak.core.fields import MoneyField, QuantityField
from grahak.core.models import Branch, Team, User
from grahak.customers.models import Contact, Customer
from grahak.sales.models.order import Order

NO_DAY = dt.date(9999, 12, 31)  # what a deal closes on when nobody has said


class StageKind(models.TextChoices):
    """What a deal is while it stands in a stage; also the state kept on the deal itself."""

    OPEN = "open", pgettext_lazy("deal", "Open")
    WON = "won", pgettext_lazy("deal", "Won")
    LOST = "lost", pgettext_lazy("deal", "Lost")


class Pipeline(models.Model):
    """One way in which business comes about: its stages in their order."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(archived_at=None), name="pipeline_name_once_in_use"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="pipeline_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("deals:board", args=[self.pk])


class DealStage(models.Model):
    """A stage of a pipeline. PROBABILITY in per cent: 100 for the one where deals are won, 0 for the one where they
    are lost. ROTS_AFTER: days after which a card that stands here is marked (None: never)."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=4, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveSmallIntegerField(_("probability"), default=0)
    rots_after = models.PositiveSmallIntegerField(_("marked after days"), null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="stage_name_once_a_pipeline"),
            models.UniqueConstraint(
                fields=["pipeline", "kind"], condition=~Q(kind="open"), name="one_end_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="open", probability__lte=100)
                | Q(kind="won", probability=100)
                | Q(kind="lost", probability=0),
                name="stage_probability",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LostReason(models.Model):
    """Why deals are lost, in the shop's own words."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(archived_at=None), name="lost_reason_once_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DealQuerySet(models.QuerySet["Deal"]):
    def visible_to(self, user: User) -> DealQuerySet:
        """The deals that this person may see: their role's reach, and those of customers shared with them."""
        return scoped(self, user, "deals.view", shared="customer_id")

    def editable_by(self, user: User) -> DealQuerySet:
        """Those of them that this person may change."""
        return scoped(self.visible_to(user), user, "deals.edit", shared="customer_id")

    def open(self) -> DealQuerySet:
        return self.filter(state=StageKind.OPEN)


class Deal(models.Model):
    """Business that may come about. STATE is the kind of its stage, so that open, won and lost ones are found without
    it. EXPECTED_ON is when it should be decided; CLOSES_ON the day it counts on: the day it was won or lost, else the
    expected one, else NO_DAY. STAGE_SINCE: when it came into its stage. VERSION grows with each change, so that two
    people who change it at once are told. SOURCE_KEY names the opportunity that it was made of; WHY the figures that
    said so. ONCE is the token of the form that made it."""

    title = models.CharField(_("what it is about"), max_length=200)
    customer = models.ForeignKey(Customer, models.CASCADE, verbose_name=_("customer"), related_name="deals")
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, verbose_name=_("contact"), related_name="+"
    )
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="deals")
    stage = models.ForeignKey(DealStage, models.PROTECT, related_name="deals", db_index=False)
    state = models.CharField(max_length=4, choices=StageKind, default=StageKind.OPEN)
    amount = MoneyField(_("amount"), default=0)
    expected_on = models.DateField(_("expected on"), null=True, blank=True)
    closes_on = models.DateField(default=NO_DAY)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, verbose_name=_("in charge"), related_name="deals",
        db_index=False,
    )  # fmt: skip
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"), related_name="deals"
    )
    branch = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, verbose_name=_("branch"), related_name="deals"
    )
    source = models.CharField(_("came from"), max_length=20, default="hand")
    source_key = models.CharField(max_length=60, blank=True, default="")
    why = models.TextField(_("why"), blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    lost_reason = models.ForeignKey(
        LostReason,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("lost because"),
        related_name="deals",
    )
    won_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    stage_since = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    once = models.CharField(max_length=64, unique=True, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(title=""), name="deal_has_a_title"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deal_amount_not_negative"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None, won_at=None, lost_at=None, lost_reason=None)
                | Q(
                    state="won", closed_at__isnull=False, won_at__isnull=False, lost_at=None, lost_reason=None
                )
                | Q(
                    state="lost",
                    closed_at__isnull=False,
                    won_at=None,
                    lost_at__isnull=False,
                    lost_reason__isnull=False,
                ),
                name="deal_state_and_its_days",
            ),
            models.UniqueConstraint(
                fields=["customer", "source_key"],
                condition=Q(state="open") & ~Q(source_key=""),
                name="one_open_deal_an_opportunity",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stage", "-stage_since", "-id"], name="deals_of_a_column"),
            models.Index(fields=["owner", "stage", "-stage_since", "-id"], name="deals_of_a_person"),
            models.Index(
                fields=["stage", "closes_on", "owner", "branch", "team", "amount"], name="deals_counted"
            ),
            models.Index(fields=["state", "closes_on", "id"], name="deals_by_day"),
            models.Index(fields=["state", "-amount", "-id"], name="deals_by_amount"),
            models.Index(fields=["state", "-created_at", "-id"], name="deals_by_age"),
            models.Index(fields=["state", "-stage_since", "-id", "title"], name="deals_by_move"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("deals:deal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == StageKind.OPEN


class DealLine(models.Model):
    """What a deal is made of; with lines its amount is their sum. AMOUNT = quantity × rate."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="lines", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, verbose_name=_("item"), related_name="deal_lines"
    )
    description = models.CharField(_("item"), max_length=200, blank=True)
    quantity = QuantityField(_("quantity"))
    rate = MoneyField(_("rate"))
    amount = MoneyField(_("amount"))

    class Meta:
        ordering: ClassVar[list[str]] = ["ordinal"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["deal", "ordinal"], name="deal_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, rate__gte=0), name="deal_line_sold"),
        ]


class StageChange(models.Model):
    """A deal came into stage AFTER from BEFORE (None: it began there), in which it had stood for SECONDS."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="moves", db_index=False)
    before = models.ForeignKey(
        DealStage, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    after = models.ForeignKey(DealStage, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    seconds = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["deal", "at"], name="moves_of_a_deal"),
            models.Index(fields=["before", "at", "after", "seconds"], name="moves_out_of_a_stage"),
            models.Index(fields=["after", "at"], name="moves_into_a_stage"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(before=None, seconds=None) | Q(before__isnull=False, seconds__gte=0),
                name="move_with_its_stay",
            ),
        ]


class DealSlip(models.Model):
    """The expected day of an open deal was put off from BEFORE into a later month."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="slips")
    before = models.DateField()
    after = models.DateField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-at", "-id"], name="slips_by_day")]


class DealOrder(models.Model):
    """An order came of a deal; one order of one deal at most. Offered ones only seem to belong to it (see
    deals.matching); refused ones stay, so that they are not offered again."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        LINKED = "linked", _("Linked")
        REFUSED = "refused", _("Not of this deal")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="order_links", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, related_name="deal_links")
    state = models.CharField(max_length=7, choices=State, default=State.OFFERED)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["deal", "order"], name="order_once_a_deal"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="linked"), name="order_of_one_deal"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "-at"], condition=Q(state="offered"), name="orders_offered"),
        ]


class StageFigures(models.Model):
    """How many deals of a stage close in a month, of one person, branch and team, and what they add up to: recounted
    from the deals in the transaction that changes one. CELL names the five, MONTH is year × 100 + month (999912: no
    day was said)."""

    cell = models.CharField(max_length=100, unique=True)
    stage = models.ForeignKey(DealStage, models.CASCADE, related_name="figures")
    month = models.PositiveIntegerField()
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", db_index=False)
    branch = models.ForeignKey(Branch, models.CASCADE, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+", db_index=False)
    deals = models.PositiveIntegerField()
    amount = MoneyField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["month", "stage"], name="figures_of_a_month"),
        ]
