"""Customers written under the number that another system gives them: made the first time, changed after that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from grahak.connect.api import listing, schema, writing
from grahak.connect.api.fields import Wrong
from grahak.connect.api.problems import Problem, from_validation, invalid
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import customers as room
from grahak.connect.api.resources import puts

PIECE = 25  # items between two looks at the key
REFERENCE = ("source", "external_id")


def _referred(source: Any, external_id: Any) -> tuple[str, str]:
    try:
        return room.ref_of(source, external_id)
    except Wrong as error:
        raise invalid("external_id", error) from None


def put(request: Any, source: str, external_id: str) -> HttpResponse:
    """PUT /customers/by-ref/SOURCE/EXTERNAL_ID."""
    resource, principal = room.CUSTOMERS, request.principal
    writing.may(principal, resource.edit)
    body = writing.body_of(request)
    values = _checked(principal, body, _referred(source, external_id))
    try:
        pk, new = puts.put(principal, values)
    except ValidationError as error:
        raise from_validation(error) from None
    record = listing.one(resource, principal, pk)
    headers = {"Location": f"/api/v1/{resource.name}/{pk}"}
    return HttpResponse(
        msgspec.json.encode(record),
        status=201 if new else 200,
        content_type="application/json",
        headers=headers,
    )


def _checked(principal: Any, body: Any, ref: tuple[str, str]) -> Record:
    if isinstance(body, dict) and "refs" in body:
        raise invalid("refs", _("The reference stands in the address."))
    return writing.checked(room.CUSTOMERS, principal, body, adding=True) | {"refs": [ref]}


def upsert(request: Any) -> HttpResponse:
    """POST /customers/upsert: a batch of them."""
    principal = request.principal
    writing.may(principal, room.CUSTOMERS.edit)
    items = writing.items_of(writing.body_of(request))
    results: list[Record] = []
    with transaction.atomic():  # after a fault of ours nothing of it stays
        for start in range(0, len(items), PIECE):
            if start and not writing.still_open(principal):
                break
            results += _piece(principal, items[start : start + PIECE], start)
    if len(results) < len(items):
        raise writing.withdrawn(results, len(items))
    body = msgspec.json.encode({"results": results})
    return HttpResponse(body, content_type="application/json")


def _piece(principal: Any, items: list[Any], start: int) -> list[Record]:
    """The results of a few items; those that are right go to the room in one go."""
    results: dict[int, Record] = {}
    ready: dict[int, Record] = {}
    for number, item in enumerate(items, start):
        try:
            if not isinstance(item, dict):
                raise Problem("invalid", errors=[{"field": "", "message": _("The body must be an object.")}])
            ref = _referred(item.get("source"), item.get("external_id"))
            ready[number] = _checked(principal, {k: v for k, v in item.items() if k not in REFERENCE}, ref)
        except Problem as problem:
            results[number] = writing.failed(problem, number)
    for number, told in puts.put_many(principal, ready).items():
        if isinstance(told, ValidationError):
            results[number] = writing.failed(from_validation(told), number)
        else:
            pk, new = told
            results[number] = {"item": number, "status": 201 if new else 200, "id": pk}
    return [results[number] for number in sorted(results)]


def register(resource: Resource, add: Callable[..., None]) -> None:
    """The two addresses of it."""
    kind = schema.title(resource)
    others = (400, 409, 413, 415, 422)
    path = [
        schema.parameter(name, {"type": "string", "minLength": 1, "maxLength": most}, place="path")
        for name, most in (("source", 40), ("external_id", 120))
    ]
    add(
        f"/{resource.name}/by-ref/{{str:source}}/{{str:external_id}}", "PUT", put, resource, f"{resource.name}_put",
        "Add or change by another system's number", 200, schema.ref(kind), (201, 404, *others),
        parameters=[*path, schema.IDEMPOTENCY], requestBody=schema.takes(f"{kind}Put"),
    )  # fmt: skip
    add(
        f"/{resource.name}/upsert", "POST", upsert, resource, f"{resource.name}_upsert",
        "Add or change up to 100 by another system's numbers", 200, schema.ref("BatchAnswer"), others,
        parameters=[schema.IDEMPOTENCY], requestBody=schema.takes(f"{kind}Upsert"),
    )  # fmt: skip
