"""A list of a resource: filters, order, a page by keyset, the fields asked for; and one record alone.

Rows are read as plain values and written by the encoder as they come: nothing is built around a row.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from grahak.connect.api import rights
from grahak.connect.api.fields import LARGEST_ID, MOMENT, MONEY, Field, Narrow, Wrong
from grahak.connect.api.principal import Principal
from grahak.connect.api.problems import Problem, invalid
from grahak.connect.api.resource import Record, Resource
from grahak.core import business

MOST, USUAL = 200, 50
OWN = ("limit", "cursor", "sort", "fields", "count")
LONGEST_CURSOR = 1000


@dataclass(frozen=True)
class Page:
    """Records in order; CURSOR goes on after the last ("" at the end); TOTAL only where it was asked for."""

    records: list[Record]
    cursor: str
    total: int | None = None


def visible(resource: Resource, principal: Principal) -> QuerySet[Any]:
    """The rows that a principal may see. Problem 403 where its role may not see any."""
    if not principal.can(resource.view):
        raise Problem("forbidden")
    return resource.rows(principal, resource.view)


def page(
    resource: Resource, principal: Principal, asked: QueryDict, rows: QuerySet[Any] | None = None
) -> Page:
    """The page that ASKED (the address's query) describes. Problem 422 names the parameter that is wrong."""
    found = visible(resource, principal) if rows is None else rows
    found = narrowed(resource, principal, found, asked)
    limit = _limit(asked.get("limit", ""))
    sort = _sort(resource, asked.get("sort", ""))
    fields = chosen(resource, principal, asked.get("fields"))
    total = found.order_by().count() if _flag(asked, "count") else None
    order = _order(resource, sort)
    cursor = asked.get("cursor")
    if cursor:
        found = found.filter(_beyond(order, _opened(sort, order, cursor)))
    names = [name for name, _falls in order]
    paths = list(dict.fromkeys([*_paths(resource, fields), *names]))
    ordered = found.order_by(*(f"-{name}" if falls else name for name, falls in order))
    values = list(ordered.values_list(*paths)[: limit + 1])
    more, values = len(values) > limit, values[:limit]
    after = ""
    if more:
        last = dict(zip(paths, values[-1], strict=True))
        after = _closed(sort, [last[name] for name in names])
    return Page(_records(resource, principal, fields, paths, values), after, total)


def one(resource: Resource, principal: Principal, pk: int, asked: QueryDict | None = None) -> Record:
    """One record. Problem 404 where there is none, or none that the principal may see."""
    fields = chosen(resource, principal, asked.get("fields") if asked is not None else None)
    paths = list(dict.fromkeys([*_paths(resource, fields), "pk"]))
    rows = visible(resource, principal).filter(pk=pk) if 0 < pk <= LARGEST_ID else None
    values = list(rows.values_list(*paths)[:1]) if rows is not None else []
    if not values:
        raise Problem("not_found")
    return _records(resource, principal, fields, paths, values)[0]


def moved(resource: Resource, principal: Principal, pk: int) -> int | None:
    """The number of the record that PK was merged into, where the principal sees both; else None."""
    if resource.moved is None or not 0 < pk <= LARGEST_ID or not principal.can(resource.view):
        return None
    return resource.moved(principal, pk)


def several(resource: Resource, principal: Principal, pks: Sequence[int]) -> dict[int, Record]:
    """The records of these numbers, whole, by number."""
    fields = chosen(resource, principal, None)
    paths = list(dict.fromkeys([*_paths(resource, fields), "pk"]))
    values = list(visible(resource, principal).filter(pk__in=list(pks)).values_list(*paths))
    return {record["id"]: record for record in _records(resource, principal, fields, paths, values)}


def following(path: str, asked: QueryDict, cursor: str) -> str:
    """The address of the next page; "" at the end."""
    if not cursor:
        return ""
    kept = [(name, value) for name, value in asked.items() if name != "cursor"]
    return f"{path}?{urlencode([*kept, ('cursor', cursor)])}"


# -- what is asked ------------------------------------------------------------------------------------------------


def narrowed(
    resource: Resource, principal: Principal, rows: QuerySet[Any], asked: QueryDict
) -> QuerySet[Any]:
    """ROWS cut down by every filter of the address; one that is not known is a fault, never ignored."""
    errors = []
    for name, given in asked.items():
        if name in OWN:
            continue
        try:
            text = str(given)
            if "\x00" in text or len(text) > 500:
                raise Wrong(_("This holds a character that cannot be kept."))
            known = resource.by_filter.get(name)
            if known is not None and not _is_shut(principal, resource, known):
                value = known.take(text)
                if known.moved is not None:
                    value = known.moved(principal, value) or value
                rows = known.apply(rows, value)
                continue
            more = resource.more_filters(name, text, rows, principal) if resource.more_filters else None
            if more is None:
                raise Wrong(_("There is no such filter."))
            rows = more
        except Wrong as error:
            errors.append({"field": name, "message": str(error)})
    if errors:
        raise Problem("invalid", errors=errors)
    return rows


def _is_shut(principal: Principal, resource: Resource, known: Narrow) -> bool:
    return rights.is_hidden(principal, known.subject or resource.subject, known.known_as)


def chosen(resource: Resource, principal: Principal, text: str | None) -> tuple[Field, ...]:
    """The fields to give: those of `fields=a,b`, else the usual ones; never one that the role may not see."""
    mine = rights.seen(principal, resource.subject, resource.fields)
    if text is None:
        return tuple(field for field in mine if field.usual)
    wanted = {name.strip() for name in text.split(",") if name.strip()} | {"id"}
    unknown = wanted - {field.name for field in mine}
    if unknown:
        sentence = _("There is no field called %(names)s.") % {"names": ", ".join(sorted(unknown))[:200]}
        raise invalid("fields", sentence)
    return tuple(field for field in mine if field.name in wanted)


def _limit(text: str) -> int:
    if not text:
        return USUAL
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST):
        raise invalid("limit", _("This must be between 1 and 200."))
    return int(text)


