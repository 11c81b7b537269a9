"""Papers that belong to a customer: a photo of a bill, a signed form, a price list."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core.models import User
from grahak.core.money import figure
from grahak.customers.models.customer import Customer


def weight_of(size: int) -> str:
    """A number of bytes in words: "740 KB", "2.1 MB"."""
    if size < 1_000_000:
        return _("%(n)s KB") % {"n": figure(max(1, round(size / 1000)))}
    return _("%(n)s MB") % {"n": figure(Decimal(size) / 1_000_000, 1)}


class Attachment(models.Model):
    """A file of a customer under a random name. NAME is what it was called when it came, shown and never trusted; KIND
    is the media type by its content. Pictures are drawn anew before they are kept and have a THUMB. Removed files stay
    thirty days, so that it can be undone."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="attachments/")
    thumb = models.FileField(upload_to="attachments/", blank=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)  # SHA-256 of what is kept
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["removed_at"],
                name="attachments_removed",
                condition=models.Q(removed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def weight(self) -> str:
        return weight_of(self.size)

    @property
    def is_picture(self) -> bool:
        return self.kind.startswith("image/")
