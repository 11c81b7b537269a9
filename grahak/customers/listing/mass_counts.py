"""What a change of many customers would do, counted before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from grahak.core.models import User
from grahak.core.templatetags.ui import day
from grahak.customers import custom
from grahak.customers.mass_changes import may_change
from grahak.customers.models import Customer, CustomField, CustomValue, Lifecycle
from grahak.customers.selection import Selection


@dataclass(frozen=True)
class Counts:
    """Of TOTAL chosen customers this person may not change NOT_MINE; HAVE have the value already; CHANGE would
    change."""

    total: int
    not_mine: int
    have: int

    @property
    def change(self) -> int:
        return self.total - self.not_mine - self.have


def count(chosen: Selection, name: str, value: Any, user: User) -> Counts:
    """Count it, by three questions."""
    rows = chosen.customers(user).order_by()
    total = rows.count()
    mine = rows.filter(pk__in=may_change(user, "set").values("pk"))
    may = mine.count()
    return Counts(total, total - may, mine.filter(_has(name, value)).count())


def _has(name: str, value: Any) -> Any:
    """The condition that a customer has the value already, or cannot have it."""
    own = custom.field_named(name)
    if own is not None:
        return _has_own(own, value)
    if name == "lifecycle":
        before = [Lifecycle.LEAD] if value == Lifecycle.PROSPECT else [Lifecycle.LEAD, Lifecycle.PROSPECT]
        return ~models.Q(lifecycle__in=before)
    column: Any = Customer._meta.get_field(name)
    if value in (None, ""):
        return models.Q(**{f"{name}__isnull": True}) if column.null else models.Q(**{name: ""})
    return models.Q(**{name: value})


def _has_own(field: CustomField, value: Any) -> Any:
    mine = CustomValue.objects.filter(field=field, customer=OuterRef("pk"))
    if value in (None, "", []):
        return ~models.Q(Exists(mine))
    if isinstance(value, list):
        here = models.Q()
        for word in value:
            here &= models.Q(Exists(mine.filter(text=word)))
        return here & ~models.Q(Exists(mine.exclude(text__in=value)))
    return models.Q(Exists(mine.filter(**{custom.COLUMNS.get(field.kind, "text"): value})))


def words(name: str, value: Any, box: forms.Field) -> str:
    """A value as a sentence names it."""
    if value in (None, "", []):
        return _("empty")
    own = custom.field_named(name)
    if own is not None:
        return custom.plain(own, value)
    choices = getattr(box, "choices", None)
    if choices and not isinstance(value, models.Model):
        return str(dict(choices).get(value, value))
    return day(value) if name == "since" else str(value)
