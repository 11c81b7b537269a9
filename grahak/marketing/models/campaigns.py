"""A message to many: its words, who should get it, and its dispatch."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import Dispatch, DispatchState, Message
from grahak.core.fields import MoneyField
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.insight.models import Segment
from grahak.marketing.models.letters import Letter


class Stage(models.TextChoices):
    """Where a campaign stands, one word each."""

    DRAFT = "draft", _("Draft")
    ASKED = "asked", _("Waits for approval")
    SCHEDULED = "scheduled", _("Scheduled")
    LATE = "late", _("Late: it asks first")
    COUNTING = "counting", _("Counting the audience")
    SENDING = "sending", _("Sending")
    TESTING = "testing", _("Trying the variants")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")
    ARCHIVED = "archived", _("Put away")


class WinnerBy(models.TextChoices):
    CLICKS = "clicks", _("clicks")
    MONEY = "money", _("net revenue a customer")
    HAND = "hand", _("I decide")


class Campaign(models.Model):
    """A one-off message on one CHANNEL. Its audience until launch is its parts, those to write to minus those not
    to; it is frozen at launch. Its words are a LETTER (e-mail), texts one a language (SMS), or an approved template
    with its variables (WhatsApp); variants override them. NOTE says what is special about it, such as that it was
    made up for the demo. Costs are in the shop's currency, COST_EACH a message sent, COST_ONCE for all of it."""

    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=10, default="email")
    purpose = models.CharField(max_length=10, default="offers")
    default_language = models.CharField(max_length=5, default="en")
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, related_name="+")
    attribution_days = models.PositiveSmallIntegerField(_("days an order counts"), default=7)
    holdout_percent = models.PositiveSmallIntegerField(_("held out by lot, in percent"), default=10)
    one_per_account = models.BooleanField(_("one message a business or household"), default=True)
    pace_per_minute = models.PositiveIntegerField(_("messages a minute, at most"), null=True, blank=True)
    scheduled_for = models.DateTimeField(_("send at"), null=True, blank=True)
    in_local_time = models.BooleanField(_("at this hour where each recipient lives"), default=False)
    test_percent = models.PositiveSmallIntegerField(
        _("part that tries the variants, in percent"), default=100
    )
    winner_by = models.CharField(
        _("the winner is decided by"), max_length=6, choices=WinnerBy, default="clicks"
    )
    winner_hours = models.PositiveSmallIntegerField(_("hours until it is decided, at most"), default=24)
    winner = models.CharField(max_length=1, blank=True)
    winner_at = models.DateTimeField(null=True)
    tracks = models.BooleanField(_("count openings and clicks"), default=True)
    cost_each = MoneyField(_("cost of one message"), null=True, blank=True)
    cost_once = MoneyField(_("other cost"), null=True, blank=True)
    asked_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    stale_since = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    dispatch = models.OneToOneField(Dispatch, models.SET_NULL, null=True, related_name="campaign")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("marketing:campaign", args=[self.pk])

    @property
    def stage(self) -> Stage:
        """Where it stands. Asks nothing of the database where the dispatch was selected with it."""
        if self.archived_at is not None:
            return Stage.ARCHIVED
        if self.dispatch is not None and self.dispatch.state != DispatchState.DRAFT:
            stage = _STAGES[self.dispatch.state]
            return Stage.TESTING if stage == Stage.SENDING and self.is_trying else stage
        if self.stale_since is not None:
            return Stage.LATE
        if self.asked_at is not None and self.approved_at is None:
            return Stage.ASKED
        return Stage.DRAFT if self.scheduled_for is None else Stage.SCHEDULED

    @property
    def is_trying(self) -> bool:
        """Only a part tries the variants, and the winner that the rest will get is not known yet. (TEST_PERCENT is
        made 100 when a campaign without variants to choose from is sent.)"""
        return self.test_percent < 100 and not self.winner

    @property
    def is_draft(self) -> bool:
        """Whether it may be changed."""
        return self.stage == Stage.DRAFT


_STAGES: dict[str, Stage] = {
    DispatchState.FREEZING: Stage.COUNTING,
    DispatchState.SENDING: Stage.SENDING,
    DispatchState.PAUSED: Stage.PAUSED,
    DispatchState.STOPPED: Stage.STOPPED,
    DispatchState.DONE: Stage.DONE,
}


class AudiencePart(models.Model):
    """Some of those a campaign writes to, or, with MINUS, does not: the members of a SEGMENT (a rule or a list), or
    everybody in a view of the customer list (QUERY, with its question mark: "?" is the whole list), or, with neither,
    the customers chosen by hand."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="parts")
    minus = models.BooleanField(default=False)
    segment = models.ForeignKey(Segment, models.PROTECT, null=True, blank=True, related_name="+")
    query = models.CharField(max_length=4000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)


class Variant(models.Model):
    """One way of saying a campaign, that is tried beside others. CODE is a letter from A; SHARE its part of those who
    try, against the others' shares. What is empty is the campaign's own: SUBJECTS by language, the LETTER, the
    sender's name, and the moment, MINUTES after the campaign's."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="variants")
    code = models.CharField(max_length=1)
    name = models.CharField(_("name"), max_length=80, blank=True)
    share = models.PositiveSmallIntegerField(_("share"), default=1)
    subjects = models.JSONField(default=dict, blank=True)
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, blank=True, related_name="+")
    sender_name = models.CharField(_("sender's name"), max_length=120, blank=True)
    minutes = models.PositiveIntegerField(_("minutes later"), default=0)

    class Meta:
        ordering: ClassVar[list[str]] = ["code"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["campaign", "code"], name="variant_once"),
        ]


class Exclusion(models.Model):
    """How many were asked for and are not in the audience that was frozen, for one reason (frozen with it)."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="exclusions")
    reason = models.CharField(max_length=20)
    what = models.CharField(max_length=200, blank=True)
    customers = models.PositiveIntegerField()


class HeldOut(models.Model):
    """A customer whom the lot kept from getting a campaign, so that its effect can be told. They could have been
    written to at launch, as those in the audience whose message was not left out while freezing."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="held_out")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="held_out_once"),
        ]


class CouponCode(models.Model):
    """A code of a campaign's list; taken by one message for good when that is first rendered."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="codes")
    code = models.CharField(max_length=60)
    message = models.OneToOneField(Message, models.SET_NULL, null=True, related_name="coupon_code")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["campaign", "code"], name="code_once"),
        ]


class Chosen(models.Model):
    """A customer hand-picked for a campaign."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="chosen")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["campaign", "customer"], name="chosen_once"),
        ]


class CampaignText(models.Model):
    """The words of a campaign in one language, with Liquid tags."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=5)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["campaign", "language"], name="one_text_a_language"),
        ]
