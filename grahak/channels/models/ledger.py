"""The sending ledger: one row per (dispatch, contact, channel), so that nobody is written to twice and nobody
is lost. At every moment sent + failed + skipped + unknown + waiting + in hand = the audience frozen at launch.

A row goes waiting → claimed (consent, suppression and caps checked again in that transaction) → attempted
(committed before the provider is called) → sent or failed. After a crash a claimed row was never attempted and
goes back to waiting; an attempted one is unknown until the provider's log tells.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
    """One act of sending: what is sent is rendered by the room that owns it (`renderer` names a function in the
    renderer registry, `subject_id` its row), to an audience frozen at launch."""

    renderer = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    channel = models.CharField(max_length=10, default="email")
    purpose = models.CharField(max_length=10, default="offers")
    state = models.CharField(max_length=10, choices=DispatchState, default=DispatchState.DRAFT)
    audience = models.PositiveIntegerField(default=0)
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


class SkipReason(models.TextChoices):
    NO_ADDRESS = "no_address", _("no e-mail address")
    NO_CONSENT = "no_consent", _("no consent for this")
    WITHDRAWN = "withdrawn", _("asked us to stop")
    SUPPRESSED = "suppressed", _("address bounced or complained")
    SAME_ADDRESS = "same_address", _("somebody else in this list has the same address")
    TEMPLATE = "template", _("the text could not be made for this person")
    STOPPED = "stopped", _("stopped before it was their turn")
    ERASED = "erased", _("removed from Grahak")


class Message(models.Model):
    """One thing sent to one contact on one channel: a row of the sending ledger."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="messages")
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="messages")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="messages")
    channel = models.CharField(max_length=10, default="email")
    address = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    reason = models.CharField(max_length=20, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=120, blank=True)
    claimed_by = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    first_clicked_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["dispatch", "contact", "channel"], name="one_message_a_contact"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["dispatch", "state", "id"], name="messages_by_state"),
            models.Index(fields=["customer", "-sent_at"], name="messages_of_a_customer"),
            models.Index(
                fields=["message_id"], name="message_by_message_id", condition=~models.Q(message_id="")
            ),
        ]


class Suppression(models.Model):
    """An address that must not be written to, whoever has it: hard bounce, complaint, unsubscribed by hand."""

    channel = models.CharField(max_length=10, default="email")
    address = models.CharField(max_length=254)
    reason = models.CharField(max_length=40)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["channel", "address"], condition=models.Q(lifted_at=None), name="suppressed_once"
            ),
        ]
