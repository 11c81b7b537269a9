"""The one business of this installation and its branches."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Grouping(models.TextChoices):
    INDIAN = "indian", _("12,34,567 (lakh, crore)")
    WESTERN = "western", _("1,234,567 (thousand, million)")


class Business(models.Model):
    """The one business of this installation. Its absence means that the first run is still to do."""

    name = models.CharField(_("name"), max_length=200)
    currency = models.CharField(_("currency"), max_length=3, default="INR")
    grouping = models.CharField(_("grouping"), max_length=10, choices=Grouping, default=Grouping.INDIAN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Asia/Kolkata")
    fiscal_month = models.PositiveSmallIntegerField(_("fiscal year starts in"), default=4)
    language = models.CharField(_("language"), max_length=5, default="en")
    country = models.CharField(_("country"), max_length=2, default="IN")
    logo = models.FileField(_("logo"), upload_to="logo/", blank=True)
    address = models.TextField(_("address"), blank=True)
    attribution_days = models.PositiveSmallIntegerField(_("days an order counts for a message"), default=7)
    is_demo = models.BooleanField(default=False)
    demo_story = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_business"),
            models.CheckConstraint(condition=models.Q(fiscal_month__range=(1, 12)), name="fiscal_month_1_12"),
        ]

    def __str__(self) -> str:
        return self.name


class Branch(models.Model):
    """A shop, counter or depot of the business; salesmen and counters see their own branch."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    address = models.TextField(_("address"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
