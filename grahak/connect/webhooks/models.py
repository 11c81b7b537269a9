"""Addresses that are told of what happens, the outbox of happenings, and each telling with its attempts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Branch, Role, User


class Off(models.TextChoices):
    """Why nothing is sent to an address."""

    PAUSED = "paused", _("Switched off")
    GONE = "gone", _("The receiver said it wants no more")
    FAILING = "failing", _("Switched off: it failed for days")
    ENDED = "ended", _("Removed")


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def kept(self) -> EndpointQuerySet:
        """Those that somebody may still switch on."""
        return self.exclude(off=Off.ENDED)

    def on(self) -> EndpointQuerySet:
        return self.filter(off="")


class Endpoint(models.Model):
    """An address that is told. EVENTS are the names it chose; what it is told of a record is what ROLE (and BRANCH)
    may see. SECRET signs; OLD_SECRET signs beside it until OLD_UNTIL, while the receiver changes over. FAILING_SINCE
    is the first attempt that failed after the last one that worked."""

    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=500)
    events = models.JSONField(_("events"), default=list)
    role = models.CharField(_("sees what this role sees"), max_length=40, default=Role.MANAGER)
    branch = models.ForeignKey(
        Branch, models.SET_NULL, null=True, blank=True, verbose_name=_("branch"), related_name="+"
    )
    secret_sealed = models.TextField(blank=True)
    old_secret_sealed = models.TextField(blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    off = models.CharField(max_length=8, choices=Off, blank=True)
    off_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("connect:webhook", args=[self.pk])


class Happening(models.Model):
    """One thing that happened, written in the transaction of the change. SUBJECT and SUBJECT_ID name the record it
    is about (also what keeps tellings of one record in order), FACTS what cannot be read from the record later."""

    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    handed_out = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="happenings_to_hand_out", condition=models.Q(handed_out=False)),
        ]


class TellingState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Received")
    FAILED = "failed", _("Given up")


class Telling(models.Model):
    """One happening for one address: BODY is written once, so every attempt sends the same bytes under the same
    MESSAGE_ID. A worker that sends holds it until CLAIMED_UNTIL; after a kill it is sent again (at least once)."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="tellings", db_index=False)
    happening = models.ForeignKey(Happening, models.CASCADE, null=True, related_name="tellings")
    message_id = models.CharField(max_length=64)
    event = models.CharField(max_length=40)
    about = models.CharField(max_length=60)  # "customer:12": one record's tellings go in order
    body = models.TextField()
    state = models.CharField(max_length=8, choices=TellingState, default=TellingState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(default=timezone.now)
    give_up_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["endpoint", "message_id"], name="told_once_an_endpoint"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["endpoint", "-id"], name="tellings_by_time"),
            models.Index(fields=["endpoint", "state", "-id"], name="tellings_by_state"),
            models.Index(fields=["try_at", "id"], name="tellings_due", condition=models.Q(state="waiting")),
            models.Index(
                fields=["endpoint", "about", "id"],
                name="tellings_in_order",
                condition=models.Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return self.event

    def get_absolute_url(self) -> str:
        return reverse("connect:telling", args=[self.endpoint_id, self.pk])


class Attempt(models.Model):
    """One request: what was sent beside the body, and what came back, both cut short. STATUS 0: no answer, WHY says."""

    telling = models.ForeignKey(Telling, models.CASCADE, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(default=0)
    why = models.CharField(max_length=200, blank=True)
    took_ms = models.PositiveIntegerField(default=0)
    sent = models.JSONField(default=dict)
    answer = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
