"""One export of everything, from the wish to the file that is thrown away."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import User
from grahak.customers.models.attachments import weight_of


class ExportFormat(models.TextChoices):
    CSV = "csv", _("CSV: opens in every spreadsheet")
    JSONL = "jsonl", _("JSON lines: for programmes")
    PARQUET = "parquet", _("Parquet: for analysts, small and typed")


class ExportState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Being written")
    DONE = "done", _("Ready")
    FAILED = "failed", _("Stopped by a fault")
    GONE = "gone", _("Thrown away")


class ExportRun(models.Model):
    """One export. TABLE is the one being written; TABLES_DONE of TABLES and ROWS show how far it is. The file stands
    under FILE below the media folder until EXPIRES_AT."""

    format = models.CharField(_("format"), max_length=8, choices=ExportFormat, default=ExportFormat.CSV)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.WAITING)
    table = models.CharField(max_length=80, blank=True)
    tables = models.PositiveIntegerField(default=0)
    tables_done = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def get_absolute_url(self) -> str:
        return reverse("connect:export", args=[self.pk])

    @property
    def weight(self) -> str:
        """The size in words."""
        return weight_of(self.size)
