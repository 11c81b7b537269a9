"""Changes through the API: a body is checked field by field, then a room's action does the work.

A body may hold only fields of the schema that the key's role may change; all faults are told at once,
each by its field.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from grahak.connect.api import listing, rights
from grahak.connect.api.fields import Field, Wrong
from grahak.connect.api.principal import Principal, still_open
from grahak.connect.api.problems import Problem, as_problem, from_validation
from grahak.connect.api.resource import Record, Resource

MOST_IN_A_BATCH = 100
_DEEPEST = 20


def body_of(request: HttpRequest) -> Any:
    """The JSON of a request. Problem 400 where it is none."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name stands twice")
        return found

    def none(text: str) -> Any:
        raise ValueError(text)

    try:
        return json.loads(request.body, object_pairs_hook=unique, parse_constant=none)
    except (ValueError, RecursionError) as error:
        raise Problem("not_json", str(error)[:200]) from None


def may(principal: Principal, action: str) -> None:
    """Problem 403 unless the principal's role allows ACTION."""
    if not action or not principal.can(action):
        raise Problem("forbidden")


def checked(resource: Resource, principal: Principal, body: Any, *, adding: bool) -> Record:
    """The values of a body, by field. Problem 422 names every field that is wrong; 403 one that is locked."""
    if not isinstance(body, dict):
        raise Problem("invalid", _("The body must be an object."))
    fields = {one.name: one for one in resource.written(adding=adding)}
    errors = _needed(fields.values(), body) if adding else []
    values: Record = {}
    for name, value in body.items():
        field = fields.get(name)
        if field is None:
            known = name in resource.by_name
            sentence = _("This field cannot be written.") if known else _("There is no such field.")
            errors.append({"field": str(name)[:100], "message": sentence})
        elif rights.is_locked(principal, field.subject or resource.subject, field.known_as):
            errors.append({"field": name, "message": _("The key's role may not change this field.")})
        else:
            try:
                values[name] = field.take(value)
            except Wrong as error:
                errors.append({"field": name, "message": str(error)})
    if errors:
        raise Problem("invalid", errors=errors)
    return values


def _needed(fields: Iterable[Field], body: Record) -> list[dict[str, Any]]:
    missing = [one.name for one in fields if one.required and one.name not in body]
    return [{"field": name, "message": _("This is needed.")} for name in missing]


def added(resource: Resource, principal: Principal, body: Any) -> int:
    """Make a record; gives its number."""
    may(principal, resource.edit)
    values = checked(resource, principal, body, adding=True)
    assert resource.add is not None
    try:
        return resource.add(principal, values)
    except ValidationError as error:
        raise from_validation(error) from None


def row_to_change(resource: Resource, principal: Principal, pk: int, action: str) -> Any:
    """The row, where the principal sees it (else 404) and may act on it (else 403)."""
    rows = listing.visible(resource, principal)
    row = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if row is None:
        raise Problem("not_found")
    may(principal, action)
    kept = listing.moved(resource, principal, pk)
    if kept is not None:
        raise Problem("merged", merged_into=kept)
    if not resource.rows(principal, action).filter(pk=pk).exists():
        raise Problem("forbidden")
    return row


def changed(resource: Resource, principal: Principal, pk: int, body: Any) -> None:
    """Change the fields of a record that BODY holds; the others stay."""
    row = row_to_change(resource, principal, pk, resource.edit)
    values = checked(resource, principal, body, adding=False)
    assert resource.change is not None
    try:
        resource.change(principal, row, values)
    except ValidationError as error:
        raise from_validation(error) from None


def removed(resource: Resource, principal: Principal, pk: int) -> None:
    """Put a record away (or delete what has no archive)."""
    row = row_to_change(resource, principal, pk, resource.remove_action or resource.edit)
    assert resource.remove is not None
    try:
        resource.remove(principal, row)
    except ValidationError as error:
        raise from_validation(error) from None


def items_of(body: Any) -> list[Any]:
    """The items of a batch: {"items": [ … ]} with one to a hundred of them."""
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list) or set(body) != {"items"}:
        raise Problem("invalid", errors=[{"field": "items", "message": _('Send {"items": [ … ]}.')}])
    if not 1 <= len(items) <= MOST_IN_A_BATCH:
        raise Problem("invalid", errors=[{"field": "items", "message": _("A batch holds 1 to 100 items.")}])
    return items


def batch(resource: Resource, principal: Principal, items: list[Any]) -> list[Record]:
    """Make a record of each item, each with a savepoint of its own; what became of each, in their order. An item with
    an "id" changes that record. All that went right commits together; after a fault of ours nothing does. Problem 401
    with the results so far where the key was withdrawn meanwhile."""
    results: list[Record] = []
    with transaction.atomic():
        for number, item in enumerate(items):
            if number and not still_open(principal):
                break
            results.append(_one(resource, principal, item, number))
    if len(results) < len(items):
        raise withdrawn(results, len(items))
    return results


def withdrawn(results: list[Record], many: int) -> Problem:
    """The key was withdrawn in the middle: what was done stays done, and is told."""
    sentence = _(
        "%(done)s of %(all)s items were worked before the key was withdrawn; the others were not touched."
    )
    return Problem("key_withdrawn", sentence % {"done": len(results), "all": many}, results=results)


def _one(resource: Resource, principal: Principal, item: Any, number: int) -> Record:
    try:
        if isinstance(item, dict) and "id" in item:
            pk = item["id"]
            if isinstance(pk, bool) or not isinstance(pk, int):
                raise Problem("not_found")
            if resource.change is None:
                raise Problem("forbidden")
            with transaction.atomic():
                changed(
                    resource, principal, pk, {name: value for name, value in item.items() if name != "id"}
                )
            return {"item": number, "status": 200, "id": pk}
        with transaction.atomic():
            return {"item": number, "status": 201, "id": added(resource, principal, item)}
    except Exception as error:
        return failed(as_problem(error), number)


def failed(problem: Problem, number: int) -> Record:
    """The result of an item that was refused."""
    if problem.status >= 500:
        raise problem
    problem.errors = [{"item": number, **error} for error in problem.errors]
    return {"item": number, "status": problem.status, "error": problem.told()}
