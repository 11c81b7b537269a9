"""The shop's number at the WhatsApp Cloud API, and the templates that were approved for it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grahak.channels.models.sms import new_token
from grahak.channels.secrets import unseal


class WhatsAppAccount(models.Model):
    """A business number at Meta's Cloud API (one row). PHONE_ID and BUSINESS_ID are Meta's ids of number and WhatsApp
    Business Account; token, app secret and the word of the webhook's set-up are sealed. NUMBER to LIMIT and
    THROUGHPUT are what Meta said at CHECKED_AT. PRICES by category, in the shop's currency, as the shop typed them.
    IS_FAKE: the built-in fake of the API; nothing goes out."""

    phone_id = models.CharField(_("phone number ID"), max_length=40)
    business_id = models.CharField(_("WhatsApp Business Account ID"), max_length=40)
    token_sealed = models.TextField(blank=True)
    app_secret_sealed = models.TextField(blank=True)
    verify_sealed = models.TextField(blank=True)
    version = models.CharField(_("version of the API"), max_length=8, default="v23.0")
    connections = models.PositiveSmallIntegerField(_("connections at once"), default=8)
    hook_token = models.CharField(max_length=64, unique=True, default=new_token)
    prices = models.JSONField(default=dict, blank=True)
    stop_words = models.CharField(_("more words that mean stop"), max_length=200, blank=True)
    is_fake = models.BooleanField(default=False)
    number = models.CharField(max_length=30, blank=True)
    verified_name = models.CharField(max_length=120, blank=True)
    quality = models.CharField(max_length=12, blank=True)
    limit = models.CharField(max_length=30, blank=True)
    number_status = models.CharField(max_length=30, blank=True)
    checked_at = models.DateTimeField(null=True)
    templates_at = models.DateTimeField(null=True)
    tested_at = models.DateTimeField(null=True)
    hooked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.verified_name or self.number or self.phone_id

    @property
    def token(self) -> str:
        return unseal(self.token_sealed)

    @property
    def app_secret(self) -> str:
        return unseal(self.app_secret_sealed)

    @property
    def verify_word(self) -> str:
        return unseal(self.verify_sealed)


class WhatsAppTemplate(models.Model):
    """A message template as Meta keeps it, fetched from there: COMPONENTS as the API gives them. GONE_AT: it was not
    in the last list."""

    name = models.CharField(max_length=512)
    language = models.CharField(max_length=12)
    category = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=30, blank=True)
    quality = models.CharField(max_length=12, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    format = models.CharField(max_length=12, blank=True)
    components = models.JSONField(default=list)
    meta_id = models.CharField(max_length=40, blank=True)
    fetched_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "language"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["name", "language"], name="template_once_a_language"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class TemplateUse(models.Model):
    """What a dispatch of a channel says, beside its texts: RENDERER and SUBJECT_ID name the row that owns the dispatch,
    as there, VARIANT its wording. DATA for WhatsApp is in channels.whatsapp.uses, for SMS in channels.sms.uses."""

    renderer = models.CharField(max_length=40, default="campaign")
    subject_id = models.BigIntegerField()
    channel = models.CharField(max_length=10)
    variant = models.CharField(max_length=1, blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["renderer", "subject_id", "channel", "variant"], name="one_use_a_variant"
            ),
        ]
