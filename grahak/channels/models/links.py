"""Tracked links of a dispatch and who followed them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from grahak.channels.models.ledger import Dispatch, Message


class Link(models.Model):
    """A web address that stands in a dispatch; its short form is signed per message."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, related_name="links")
    url = models.CharField(max_length=2000)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["dispatch", "url"], name="link_once_a_dispatch"),
        ]


class Click(models.Model):
    """Somebody followed a tracked link. BOT: a scanner or prefetcher, left out of figures."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="clicks")
    message = models.ForeignKey(Message, models.CASCADE, related_name="clicks")
    at = models.DateTimeField(default=timezone.now)
    bot = models.BooleanField(default=False)
