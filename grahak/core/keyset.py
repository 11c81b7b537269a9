"""Pages of long lists by keyset: the next page starts after the last row shown, so page 1,000 costs what
page 1 costs and rows that come in meanwhile neither repeat nor vanish."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page with the cursors of its neighbours, empty where there is none: ?after=… and
    ?before=…"""

    rows: list[Row]
    after: str = ""
    before: str = ""


def page_of(
    rows: QuerySet[Row], order: Sequence[str], *, after: str = "", before: str = "", size: int = 50
) -> Page[Row]:
    """One page of ROWS in ORDER (field names, "-" for falling; the last one unique, none nullable, all in one
    direction). A cursor that is not one gives the first page."""
    values = _values(rows.model, order, after or before)
    backwards = bool(before and not after and values is not None)
    wanted = [_turned(name) for name in order] if backwards else list(order)
    found = rows.order_by(*wanted)
    if values is not None:
        found = found.filter(_beyond(wanted, values))
    page = list(found[: size + 1])
    more = len(page) > size
    page = page[:size]
    if backwards:
        page.reverse()
        return Page(page, after=_cursor(page[-1], order) if page else "", before=_edge(page, order, 0, more))
    return Page(
        page,
        after=_edge(page, order, -1, more),
        before=_edge(page, order, 0, values is not None),
    )


def _edge(page: list[Any], order: Sequence[str], index: int, wanted: bool) -> str:
    return _cursor(page[index], order) if page and wanted else ""


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Strictly after VALUES in ORDER; the first column also as a plain range, which every planner can use."""
    verb = "lt" if order[0].startswith("-") else "gt"
    names = [name.lstrip("-") for name in order]
    found = Q()
    for index, name in enumerate(names):
        same = Q(**dict(zip(names[:index], values[:index], strict=True)))
        found |= same & Q(**{f"{name}__{verb}": values[index]})
    return Q(**{f"{names[0]}__{verb}e": values[0]}) & found


def _cursor(row: Model, order: Sequence[str]) -> str:
    values = []
    for name in order:
        field = _field(type(row), name.lstrip("-"))
        values.append(str(getattr(row, getattr(field, "attname", name))))
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _values(model: type[Model], order: Sequence[str], cursor: str) -> list[Any] | None:
    if not cursor or len(cursor) > 2000:
        return None
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(texts, list) or len(texts) != len(order):
            return None
        values = [_value(model, name.lstrip("-"), text) for name, text in zip(order, texts, strict=True)]
    except (ValueError, ValidationError, FieldDoesNotExist, TypeError, OverflowError):
        return None
    return values


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _value(model: type[Model], name: str, text: Any) -> Any:
    field = _field(model, name)
    value = (field.target_field if field.is_relation else field).to_python(str(text))
    if value is None or (isinstance(value, int) and abs(value) >= 2**63):
        raise ValueError(name)
    return value
