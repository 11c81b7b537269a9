"""How far a change of very many customers has come."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from grahak.core.models import Batch


class MassState(models.TextChoices):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class MassChange(models.Model):
    """A change of many customers that a job makes: what (VERB, FIELD, VALUE as it is typed), for whom (QUERY, or IDS),
    and how far it is. CHANGED of DONE were changed, LEFT were not given back by the undo, having been changed since."""

    batch = models.OneToOneField(Batch, models.CASCADE, related_name="mass_change")
    verb = models.CharField(max_length=20)
    field = models.CharField(max_length=60, blank=True)
    value = models.JSONField(default=str, blank=True)
    query = models.CharField(max_length=4000, null=True)
    ids = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=MassState, default=MassState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    back = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["-pk"]
