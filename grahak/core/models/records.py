"""Batches that can be undone, the audit log, settings, job leases and the change log."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from grahak.core.models.keys import ApiKey
from grahak.core.models.people import User


class Batch(models.Model):
    """Changes made together that can be undone together: an import, a mass edit.

    Rows that a batch created point at it; rows that it changed leave a BatchChange with the old values.
    """

    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")


class BatchChange(models.Model):
    """What a row looked like before a batch changed it. `subject` is "app.Model"."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="changes")
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    before = models.JSONField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["batch", "subject", "subject_id"], name="first_value_is_kept"),
        ]


class AuditEntry(models.Model):
    """Who did what to which row, when and from where. Written in the transaction of the change; never edited.
    FIELDS names what changed, each between bars: "|city|credit_limit|"."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    actor = models.CharField(max_length=160)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    fields = models.CharField(max_length=400, blank=True, default="", db_default="")
    key = models.ForeignKey(ApiKey, models.SET_NULL, null=True, related_name="+", db_index=False)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["subject", "subject_id", "-at"], name="audit_subject"),
            models.Index(fields=["action", "-id"], name="audit_action"),
            models.Index(fields=["-id"], name="audit_fields", condition=~models.Q(fields="")),
        ]


class JobLease(models.Model):
    """The lease beside a running job: its worker renews it; when it runs out, another takes the job up."""

    task_id = models.UUIDField(primary_key=True)
    worker = models.CharField(max_length=80)
    expires_at = models.DateTimeField(db_index=True)
    attempts = models.PositiveSmallIntegerField(default=1)


class Setting(models.Model):
    """A small named value that a room keeps for the whole business (thresholds, last runs)."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    updated_at = models.DateTimeField(auto_now=True)


class Change(models.Model):
    """A line of the change log that triggers write (core.changes): row ROW_ID of KIND changed, or is GONE.
    ROW_ID 0 stands for all rows of the kind. XID is PostgreSQL's transaction, by which its log is read."""

    kind = models.CharField(max_length=16)
    row_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(null=True)
    gone = models.BooleanField(default=False)
    xid = models.BigIntegerField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["xid", "id"], name="change_by_transaction", condition=models.Q(xid__isnull=False)
            ),
        ]


class ChangeReader(models.Model):
    """How far a reader of the change log has come; what all of them have read is pruned."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)
    at = models.DateTimeField(auto_now=True)
