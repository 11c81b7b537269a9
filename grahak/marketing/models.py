"""A message to many: its words, who should get it, and its dispatch."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import Dispatch
from grahak.core.models import User
from grahak.customers.models import Customer


class Whom(models.TextChoices):
    CHOSEN = "chosen", _("the customers chosen by hand")
    QUERY = "query", _("everybody in a view of the customer list")


class Campaign(models.Model):
    """A one-off message. Its audience until launch is a hand-picked list (Chosen rows) or QUERY, a view of
    the customer list that is frozen at launch; its words are CampaignText rows, one a language. NOTE says
    what is special about it, such as that it was made up for the demo."""

    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(max_length=300, blank=True)
    whom = models.CharField(max_length=6, choices=Whom, default=Whom.CHOSEN)
    channel = models.CharField(max_length=10, default="email")
    purpose = models.CharField(max_length=10, default="offers")
    query = models.CharField(max_length=4000, blank=True)
    default_language = models.CharField(max_length=5, default="en")
    attribution_days = models.PositiveSmallIntegerField(_("days an order counts"), default=7)
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
