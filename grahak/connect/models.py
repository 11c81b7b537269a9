"""An import from upload to undo, its saved mappings, and the rows that need somebody; the tables of connectors,
API, webhooks and exports are their own (their models.py) and known here to Django."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.connect.api.models import Allowance, KeptAnswer
from grahak.connect.connectors.models import (
    Backfill,
    BackfillState,
    Connector,
    ConnectorKind,
    Delivery,
    DeliveryState,
    ObjectKind,
    ShopObject,
)
from grahak.connect.exporting.models import ExportFormat, ExportRun, ExportState
from grahak.connect.rules.models import Again, Occasion, Outcome, Rule, RuleRun
from grahak.connect.webhooks.models import Attempt, Endpoint, Happening, Off, Telling, TellingState
from grahak.core.models import Batch, User

__all__ = [
    "Again",
    "Allowance",
    "Attempt",
    "Backfill",
    "BackfillState",
    "Connector",
    "ConnectorKind",
    "Delivery",
    "DeliveryState",
    "Endpoint",
    "ExportFormat",
    "ExportRun",
    "ExportState",
    "Happening",
    "ImportIssue",
    "ImportKind",
    "ImportMapping",
    "ImportRun",
    "ImportState",
    "KeptAnswer",
    "ObjectKind",
    "Occasion",
    "Off",
    "Outcome",
    "Rule",
    "RuleRun",
    "ShopObject",
    "Telling",
    "TellingState",
]


class ImportKind(models.TextChoices):
    CUSTOMERS = "customers", _("Customers")
    PRODUCTS = "products", _("Items")
    ORDERS = "orders", _("Orders")


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Columns to match")
    READY = "ready", _("Ready to bring in")
    RUNNING = "running", _("Bringing in")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped by a fault")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class ImportMapping(models.Model):
    """A saved answer to "which column is what", found again by the columns' names."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=ImportKind)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)


class ImportRun(models.Model):
    """One file brought in. NEXT_ROW is the number of the last row done: where to go on
    after a kill; it commits with the rows up to it."""

    kind = models.CharField(max_length=10, choices=ImportKind)
    file = models.FileField(upload_to="imports/")
    file_name = models.CharField(max_length=200)
    source = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    inspection = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    rows = models.PositiveIntegerField(default=0)
    next_row = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    fault = models.TextField(blank=True)
    is_dry = models.BooleanField(default=False)
    batch = models.OneToOneField(Batch, models.SET_NULL, null=True, related_name="import_run")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def get_absolute_url(self) -> str:
        return reverse("connect:import", args=[self.pk])

    @property
    def read(self) -> int:
        """Rows read so far, whatever became of them."""
        return self.added + self.changed + self.same + self.failed + int(self.counts.get("left_out", 0))


class ImportIssue(models.Model):
    """A row that was not brought in: the field, and the reason as a code with values, told in the reader's
    language. GROUP is the order it belongs to: the whole order is held back."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="issues")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    group = models.CharField(max_length=60, blank=True)
    values = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar[list[str]] = ["row", "id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["run", "row"], name="issues_of_a_run")]

    @property
    def reason(self) -> str:
        from grahak.connect.importing.problems import told

        return told(self.code, self.params)
