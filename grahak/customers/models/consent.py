"""Permission for a purpose on a channel: rows with who, when, how and the notice shown; never a boolean."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import Batch, User
from grahak.customers.models.customer import Contact

CHANNELS = [
    ("email", _("E-mail")),
    ("whatsapp", _("WhatsApp")),
    ("sms", _("SMS")),
    ("phone", _("Phone call")),
]
MESSAGE_PURPOSES = [("offers", _("Offers and news")), ("service", _("Orders and khata"))]
# tracking: whether openings and pressed links of messages on that channel may be counted for the person
PURPOSES = [*MESSAGE_PURPOSES, ("tracking", _("Counting openings and clicks"))]


class ConsentState(models.TextChoices):
    GRANTED = "granted", _("Yes")
    WITHDRAWN = "withdrawn", _("No")


class Consent(models.Model):
    """One statement of a contact; the newest per (contact, channel, purpose) holds. Rows are never
    changed."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="consents")
    channel = models.CharField(max_length=10, choices=CHANNELS)
    purpose = models.CharField(max_length=10, choices=PURPOSES)
    state = models.CharField(max_length=10, choices=ConsentState)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    how = models.CharField(_("how"), max_length=200)
    notice = models.TextField(_("notice shown"), blank=True)
    is_current = models.BooleanField(default=True)
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["contact", "channel", "purpose"],
                condition=models.Q(is_current=True),
                name="one_current_consent",
            ),
        ]


class Wish(models.Model):
    """What a contact chose on the preferences page for offers on every channel, beside yes and no: FEWER messages,
    or none until PAUSED_UNTIL."""

    contact = models.OneToOneField(Contact, models.CASCADE, related_name="wish")
    fewer = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True)
    at = models.DateTimeField(default=timezone.now)
