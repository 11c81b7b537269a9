"""The shop's account at an SMS gateway: how it is asked, how its answers are read, what it costs."""

from __future__ import annotations

import secrets

from django.db import models
from django.utils.translation import gettext_lazy as _

from grahak.channels.secrets import unseal
from grahak.core.fields import MoneyField


def new_token() -> str:
    """The part of a webhook's address that nobody guesses."""
    return secrets.token_urlsafe(24)


class SmsAccount(models.Model):
    """A gateway that is spoken to over HTTP (one row). URL, HEADERS (a line each) and BODY hold {to}, {text}, {sender},
    {message_id}, {key}, {entity}, {template}, {unicode} and {hook}. Taken is what answers 2xx with OK_PATTERN in it
    (* stands for anything); ID_PATH is where in a JSON answer its own name of the message stands ("data.0.id"; "*":
    what stood for the * of OK_PATTERN). STATUSES maps the gateway's words to kinds of report. PRICE is of one segment.
    ENTITY is the principal entity of DLT (India). IS_FAKE: the built-in fake gateway; nothing goes out."""

    name = models.CharField(_("name of the gateway"), max_length=80)
    url = models.CharField(_("address"), max_length=1000)
    method = models.CharField(
        _("method"), max_length=4, default="POST", choices=[("POST", "POST"), ("GET", "GET")]
    )
    headers = models.TextField(_("headers"), blank=True)
    body_kind = models.CharField(
        _("body"),
        max_length=4,
        default="json",
        choices=[("json", "JSON"), ("form", _("Form")), ("none", _("none"))],
    )
    body = models.TextField(_("what is sent"), blank=True)
    key_sealed = models.TextField(blank=True)
    sender = models.CharField(_("sender shown (header, mask)"), max_length=20, blank=True)
    ok_pattern = models.CharField(_("stands in the answer when taken"), max_length=200, blank=True)
    bad_number_pattern = models.CharField(
        _("stands in the answer when the number is bad"), max_length=200, blank=True
    )
    id_path = models.CharField(_("where the answer names the message"), max_length=100, blank=True)
    entity = models.CharField(_("principal entity ID (DLT)"), max_length=30, blank=True)
    price = MoneyField(_("price of one segment"), null=True, blank=True)
    stop_words = models.CharField(_("more words that mean stop"), max_length=200, blank=True)
    daytime_only = models.BooleanField(_("offers between 10:00 and 21:00 only"), default=True)
    connections = models.PositiveSmallIntegerField(_("connections at once"), default=4)
    hook_token = models.CharField(max_length=64, unique=True, default=new_token)
    hook_key_sealed = models.TextField(blank=True)
    hook_header = models.CharField(_("header with the signature"), max_length=60, blank=True)
    hook_id = models.CharField(_("field of the message's name"), max_length=60, blank=True)
    hook_status = models.CharField(_("field of the status"), max_length=60, blank=True)
    statuses = models.JSONField(default=dict, blank=True)
    is_fake = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True)
    hooked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return unseal(self.key_sealed)

    @property
    def hook_key(self) -> str:
        return unseal(self.hook_key_sealed)
