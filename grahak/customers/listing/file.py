"""The list as a CSV file, a thousand rows at a time; memory does not grow with it. It is in the list's
order, but for a long list that nobody sorted: that comes in the order in which customers were added.

Columns whose value is a plain field are read as it lies in the database and written without building
anything around it; others are asked by their functions, row by row.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.db import models
from django.db.models import BigIntegerField, CharField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Cast

from grahak.core import business
from grahak.core.access import scoped
from grahak.core.csv_guard import guard
from grahak.core.fields import FixedField
from grahak.core.models import User
from grahak.core.registry import Column
from grahak.customers.listing.page import FEW, counted, ordered, places, with_columns
from grahak.customers.listing.question import Question, read
from grahak.customers.models import Customer
from grahak.customers.selection import Selection

BOM: Final = "\ufeff"  # tells spreadsheets that it is UTF-8
PARTS: Final = 1000


class Row:
    """A customer's number, and what the columns' `fill` hangs on it."""

    def __init__(self, pk: int) -> None:
        self.pk = pk


def lines(user: User, chosen: Selection, columns: list[Column]) -> Iterator[str]:
    """The file of the chosen customers, part by part. What a spreadsheet would run as a formula is
    guarded."""
    yield BOM + _written([[guard(str(column.label)) for column in columns]])
    # A column that needs the whole row makes all rows whole; so only where somebody registered one.
    whole = any(not column.value and column.fill is None for column in columns)
    for seen, ids in _stretches(user, chosen):
        customers = scoped(seen, user, "customers.export")
        yield _written(_whole(customers, ids, columns) if whole else _lean(customers, ids, columns))


def _written(rows: list[list[str]]) -> str:
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()


def _stretches(user: User, chosen: Selection) -> Iterator[tuple[QuerySet[Customer], list[int]]]:
    """(who may be written, ids in order) for each part of the file."""
    if chosen.query is None:
        yield chosen.customers(user), list(chosen.ids)
        return
    question: Question = read(chosen.query, user)
    customers = question.customers(user)
    if not question.is_open and counted(customers) <= FEW:
        yield customers, list(ordered(customers, question.order).values_list("pk", flat=True))
        return
    if question.sort is None:
        for ids in _by_number():
            yield customers, ids
        return
    for part in places(question.order, None, backward=False, step=PARTS):
        yield customers, [place.pk for place in part]


def _by_number() -> Iterator[list[int]]:
    """All customers in the order in which they were added: as they lie on the disk."""
    last = 0
    while ids := list(
        Customer.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PARTS]
    ):
        yield ids
        last = ids[-1]


def _lean(customers: QuerySet[Customer], ids: list[int], columns: list[Column]) -> list[list[str]]:
    """Rows of plain values, and of what `fill` finds for all of them at once."""
    plain = [column for column in columns if column.value]
    kinds = {column.name: _kind(column.value) for column in plain}
    raw = {f"v{at}": _raw(column.value) for at, column in enumerate(plain)}
    read_ = customers.order_by().filter(pk__in=ids).annotate(**raw).values_list("pk", *raw)
    values: dict[int, Any] = {row[0]: row for row in read_}
    rows = [Row(pk) for pk in ids if pk in values]
    for column in columns:
        if column.fill and not column.value and rows:
            column.fill(rows)
    at = {column.name: number for number, column in enumerate(plain, 1)}
    tellers = [(at.get(column.name, 0), kinds.get(column.name), column.export) for column in columns]
    return [
        [
            tell(values[row.pk][number]) if tell is not None else _text(export(row) if export else "")
            for number, tell, export in tellers
        ]
        for row in rows
    ]


def _whole(customers: QuerySet[Customer], ids: list[int], columns: list[Column]) -> list[list[str]]:
    """Rows asked by the columns' own functions."""
    found = with_columns(customers.order_by().filter(pk__in=ids), columns).in_bulk()
    rows = [found[pk] for pk in ids if pk in found]
    for column in columns:
        if column.fill and rows:
            column.fill(rows)
    return [[_text(column.export(row) if column.export else "") for column in columns] for row in rows]


def _field(path: str) -> Any:
    field: Any = None
    model: Any = Customer
    for part in path.split("__"):
        field = model._meta.get_field(part)
        model = field.related_model
    return field


def _raw(path: str) -> Any:
    """The value as it lies in the database, past the conversions that forms and screens need."""
    field = _field(path)
    if isinstance(field, FixedField):
        return ExpressionWrapper(F(path), output_field=BigIntegerField())
    if isinstance(field, models.DateField):  # moments too
        return Cast(F(path), CharField())
    return F(path)


def _kind(path: str) -> Callable[[Any], str]:
    """How a value of that field is written."""
    field = _field(path)
    if isinstance(field, FixedField):
        return _two_places if field.unit == 10_000 else lambda value: _text(Decimal(value or 0) / field.unit)
    if isinstance(field, models.DateTimeField):
        zone = business.zone().key
        return lambda value: _day_of(value[:19], zone) if value else ""
    if isinstance(field, models.DateField | models.IntegerField):
        return lambda value: "" if value is None else str(value)
    return lambda value: guard(value) if value else ""


def _two_places(value: int | None) -> str:
    """Ten-thousandths as an amount with two places, halves away from zero."""
    if value is None:
        return ""
    hundredths = (abs(value) + 50) // 100
    sign = "-" if value < 0 and hundredths else ""
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


@lru_cache(maxsize=20_000)
def _day_of(text: str, zone: str) -> str:
    """The business day of a moment that is written in UTC."""
    return business.day_of(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)).isoformat()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.date):
        return value.isoformat()
    return guard(str(value))
