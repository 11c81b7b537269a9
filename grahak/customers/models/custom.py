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
    words of a list. Put away, its values stay and come back with it.

    When its kind or its list changes under its values, a new row takes the code over (REPLACED_BY) and the old one
    keeps the values as they were, under a code that nobody types. RENAMED leads from former words of the list, folded,
    to those of today. LOCKED_AT: since when its values are being carried over; what is
    written meanwhile is carried over at once."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=CustomKind, default=CustomKind.TEXT)
    options = models.JSONField(_("the list"), default=list, blank=True)
    help_text = models.CharField(
        _("what to write there"), max_length=200, blank=True, default="", db_default=""
    )
    section = models.CharField(_("heading"), max_length=60, blank=True, default="", db_default="")
    default = models.CharField(_("to begin with"), max_length=200, blank=True, default="", db_default="")
    is_required = models.BooleanField(_("must be filled in"), default=False, db_default=False)
    renamed = models.JSONField(default=dict, blank=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaced")
    locked_at = models.DateTimeField(null=True, blank=True)
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


class ChangeState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("state of a change", "Waiting")
    RUNNING = "running", pgettext_lazy("state of a change", "Under way")
    DONE = "done", pgettext_lazy("state of a change", "Done")


class FieldChange(models.Model):
    """The values of FIELD are carried over to TO, another kind or list. WORDS: what becomes of words that leave the
    list. An undo is a change back: UNDOES names what it takes back. UPTO is the last customer carried over."""

    field = models.ForeignKey(CustomField, models.CASCADE, related_name="changes")
    to = models.ForeignKey(CustomField, models.CASCADE, related_name="changes_to")
    undoes = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")
    words = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=ChangeState, default=ChangeState.WAITING)
    upto = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    converted = models.PositiveIntegerField(default=0)
    aside = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)


class AsideValue(models.Model):
    """A customer's value that did not fit when its field changed, as it was written. Kept until somebody settles it."""

    change = models.ForeignKey(FieldChange, models.CASCADE, related_name="asides")
    field = models.ForeignKey(CustomField, models.CASCADE, related_name="asides")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    text = models.TextField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["change", "customer"], name="one_value_aside"),
        ]
