"""How a list is sorted, and a place in it that an address can carry. A shop's own fields are sorted by as well: their
values stand in rows of their own, walked by the index that begins with the field.

A place is (segment, value, id) of one row. Rows with a value come first, in its order; then rows whose
value is unknown; then rows that have no related row at all; equals by id, in the same direction. So every
customer stands in the list exactly once, whatever rooms above have or have not counted yet.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from grahak.core.registry import registry
from grahak.customers import custom
from grahak.customers.field_rights import may_sort
from grahak.customers.models import Customer, CustomKind, CustomValue

KNOWN: Final = 0
UNKNOWN: Final = 1
ABSENT: Final = 2
LARGEST: Final = 2**63 - 1


@dataclass(frozen=True)
class Sort:
    """A column to sort by and a direction, resolved to the model and field whose index gives the order."""

    column: str
    descending: bool
    path: str
    model: type[models.Model]
    field: models.Field[Any, Any]
    key: str  # the attribute of `model` that holds the customer's id
    own_field: int = 0  # the number of the shop's own field, whose values stand in `model`

    @property
    def code(self) -> str:
        return f"-{self.column}" if self.descending else self.column

    @property
    def is_own(self) -> bool:
        return self.model is Customer

    @property
    def relation(self) -> str:
        """The one-to-one relation that holds the field, "" for the customer's own."""
        return self.path.rpartition("__")[0]

    @property
    def reads(self) -> str:
        """What a row must be read with so that its place is known."""
        return "pk" if self.own_field else self.path

    @property
    def joins(self) -> tuple[str, ...]:
        """The relations to join for it."""
        return () if self.is_own or self.own_field else (self.relation,)

    def valued(self) -> QuerySet[Any]:
        """The rows in which the values stand, those without a value too."""
        rows = self.model._default_manager.all()
        return rows.filter(field_id=self.own_field) if self.own_field else rows

    def absent(self) -> Q:
        """The condition on customers that they have no such row."""
        if not self.own_field:
            return Q(**{f"{self.relation}__isnull": True})
        return ~Q(Exists(CustomValue.objects.filter(field_id=self.own_field, customer=OuterRef("pk"))))

    def carried(self, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        """ROWS with the value sorted by under PATH, where it is not theirs or a relation's."""
        if not self.own_field:
            return rows
        mine = CustomValue.objects.filter(field_id=self.own_field, customer=OuterRef("pk"))
        return rows.annotate(**{self.path: Subquery(mine.values(self.field.name)[:1])})

    def turned(self) -> Sort:
        """The same column, the other way round."""
        return replace(self, descending=not self.descending)


class Place(NamedTuple):
    """A row's place in a sorted list; BEFORE is how many rows stand in front of it, None if not known."""

    segment: int
    value: Any
    pk: int
    before: int | None = None


def sort_of(code: str, user: Any = None) -> Sort | None:
    """The sort that an address names ("balance", "-balance"); None for none, an unknown one, and one by what is
    hidden from USER."""
    if user is not None and not may_sort(user, code.removeprefix("-")):
        return None
    if code.removeprefix("-").startswith(custom.PREFIX):
        return _own(code)
    column = registry.columns.get(code.removeprefix("-"))
    if column is None or not column.sort:
        return None
    model, field, key = _resolved(column.sort)
    return Sort(column.name, code.startswith("-"), column.sort, model, field, key)


def _own(code: str) -> Sort | None:
    """By a field of the shop's own, where one value a customer can be put in order."""
    found = custom.field_named(code.removeprefix("-"))
    if found is None or found.kind in (CustomKind.CHOICES, CustomKind.CUSTOMER):
        return None
    field = _field(CustomValue, custom.COLUMNS.get(found.kind, "text"))
    column = custom.PREFIX + found.code
    return Sort(column, code.startswith("-"), "own_sorted", CustomValue, field, "customer_id", found.pk)


@lru_cache(maxsize=64)
def _resolved(path: str) -> tuple[type[models.Model], models.Field[Any, Any], str]:
    """(model, field, attribute holding the customer's id) of "name_sort" or "figures__balance". Only the
    customer's own fields and those of a one-to-one relation can be walked by an index."""
    relation, _, name = path.rpartition("__")
    if not relation:
        return Customer, _field(Customer, name), "pk"
    related = Customer._meta.get_field(relation)
    if not isinstance(related, models.OneToOneRel):
        raise FieldDoesNotExist(f"{path}: lists are sorted by own fields or one-to-one relations")
    model = related.related_model
    return model, _field(model, name), related.field.attname


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise FieldDoesNotExist(name)
    return field


def write_place(place: Place, sort: Sort) -> str:
    """A place as an address carries it."""
    value = place.value if place.value is None or isinstance(place.value, int) else str(place.value)
    if hasattr(place.value, "isoformat"):
        value = place.value.isoformat()
    raw = json.dumps([sort.code, place.segment, value, place.pk, place.before], ensure_ascii=False)
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_place(text: str, sort: Sort) -> Place | None:
    """The place that an address carries; None if it was forged, cut, or belongs to another order."""
    if not text or len(text) > 2000 or not text.isascii():
        return None
    try:
        raw = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        code, segment, value, pk, before = raw
        if code != sort.code or segment not in (KNOWN, UNKNOWN, ABSENT) or isinstance(segment, bool):
            return None
        if not _whole(pk) or not (before is None or _whole(before)):
            return None
        if segment != KNOWN:
            return Place(segment, None, pk, before)
        if not isinstance(value, str | int) or isinstance(value, bool) or "\x00" in str(value):
            return None
        kept = sort.field.to_python(value)
        sort.field.get_prep_value(kept)
        if kept is None or _too_big(sort.field, kept):
            return None
        return Place(KNOWN, kept, pk, before)
    except (
        ValueError,
        TypeError,
        ValidationError,
        OverflowError,
        ArithmeticError,
        binascii.Error,
        RecursionError,
    ):
        return None


def _whole(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= LARGEST


def _too_big(field: models.Field[Any, Any], value: Any) -> bool:
    prepared = field.get_prep_value(value)
    return isinstance(prepared, int) and abs(prepared) > LARGEST
