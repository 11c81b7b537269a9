"""What a shop wants to know of its customers beyond the usual: fields of its own, and their values."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.fields import MoneyField
from grahak.core.models import Batch, User
from grahak.customers.models.customer import Customer


class CustomKind(models.TextChoices):
    TEXT = "text", pgettext_lazy("kind of field", "Text")
    NUMBER = "number", pgettext_lazy("kind of field", "Number")
    MONEY = "money", pgettext_lazy("kind of field", "Money")
    DATE = "date", pgettext_lazy("kind of field", "Date")
    CHOICE = "choice", _("One of a list")
    CHOICES = "choices", _("Several of a list")
    CUSTOMER = "customer", _("Another customer")


class CustomField(models.Model):
    """A fact of a shop's own. CODE names it in addresses, files and messages and never changes; OPTIONS are the
    words of a list. Put away, its values stay and come back with it."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=CustomKind, default=CustomKind.TEXT)
    options = models.JSONField(_("the list"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class CustomValue(models.Model):
    """A customer's value of a field: TEXT for text and lists (one row a word for several), NUMBER for numbers and
    money, DAY, OTHER for another customer. Nothing known is no row."""

    # one_custom_value begins with both: indexes of their own would be second ones
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="values", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="custom_values")
    text = models.CharField(max_length=200, blank=True)
    number = MoneyField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    other = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True, related_name="+")
    batch = models.ForeignKey(Batch, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["field", "text", "customer"], name="one_custom_value"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["field", "number", "customer"],
                name="custom_numbers",
                condition=models.Q(number__isnull=False),
            ),
            models.Index(
                fields=["field", "day", "customer"], name="custom_days", condition=models.Q(day__isnull=False)
            ),
        ]
