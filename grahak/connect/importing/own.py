"""Values of a shop's own fields from a file of customers. A filled cell changes the value, an empty one leaves it as it
is; words of a list of several are added, none is taken away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from grahak.connect.importing.cells import MONEY, CellError, Cells, decimal_of
from grahak.connect.importing.kept import remember
from grahak.core.bulk import pieces
from grahak.core.models import Batch
from grahak.customers import custom
from grahak.customers.changing import carry, reading
from grahak.customers.models import Customer, CustomField, CustomKind, CustomValue

_COLUMNS = {"number": "number", "money": "number", "date": "day", "customer": "other_id"}


class OwnValues:
    """Reads and keeps the own fields that columns of the file are matched to."""

    def __init__(self, cells: Cells, batch: Batch) -> None:
        self.cells, self.batch = cells, batch
        self.fields = {name: found for name in cells.at if (found := custom.field_named(name)) is not None}
        self.named: dict[str, int] = {}

    def read(self, values: Sequence[Any]) -> dict[int, Any]:
        """A row's filled values by the fields' numbers. Raises CellError."""
        found = {field.pk: self._value(name, field, values) for name, field in self.fields.items()}
        return {pk: value for pk, value in found.items() if value is not None and value != []}

    def _value(self, name: str, field: CustomField, values: Sequence[Any]) -> Any:
        match field.kind:
            case CustomKind.NUMBER | CustomKind.MONEY:
                units = self.cells.units(values, name, MONEY)
                return None if units is None else decimal_of(units, MONEY)
            case CustomKind.DATE:
                return self.cells.day(values, name)
        text = self.cells.text(values, name, 2000 if field.kind == CustomKind.CHOICES else 200)
        if not text:
            return None
        if field.kind == CustomKind.CUSTOMER:
            return self._customer(name, text)
        try:
            return custom.cleaned(field, text)
        except ValidationError:
            raise CellError(name, "not_listed", text=text[:60], of=field.name) from None

    def _customer(self, name: str, text: str) -> int:
        if text not in self.named:
            found = list(
                Customer.objects.filter(name=text, archived_at=None).values_list("pk", flat=True)[:2]
            )
            if len(found) != 1:
                raise CellError(name, "no_customer", text=text[:60])
            self.named[text] = found[0]
        return self.named[text]

    def keep(self, values: dict[int, dict[int, Any]]) -> set[int]:
        """Write the values of customers, in the caller's transaction; gives the customers whose changed. A field that
        changed its kind since the file was begun takes them as the new kind."""
        values = self._as_now(values)
        changed = self._keep(values)
        for field in self.fields.values():
            if field.locked_at is not None and changed:
                carry.follow(field, sorted(changed))
        return changed

    def _as_now(self, values: dict[int, dict[int, Any]]) -> dict[int, dict[int, Any]]:
        now = custom.held_still(field.code for field in self.fields.values())
        for name, was in list(self.fields.items()):
            field = self.fields[name] = now.get(was.code, was)
            if field.pk == was.pk:
                continue
            aside: dict[int, str] = {}
            for customer, own in values.items():
                if was.pk in own:
                    got = reading.carried(was, field, self._held(was, own.pop(was.pk)), {})
                    if got.value is not None and got.value != []:
                        own[field.pk] = got.value.pk if isinstance(got.value, Customer) else got.value
                    if got.aside:
                        aside[customer] = got.aside
            carry.put_aside(was, field, aside)
        return values

    @staticmethod
    def _held(field: CustomField, value: Any) -> Any:
        """A value as records hold it: another customer comes as a number."""
        return Customer.objects.get(pk=value) if field.kind == CustomKind.CUSTOMER else value

    def _keep(self, values: dict[int, dict[int, Any]]) -> set[int]:
        there: dict[tuple[int, int], list[CustomValue]] = {}
        for piece in pieces(pk for pk, own in values.items() if own):
            for row in CustomValue.objects.filter(customer_id__in=piece, field__in=self.fields.values()):
                there.setdefault((row.customer_id, row.field_id), []).append(row)
        kinds = {field.pk: field.kind for field in self.fields.values()}
        fresh: list[CustomValue] = []
        changed: set[int] = set()
        for pk, own in values.items():
            for field, value in own.items():
                rows = there.get((pk, field), [])
                made, moved = self._written(pk, field, kinds[field], value, rows)
                fresh += made
                if made or moved:
                    changed.add(pk)
        CustomValue.objects.bulk_create(fresh, batch_size=500)
        return changed

    def _written(
        self, pk: int, field: int, kind: str, value: Any, rows: list[CustomValue]
    ) -> tuple[list[CustomValue], bool]:
        """(rows to make, whether a row was changed) for one value."""
        if kind == CustomKind.CHOICES:
            known = {row.text for row in rows}
            words = [word for word in value if word not in known]
            return [
                CustomValue(field_id=field, customer_id=pk, text=word, batch=self.batch) for word in words
            ], False
        column = _COLUMNS.get(kind, "text")
        if not rows:
            return [CustomValue(field_id=field, customer_id=pk, batch=self.batch, **{column: value})], False
        old = getattr(rows[0], column)
        if old == value:
            return [], False
        if rows[0].batch_id != self.batch.pk:
            remember(self.batch, "customers.CustomValue", rows[0].pk, {column: old})
        setattr(rows[0], column, value)
        rows[0].save(update_fields=[column])
        return [], True
