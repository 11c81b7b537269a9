"""The sending ledger: one row per (dispatch, contact, channel), so that nobody is written to twice and nobody
is lost. At every moment sent + failed + skipped + unknown + waiting + in hand = the audience frozen at
launch.

A row goes waiting → claimed (consent, suppression and caps checked again in that transaction) → attempted
(committed before the provider is called) → sent or failed. After a crash a claimed row was never attempted
and goes back to waiting; an attempted one is unknown until the provider's log tells.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.fields import MoneyField
from grahak.core.models import User
from grahak.customers.models import Contact, Customer


class DispatchState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    FREEZING = "freezing", _("Counting the audience")
    SENDING = "sending", _("Sending")
    PAUSED = "paused", _("Paused")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")


class Dispatch(models.Model):
    """One act of sending: what is sent is rendered by the room that owns it (`renderer` names one in the
    renderer registry, `subject_id` its row), to an audience frozen at launch. TITLE is what the timeline
    calls it, BASE_URL what links in it begin with, TROUBLE why it is not getting on. ONE_PER_ACCOUNT: no more than one
    contact of a customer gets it, and what the customer has had counts, not what the contact has."""

    renderer = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=10, default="email")
    purpose = models.CharField(max_length=10, default="offers")
    state = models.CharField(max_length=10, choices=DispatchState, default=DispatchState.DRAFT)
    base_url = models.CharField(max_length=200, blank=True)
    trouble = models.CharField(max_length=300, blank=True)
    audience = models.PositiveIntegerField(default=0)
    pace_per_minute = models.PositiveIntegerField(null=True)
    one_per_account = models.BooleanField(default=True, db_default=True)
    launched_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "dispatches"
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["renderer", "subject_id", "channel"], name="sent_once"),
        ]


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    CLAIMED = "claimed", _("In hand")
    ATTEMPTED = "attempted", _("Being sent")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Left out")
    UNKNOWN = "unknown", _("Unknown")


class FailReason(models.TextChoices):
    BAD_ADDRESS = "bad_address", _("no such address, says the mail server")
    REFUSED = "refused", _("refused by the mail server")
    BUSY = "busy", _("put off by the mail server too often")
    BOUNCED = "bounced", _("came back, says the mail server")
    SOFT = "soft", _("came back for now, as with a full mailbox")
    BLOCKED = "blocked", _("refused as unwanted")


class UnknownReason(models.TextChoices):
    CRASH = "crash", _("being sent when Grahak was cut off")
    HUNG_UP = "hung_up", _("the mail server hung up in the middle")


class SkipReason(models.TextChoices):
    NO_ADDRESS = "no_address", _("no e-mail address")
    NO_CONSENT = "no_consent", _("no consent for this")
    WITHDRAWN = "withdrawn", _("asked us to stop")
    SUPPRESSED = "suppressed", _("address bounced or complained")
    SAME_ADDRESS = "same_address", _("somebody else in this list has the same address")
    TEMPLATE = "template", _("the text could not be made for this person")
    STOPPED = "stopped", _("stopped before it was their turn")
    ERASED = "erased", _("removed from Grahak")
    SAME_ACCOUNT = "same_account", _("somebody else of the same business or household gets it")
    CAPPED = "capped", _("has had enough messages for now")
    RESTING = "resting", _("asked for fewer messages, or for a pause")
    TOO_LATE = "too_late", _("its time was over")
    NO_CODE = "no_code", _("there was no coupon code left")
    NO_WINDOW = "no_window", _("outside the 24 hours, and no approved template")


class MessageQuerySet(models.QuerySet["Message"]):
    def in_hand(self) -> MessageQuerySet:
        """Those that a worker holds, and the unknown ones: few, however long the ledger is. SQLite takes their own
        small index (messages_in_hand) only for the very words of its condition, not for values."""
        words = "channels_message.state IN ('claimed', 'attempted', 'unknown')"
        return self.filter(RawSQL(words, (), models.BooleanField()))  # noqa: S611  # nobody's words


class Message(models.Model):
    """One thing sent to one contact on one channel: a row of the sending ledger. ADDRESS is set when the row
    is claimed and unique in a dispatch; who is left out keeps none. REASON says why a row was skipped, failed
    or is unknown, DETAIL in the mail server's own words. A refused-for-now row waits again until
    NOT_BEFORE. FIRST_OPENED_AT is when a person first opened it, as far as that can be told (a link that was
    followed counts as an opening); MACHINE_OPENED_AT when a scanner or a prefetcher first did, which counts
    nowhere. DELIVERED_AT, READ_AT, BOUNCED_AT and COMPLAINED_AT are what the provider reported (`channels.reports`),
    PROVIDER_ID its own name for the message, COST in the shop's currency. ZONE is where the recipient's clock is
    (empty: the shop's), VARIANT which wording they get."""

    # messages_by_state and messages_of_a_customer serve these two: an index of their own would cost every
    # write
    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="messages", db_index=False)
    customer = models.ForeignKey(
        Customer, models.SET_NULL, null=True, related_name="messages", db_index=False
    )
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="messages")
    channel = models.CharField(max_length=10, default="email")
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    reason = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    first_opened_at = models.DateTimeField(null=True)
    machine_opened_at = models.DateTimeField(null=True)
    first_clicked_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)
    variant = models.CharField(max_length=1, blank=True, default="", db_default="")
    zone = models.CharField(max_length=40, blank=True, default="", db_default="")
    provider_id = models.CharField(max_length=120, blank=True, default="", db_default="")
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    cost = MoneyField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["dispatch", "contact", "channel"], name="one_message_a_contact"),
            models.UniqueConstraint(
                fields=["dispatch", "address"], condition=~models.Q(address=""), name="one_message_an_address"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["dispatch", "state", "reason", "id"], name="messages_by_state"),
            models.Index(
                fields=["dispatch", "not_before", "id"],
                name="messages_next_in_turn",
                condition=models.Q(state="waiting"),
            ),
            models.Index(
                fields=["state", "claimed_until"],
                name="messages_in_hand",
                condition=models.Q(state__in=["claimed", "attempted", "unknown"]),
            ),
            models.Index(fields=["customer", "-sent_at"], name="messages_of_a_customer"),
            models.Index(
                fields=["dispatch", "id"],
                name="messages_followed",
                condition=models.Q(first_clicked_at__isnull=False),
            ),
            models.Index(
                fields=["dispatch", "id"],
                name="messages_opened",
                condition=models.Q(first_opened_at__isnull=False),
            ),
            models.Index(
                fields=["dispatch", "id"],
                name="messages_unsubscribed",
                condition=models.Q(unsubscribed_at__isnull=False),
            ),
            models.Index(
                fields=["message_id"], name="message_by_message_id", condition=~models.Q(message_id="")
            ),
            models.Index(
                fields=["provider_id"], name="message_by_provider_id", condition=~models.Q(provider_id="")
            ),
        ]


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    """Addresses that are, or were, not written to."""

    def in_force(self, now: dt.datetime | None = None) -> SuppressionQuerySet:
        """Those that hold at this moment: nobody lifted them, and their time is not over."""
        return self.filter(models.Q(until=None) | models.Q(until__gt=now or timezone.now()), lifted_at=None)


class Suppression(models.Model):
    """An address that must not be written to, whoever has it: hard bounce, complaint, unsubscribed by
    hand; for good, or UNTIL a moment (after soft bounces). MESSAGE is what it came of. LIFTED_BY is who allowed it
    again and LIFTED_WHY their words; without a person it ran out, or a stronger one took its place."""

    channel = models.CharField(max_length=10, default="email")
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=40)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")
    until = models.DateTimeField(null=True)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    lifted_why = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = SuppressionQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["channel", "address"], condition=models.Q(lifted_at=None), name="suppressed_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["address", "channel"],
                name="suppressed_before",
                condition=models.Q(lifted_at__isnull=False),
            ),
        ]
