"""The timeline: one row for everything that happened with a customer, and the notes people write."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.fields import MoneyField
from grahak.core.models import Batch, User
from grahak.customers.models.customer import Contact, Customer


class Activity(models.Model):
    """One line of the timeline. KIND is "room.noun.happened" as listed in the rooms' events.py, which
    hold the sentences; GROUP is the filter it falls under (orders, money, messages, notes, tasks, other);
    AMOUNT is what the line adds to the khata or the order's worth. (subject, subject_id) is the row it
    tells about: unique with kind, so that telling it twice changes nothing."""

    # Both indexes below begin with the customer: an index of its own would be a third one.
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="activities", db_index=False)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=40)
    group = models.CharField(max_length=10)
    channel = models.CharField(max_length=10, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    subject = models.CharField(max_length=20, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    amount = MoneyField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "-at", "-id"], name="timeline"),
            models.Index(fields=["customer", "group", "-at", "-id"], name="timeline_by_group"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["subject", "subject_id", "kind"],
                condition=models.Q(subject_id__isnull=False),
                name="told_once",
            ),
        ]


class Note(models.Model):
    """What a colleague writes down about a customer; only the team sees it."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes")
    text = models.TextField(_("note"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
