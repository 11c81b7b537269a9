"""The mailbox in which mails come back, and what was found there that nobody could read."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import User


class BounceMailbox(models.Model):
    """The IMAP mailbox that is read for bounces and complaints (one row). UIDVALIDITY and LAST_UID are how far it was
    read (RFC 9051 §2.3.1.1), committed together with what was found; TROUBLE why it cannot be read now."""

    host = models.CharField(_("IMAP server"), max_length=200)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(
        _("security"),
        max_length=8,
        default="tls",
        choices=[("tls", "TLS"), ("starttls", "STARTTLS"), ("none", _("none"))],
    )
    username = models.CharField(_("user name"), max_length=200)
    password_sealed = models.TextField(blank=True)
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    done_folder = models.CharField(_("folder for what was read"), max_length=200, blank=True)
    is_on = models.BooleanField(_("read this mailbox"), default=True)
    uidvalidity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(default=timezone.now)


class AsideReason(models.TextChoices):
    NOT_MAIL = "not_mail", _("not a mail that can be read")
    NO_ADDRESS = "no_address", _("it does not say whose mail came back")
    NO_STATUS = "no_status", _("it does not say why the mail came back")
    BROKEN = "broken", _("it is cut off or damaged")
    FAULT = "fault", _("Grahak stumbled over it")


class SetAside(models.Model):
    """A mail or a provider's report that could not be read, kept until somebody looked at it. KEY is what makes it
    one and the same when it is seen again."""

    source = models.CharField(max_length=30)
    key = models.CharField(max_length=64)
    reason = models.CharField(max_length=20, choices=AsideReason)
    detail = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    content = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)
    put_away_at = models.DateTimeField(null=True)
    put_away_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["source", "key"], name="set_aside_once"),
        ]
