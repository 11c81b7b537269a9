"""What providers send us by webhook, what people write back, and what the built-in fakes took."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.customers.models import Contact, Customer


class HookState(models.TextChoices):
    WAITING = "waiting", _("To be worked")
    DONE = "done", _("Taken over")
    FAILED = "failed", _("Failed")


class HookDelivery(models.Model):
    """One call of a webhook whose signature was right, kept before it was answered. DIGEST is of its very bytes, so
    that the same call twice is one row. BODY is blanked once it was worked: it is people's data."""

    channel = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    body = models.BinaryField()
    state = models.CharField(max_length=8, choices=HookState, default=HookState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    worked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["channel", "digest"], name="hooked_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="hooks_to_work", condition=models.Q(state="waiting")),
            models.Index(fields=["at"], name="hooks_by_age"),
        ]


class Incoming(models.Model):
    """A message that somebody wrote to the shop on WhatsApp or by SMS, once a (channel, provider_id). ADDRESS is the
    number in E.164; contact and customer are empty where nobody is known by it. STOPPED: it was a word for stop."""

    channel = models.CharField(max_length=10)
    provider_id = models.CharField(max_length=200)
    address = models.CharField(max_length=254)
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=20, default="text")
    text = models.TextField(blank=True)
    stopped = models.BooleanField(default=False)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["channel", "provider_id"], name="came_in_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["channel", "address", "-at"], name="incoming_of_a_number"),
        ]


class BoxedText(models.Model):
    """A message that a built-in FAKE of a provider took in (demo and tests). It reached no phone."""

    channel = models.CharField(max_length=10)
    provider_id = models.CharField(max_length=120, unique=True)
    to = models.CharField(max_length=30)
    text = models.TextField(blank=True)
    content = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
