"""Segments: rules that say which customers belong, lists kept by hand, who is in them and who came and went."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core.models import User
from grahak.customers.models import Customer


class SegmentKind(models.TextChoices):
    RULE = "rule", _("By rules")
    STATIC = "static", _("List kept by hand")


class SegmentQuerySet(models.QuerySet["Segment"]):
    def active(self) -> SegmentQuerySet:
        return self.filter(archived_at=None)

    def ruled(self) -> SegmentQuerySet:
        """Those in use whose members follow from rules."""
        return self.active().filter(kind=SegmentKind.RULE)


class Segment(models.Model):
    """A rule (TREE, see insight.segments.tree) that says which customers belong, or a list kept by hand. MEMBERS
    is how many Membership rows there are, counted at COUNTED_AT; STALE_REASON, since STALE_SINCE, says why that
    may be old: a code with words in insight.segments.stale."""

    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("what it is for"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=6, choices=SegmentKind, default=SegmentKind.RULE)
    tree = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    members = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True, blank=True)
    stale_reason = models.CharField(max_length=40, blank=True)
    stale_since = models.DateTimeField(null=True, blank=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "id"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(archived_at=None), name="segment_name_once_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_static(self) -> bool:
        return self.kind == SegmentKind.STATIC


class Membership(models.Model):
    """A customer is in a segment, since ENTERED_AT; who leaves has no row."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="memberships", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["segment", "customer"], name="member_once_a_segment"),
        ]


class Movement(models.Model):
    """A customer ENTERED a segment, or left it, AT a moment. The history stays when the segment is put away."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="movements", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="movements", db_index=False)
    entered = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["segment", "-at", "-id"], name="movements_of_a_segment"),
            models.Index(fields=["customer", "-at", "-id"], name="movements_of_a_customer"),
        ]


class SegmentSize(models.Model):
    """How many members a segment had at the end of a business day, or has so far today."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="sizes", db_index=False)
    day = models.DateField()
    members = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["segment", "day"], name="size_once_a_day"),
        ]