def _flag(asked: QueryDict, name: str) -> bool:
    text = asked.get(name, "false")
    if text not in ("true", "false"):
        raise invalid(name, _("This must be true or false."))
    return text == "true"


def _sort(resource: Resource, text: str) -> str:
    wanted = text or resource.usual_sort
    if wanted.removeprefix("-") not in resource.sorts or wanted.startswith("--"):
        words = ", ".join(name for one in resource.sorts for name in (one, f"-{one}"))
        raise invalid("sort", _("This must be one of: %(words)s.") % {"words": words})
    return wanted


def _order(resource: Resource, sort: str) -> list[tuple[str, bool]]:
    """(path, falls) of the columns that order the list; the last is the number, so that no two rows are alike."""
    falls = sort.startswith("-")
    path = resource.sorts[sort.removeprefix("-")]
    return [(path, falls)] if path == "pk" else [(path, falls), ("pk", falls)]


def _beyond(order: list[tuple[str, bool]], values: list[Any]) -> Q:
    """Strictly after VALUES; the first column also as a plain range, which every planner can use."""
    first, falls = order[0]
    verb = "lt" if falls else "gt"
    if len(order) == 1:
        return Q(**{f"{first}__{verb}": values[0]})
    tie = Q(**{first: values[0], f"pk__{verb}": values[1]})
    return Q(**{f"{first}__{verb}e": values[0]}) & (Q(**{f"{first}__{verb}": values[0]}) | tie)


def _closed(sort: str, values: list[Any]) -> str:
    plain = [value if isinstance(value, int | str) else _written(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps([sort, *plain]).encode()).decode().rstrip("=")


def _written(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else str(value.isoformat())


def _opened(sort: str, order: list[tuple[str, bool]], cursor: str) -> list[Any]:
    """The values of a cursor. Problem 422 for one that is none, or of another order."""
    wrong = invalid("cursor", _("This cursor is not one of this list: begin without it."))
    if len(cursor) > LONGEST_CURSOR:
        raise wrong
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(told, list) or told[0] != sort or len(told) != len(order) + 1:
            raise wrong
        return [_value(path, value) for (path, _f), value in zip(order, told[1:], strict=True)]
    except (ValueError, TypeError, IndexError, ArithmeticError, Wrong):
        raise wrong from None


def _value(path: str, value: Any) -> Any:
    if path == "pk":
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_ID:
            raise ValueError(value)
        return value
    if path.endswith("_at"):
        return MOMENT.take(value)
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(value)
    return value


# -- what is given ------------------------------------------------------------------------------------------------


def _paths(resource: Resource, fields: Sequence[Field]) -> list[str]:
    needs = resource.fill_needs if any(not field.source for field in fields) else ()
    return [*(field.source for field in fields if field.source), *needs]


def _records(
    resource: Resource,
    principal: Principal,
    fields: Sequence[Field],
    paths: Sequence[str],
    values: Sequence[Sequence[Any]],
) -> list[Record]:
    at = {path: number for number, path in enumerate(paths)}
    plain = [(field.name, at[field.source], field.kind.give) for field in fields if field.source]
    records: list[Record] = [
        {name: give(row[number]) if give else row[number] for name, number, give in plain} for row in values
    ]
    if (
        records
        and resource.has_money
        and any(field.kind is MONEY or field.name == "lines" for field in fields)
    ):
        found = business.current()
        currency = found.currency if found else ""
        for record in records:
            record["currency"] = currency
    if resource.fill is not None and records:
        wanted = frozenset(field.name for field in fields if not field.source)
        if wanted:
            for record, row in zip(records, values, strict=True):
                for path in resource.fill_needs:
                    record[f"_{path}"] = row[at[path]]
            resource.fill(records, wanted, principal)
            for record in records:
                for path in resource.fill_needs:
                    del record[f"_{path}"]
    return records
