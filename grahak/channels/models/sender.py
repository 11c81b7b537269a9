"""The shop's mail account, and the built-in mailbox that the demo sends to."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Sender(models.Model):
    """How the shop sends e-mail: over a mail server (PROVIDER "smtp") or a provider's API (its name in
    channels.email.providers, its keys sealed as JSON). The password is encrypted with the installation's secret
    (channels.secrets). COUNTS_OPENINGS: mails to customers carry a picture of one dot that tells when they
    are opened; off where that is not allowed. BOUNCE_ADDRESS is the envelope's sender, where mails come back to
    (empty: the sender's address); TAGS_BOUNCES signs it per message (bounces+7.3f9c@…), where the mailbox takes
    that. HOOK_TOKEN is the secret part of the address at which the provider reports, HOOK_SEALED what it signs or
    logs in with."""

    provider = models.CharField(_("sent through"), max_length=20, default="smtp")
    keys_sealed = models.TextField(blank=True)
    hook_token = models.CharField(max_length=64, blank=True)
    hook_sealed = models.TextField(blank=True)
    host = models.CharField(_("mail server"), max_length=200, blank=True)
    port = models.PositiveIntegerField(_("port"), default=587)
    security = models.CharField(
        _("security"),
        max_length=8,
        default="starttls",
        choices=[("starttls", "STARTTLS"), ("tls", "TLS"), ("none", _("none"))],
    )
    username = models.CharField(_("user name"), max_length=200, blank=True)
    password_sealed = models.TextField(blank=True)
    from_name = models.CharField(_("sender's name"), max_length=120)
    from_address = models.EmailField(_("sender's address"))
    reply_to = models.EmailField(_("replies go to"), blank=True)
    bounce_address = models.EmailField(_("what cannot be delivered comes back to"), blank=True)
    tags_bounces = models.BooleanField(_("sign that address for each message"), default=False)
    connections = models.PositiveSmallIntegerField(_("connections at once"), default=8)
    log_path = models.CharField(_("mail server's log file"), max_length=300, blank=True)
    counts_openings = models.BooleanField(_("count who opens messages"), default=True)
    is_mailbox = models.BooleanField(default=False)
    tested_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)


class BoxedMail(models.Model):
    """A mail that the built-in mailbox server took in (demo and tests); it goes nowhere else."""

    message_id = models.CharField(max_length=200, db_index=True)
    mail_from = models.CharField(max_length=254)
    rcpt_to = models.CharField(max_length=254, db_index=True)
    subject = models.CharField(max_length=300, blank=True)
    content = models.BinaryField()
    received_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
