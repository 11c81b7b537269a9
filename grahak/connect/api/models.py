"""What the API remembers between requests: answers that may be asked for again, and how much each key may still ask."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from grahak.core.models import ApiKey


class KeptAnswer(models.Model):
    """The answer to a request that bore an Idempotency-Key, for a day. STATUS 0: still being worked by whoever made
    the row; BODY_HASH tells the same request from another one under the same name."""

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["key", "name"], name="one_answer_a_name"),
        ]


class Allowance(models.Model):
    """How many requests a key may still make: TOKENS at the moment AT (seconds since 1970), refilled steadily."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="+")
    tokens = models.FloatField()
    at = models.FloatField()
