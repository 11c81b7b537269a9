"""The columns and filters of a shop's own fields."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Exists, OuterRef
from django.utils.safestring import mark_safe

from grahak.core.registry import Column, Filter
from grahak.customers import custom
from grahak.customers.custom import LISTS, PREFIX
from grahak.customers.listing.operators import AGES, COMPARISONS, IS, NOT, age, compare
from grahak.customers.models import CustomField, CustomKind, CustomValue

ORDER: Final = 60
UNSORTED: Final = (CustomKind.CHOICES, CustomKind.CUSTOMER)


def columns() -> list[Column]:
    """A column for each field in use."""
    return [_column(field, ORDER + at) for at, field in enumerate(custom.fields())]


def _fill(rows: list[Any]) -> None:
    missing = [row for row in rows if not hasattr(row, "own_values")]
    found = custom.values_of([row.pk for row in missing]) if missing else {}
    for row in missing:
        row.own_values = found.get(row.pk, {})


def _column(field: CustomField, order: int) -> Column:
    def cell(row: Any) -> str:
        return custom.shown(field, row.own_values.get(field.code)) or mark_safe(
            '<span class="quiet">–</span>'
        )

    name = PREFIX + field.code
    numeric = field.kind in (CustomKind.NUMBER, CustomKind.MONEY)
    return Column(
        name, field.name, cell, css="num wide-only" if numeric else "wide-only", order=order, fill=_fill,
        sort="" if field.kind in UNSORTED else name,
        export=lambda row: custom.plain(field, row.own_values.get(field.code)), reads=(),
    )  # fmt: skip


def filters() -> list[Filter]:
    """A filter for each field, by its kind."""
    return [_filter(field, ORDER + at) for at, field in enumerate(custom.fields())]


def _filter(field: CustomField, order: int) -> Filter:
    values = CustomValue.objects.filter(field_id=field.pk)
    name, listed = PREFIX + field.code, field.kind in LISTS

    def narrowed(operator: str, value: str) -> Any:
        match field.kind:
            case CustomKind.NUMBER | CustomKind.MONEY:
                return compare(values, "number", operator, value)
            case CustomKind.DATE:
                return age(values, "day", operator, value)
            case CustomKind.CUSTOMER:
                return values.filter(other__name=value)
        return values.filter(text=custom.current_word(field, value))

    def apply(rows: Any, operator: str, value: str) -> Any:
        found = Exists(narrowed(operator, value).filter(customer=OuterRef("pk")))
        return rows.filter(~found if operator == NOT[0] else found)

    kinds = {"number": ("number", COMPARISONS), "money": ("money", COMPARISONS), "date": ("days", AGES)}
    kind, operators = kinds.get(field.kind, ("choice" if listed else "text", (IS, NOT)))
    choices = (lambda _request: [(one, one) for one in field.options]) if listed else None
    return Filter(name, field.name, operators, apply, kind=kind, choices=choices, order=order)
