"""Writes down whatever a merge does to rows, so that each can be put back; the only way in which a merge writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import models

from grahak.core.bulk import pieces
from grahak.core.merging import Pointer
from grahak.customers.models import ChangeKind, Merge, MergeChange, MergeMove

_PLAIN = (bool, int, str, dict, list)


def packed(row: models.Model, names: Iterable[str] | None = None) -> dict[str, Any]:
    """The values of a row (of columns NAMES, all where None) as JSON keeps them, by attribute name."""
    asked = None if names is None else set(names)
    out: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if asked is None or field.attname in asked or field.name in asked:
            value = getattr(row, field.attname)
            out[field.attname] = (
                value if value is None or isinstance(value, _PLAIN) else field.value_to_string(row)
            )
    return out


def unpacked(model: type[models.Model], values: dict[str, Any]) -> dict[str, Any]:
    """The same, as Python has them. What is no column any more is left out."""
    columns = {field.attname: field for field in model._meta.concrete_fields}
    out: dict[str, Any] = {}
    for name, value in values.items():
        field: Any = columns.get(name)
        if field is not None:
            column = field.target_field if field.is_relation else field
            out[name] = value if value is None or isinstance(value, dict | list) else column.to_python(value)
    return out


class Journal:
    """What one merge does. All of it in the transaction of the merge."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        self.counts: dict[str, int] = dict(merge.counts)

    def move(self, pointer: Pointer, before: int, after: int, *, but: Iterable[int] = ()) -> list[int]:
        """Let the rows of BEFORE that POINTER's rule sends go to AFTER; returns their keys."""
        left = set(but)
        ids = [pk for pk in pointer.going(after, before).values_list("pk", flat=True) if pk not in left]
        if not ids:
            return []
        for some in pieces(ids):
            pointer.table._base_manager.filter(pk__in=some).update(**{f"{pointer.field}_id": after})
        row, new = MergeMove.objects.get_or_create(
            merge=self.merge, table=pointer.model, field=pointer.field, before=before, after=after,
            defaults={"rows": ids},
        )  # fmt: skip
        if not new:
            row.rows = [*row.rows, *ids]
            row.save(update_fields=["rows"])
        self.counts[pointer.model] = self.counts.get(pointer.model, 0) + len(ids)
        return ids

    def change(self, row: models.Model, **values: Any) -> None:
        """Set columns of a row; what was there before is kept. Values that do not differ are left out."""
        fresh = {name: value for name, value in values.items() if getattr(row, name) != value}
        if not fresh:
            return
        before = packed(row, fresh)
        for name, value in fresh.items():
            setattr(row, name, value)
        type(row)._base_manager.filter(pk=row.pk).update(**fresh)
        self._line(ChangeKind.CHANGED, row, before, packed(row, fresh))

    def aside(self, rows: Iterable[models.Model]) -> None:
        """Take rows away that the kept one has already, word for word; they come back with an undo."""
        for row in rows:
            self._line(ChangeKind.ASIDE, row, packed(row), {})
            type(row)._base_manager.filter(pk=row.pk).delete()

    def made(self, row: models.Model) -> None:
        """Note a row that the merge itself added; an undo removes it, if nobody changed it."""
        self._line(ChangeKind.MADE, row, {}, packed(row))

    def _line(
        self, kind: ChangeKind, row: models.Model, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        line, new = MergeChange.objects.get_or_create(
            merge=self.merge, table=row._meta.label, row=row.pk,
            defaults={"kind": kind, "before": before, "after": after},
        )  # fmt: skip
        if not new:  # changed a second time: the first value is the one to put back
            line.before, line.after = before | line.before, line.after | after
            line.save(update_fields=["before", "after"])


def model_of(label: str) -> Any:
    """The model of a journal's line; None for a table that is no more."""
    try:
        return apps.get_model(label)
    except LookupError:
        return None
