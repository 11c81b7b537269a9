"""What holds for every message to many, and what providers reported."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.channels.models.ledger import Message


class SendingRules(models.Model):
    """The shop's rules for offers (one row): at most CAP_MESSAGES in CAP_DAYS days to one contact across every
    channel (null: no cap), nothing between QUIET_FROM and QUIET_UNTIL of the recipient's clock, a second person's
    word before sending, how many are held out unless a campaign says otherwise, and after how many hours a schedule
    that was missed asks first. PACES: how many messages a minute at most on a channel ("email") or to a domain
    ("@gmail.com"), of everything that is sent."""

    cap_messages = models.PositiveSmallIntegerField(_("messages at most"), null=True, blank=True, default=4)
    cap_days = models.PositiveSmallIntegerField(_("in so many days"), default=7)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True, default=dt.time(21))
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True, default=dt.time(9))
    needs_approval = models.BooleanField(_("a second person approves before sending"), default=False)
    holdout_percent = models.PositiveSmallIntegerField(_("held out by lot, in percent"), default=10)
    stale_hours = models.PositiveSmallIntegerField(_("ask first when late by so many hours"), default=3)
    paces = models.JSONField(_("messages a minute, at most"), default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)


class Allowance(models.Model):
    """How far the messages let out under one pace reach (`channels.pace`): the next may go at NEXT_AT. KEY is
    "dispatch:4", "channel:email" or "domain:gmail.com". One row for all workers."""

    key = models.CharField(max_length=260, primary_key=True)
    next_at = models.DateTimeField()


class ReportKind(models.TextChoices):
    ACCEPTED = "accepted", _("taken by the provider")
    DELIVERED = "delivered", _("delivered")
    READ = "read", _("read")
    OPENED = "opened", _("opened")
    CLICKED = "clicked", _("link followed")
    HARD = "hard", _("came back: no such address")
    SOFT = "soft", _("came back for now")
    BLOCKED = "blocked", _("refused as unwanted")
    FAILED = "failed", _("failed")
    COMPLAINED = "complained", _("called spam")
    UNSUBSCRIBED = "unsubscribed", _("asked to stop")


class Report(models.Model):
    """Something a provider told about a message, once a (provider, event_id). CODE is the provider's or the RFC 3463
    status; DETAIL its words. MESSAGE is null where it is about none of ours."""

    channel = models.CharField(max_length=10)
    provider = models.CharField(max_length=30)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=ReportKind)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="reports")
    address = models.CharField(max_length=254, blank=True)
    code = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="reported_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["address", "-at"], name="reports_of_an_address"),
        ]
