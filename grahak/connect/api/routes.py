"""The addresses of the API, registered with django-ninja resource by resource."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.security import HttpBearer

from grahak.connect.api import listing, schema, writing
from grahak.connect.api.problems import Problem, as_problem, invalid
from grahak.connect.api.resource import Record, Resource
from grahak.connect.api.resources import RESOURCES
from grahak.connect.api.resources.house import MEMBERS, SEGMENTS, members

Answer = HttpResponse
ROOT = "/api/v1"


class Key(HttpBearer):
    """A key made under Settings, Keys: `Authorization: Bearer ga_…`. The door has looked at it already."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "principal", None)


class Api(NinjaAPI):
    """django-ninja's router and description, with our components."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> Any:
        found = super().get_openapi_schema(*args, **kwargs)
        found["components"]["schemas"] |= schema.components((*RESOURCES, MEMBERS))
        found["components"]["securitySchemes"] = {"Key": {"type": "http", "scheme": "bearer"}}
        found["servers"] = [{"url": "/"}]
        return found


api = Api(
    title="Grahak",
    version="1",
    description="Every record of the business, by the same rights as on screen. Amounts are texts with a decimal "
    "point, in the currency of account; moments are RFC 3339 in UTC.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    auth=Key(),
)


@api.exception_handler(Exception)
def _refused(_request: HttpRequest, error: Exception) -> Any:
    return as_problem(error).response()


def _json(value: Any, status: int = 200, **headers: str) -> Answer:
    return HttpResponse(
        msgspec.json.encode(value), status=status, content_type="application/json", headers=headers
    )


def etag_of(record: Record) -> str:
    """A strong tag of a record's whole state (RFC 9110 §8.8.3)."""
    return f'"{hashlib.sha256(msgspec.json.encode(record)).hexdigest()[:32]}"'


def _unchanged(request: Any, resource: Resource, pk: int) -> None:
    """Problem 412 where If-Match names another state than the present one."""
    wanted = request.headers.get("If-Match")
    if wanted is None or wanted.strip() == "*":
        return
    if etag_of(listing.one(resource, request.principal, pk)) not in {
        one.strip() for one in wanted.split(",")
    }:
        raise Problem("changed", _("Read it again, then decide."))


def _only(request: HttpRequest, *names: str) -> None:
    """Problem 422 for a parameter of the address that this operation does not have."""
    wrong = [name for name in request.GET if name not in names]
    if wrong:
        raise invalid(wrong[0][:100], _("There is no such parameter."))


# -- one resource's operations ------------------------------------------------------------------------------------


def _listed(resource: Resource) -> Callable[..., Answer]:
    def operation(request: Any) -> Answer:
        page = listing.page(resource, request.principal, request.GET)
        return _paged(request, page)

    return operation


def _paged(request: Any, page: listing.Page) -> Answer:
    following = listing.following(request.path, request.GET, page.cursor)
    body: Record = {"data": page.records, "next": following or None, "next_cursor": page.cursor or None}
    if page.total is not None:
        body["total"] = page.total
    answer = _json(body)
    if following:
        answer["Link"] = f'<{following}>; rel="next"'
    return answer


def _given(resource: Resource) -> Callable[..., Answer]:
    def operation(request: Any, pk: int) -> Answer:
        _only(request, "fields")
        kept = listing.moved(resource, request.principal, pk)
        if kept is not None:
            query = f"?{urlencode(request.GET)}" if request.GET else ""
            return _json({"merged_into": kept}, 307, Location=f"{ROOT}/{resource.name}/{kept}{query}")
        record = listing.one(resource, request.principal, pk, request.GET)
        tag = etag_of(record)
        if tag in {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}:
            return HttpResponse(status=304, headers={"ETag": tag})
        return _json(record, ETag=tag)

    return operation


def _made(resource: Resource) -> Callable[..., Answer]:
    def operation(request: Any) -> Answer:
        _only(request)
        pk = writing.added(resource, request.principal, writing.body_of(request))
        record = listing.one(resource, request.principal, pk)
        return _json(record, 201, Location=f"{ROOT}/{resource.name}/{pk}", ETag=etag_of(record))

    return operation


def _changed(resource: Resource) -> Callable[..., Answer]:
    def operation(request: Any, pk: int) -> Answer:
        _only(request)
        body = writing.body_of(request)
        _unchanged(request, resource, pk)
        writing.changed(resource, request.principal, pk, body)
        record = listing.one(resource, request.principal, pk)
        return _json(record, ETag=etag_of(record))

    return operation


def _removed(resource: Resource) -> Callable[..., Answer]:
    def operation(request: Any, pk: int) -> Answer:
        _only(request)
        _unchanged(request, resource, pk)
        writing.removed(resource, request.principal, pk)
        return HttpResponse(status=204)

    return operation


def _batched(resource: Resource) -> Callable[..., Answer]:
    def operation(request: Any) -> Answer:
        _only(request)
        items = writing.items_of(writing.body_of(request))
        writing.may(request.principal, resource.edit)
        return _json({"results": writing.batch(resource, request.principal, items)})

    return operation


def _members(request: Any, pk: int) -> Answer:
    segment = listing.visible(SEGMENTS, request.principal).filter(pk=pk).first() if 0 < pk < 2**63 else None
    if segment is None:
        raise Problem("not_found")
    rows = members(request.principal, segment)
    return _paged(request, listing.page(MEMBERS, request.principal, request.GET, rows))


# -- registered ---------------------------------------------------------------------------------------------------


def _add(
    path: str,
    method: str,
    operation: Callable[..., Answer],
    resource: Resource,
    name: str,
    summary: str,
    success: int,
    body: dict[str, Any] | None,
    others: tuple[int, ...],
    **extra: Any,
) -> None:
    operation.__name__ = name
    api.default_router.add_api_operation(
        path,
        [method],
        operation,
        operation_id=name,
        url_name=name,
        summary=summary,
        tags=[resource.name],
        response={success: None},
        openapi_extra={"responses": schema.answers(success, body, *others), **extra},
    )


def register(resource: Resource) -> None:
    """A resource's list, one of it, and the changes that it takes."""
    name, noun, kind = resource.name, resource.noun, schema.title(resource)
    whole, one = f"/{name}", f"/{name}/{{int:pk}}"
    record = schema.ref(kind)
    parameters = schema.list_parameters(resource)
    page = schema.ref(f"{kind}Page")
    _add(
        whole,
        "GET",
        _listed(resource),
        resource,
        f"{name}_list",
        f"List {name}",
        200,
        page,
        (422,),
        parameters=parameters,
    )
    if resource.add:
        _add(
            whole, "POST", _made(resource), resource, f"{name}_add", f"Add: {noun}", 201, record,
            (400, 409, 413, 415, 422), parameters=[schema.IDEMPOTENCY], requestBody=schema.takes(f"{kind}Add"),
        )  # fmt: skip
        _add(
            f"{whole}/batch", "POST", _batched(resource), resource, f"{name}_batch", f"Add up to 100 {name}", 200,
            schema.ref("BatchAnswer"), (400, 409, 413, 415, 422), parameters=[schema.IDEMPOTENCY],
            requestBody=schema.takes(f"{kind}Batch"),
        )  # fmt: skip
    if resource.upsert:
        from grahak.connect.api import upserting

        upserting.register(resource, _add)
    _add(
        one, "GET", _given(resource), resource, f"{name}_one", f"One {noun}", 200, record,
        (304, 404, 422, *((307,) if resource.moved else ())),
        parameters=[schema.FIELDS_PARAMETER],
    )  # fmt: skip
    if resource.change:
        _add(
            one, "PATCH", _changed(resource), resource, f"{name}_change", f"Change: {noun}", 200, record,
            (400, 404, 409, 412, 413, 415, 422), parameters=[schema.IDEMPOTENCY, schema.IF_MATCH],
            requestBody=schema.takes(f"{kind}Change"),
        )  # fmt: skip
    if resource.remove:
        _add(
            one, "DELETE", _removed(resource), resource, f"{name}_remove", f"Put away: {noun}", 204, None,
            (404, 409, 412, 422), parameters=[schema.IDEMPOTENCY, schema.IF_MATCH],
        )  # fmt: skip


for _resource in RESOURCES:
    register(_resource)
_add(
    "/segments/{int:pk}/members", "GET", _members, SEGMENTS, "segments_members", "Who is in a segment", 200,
    schema.ref("MemberPage"), (404, 422), parameters=schema.list_parameters(MEMBERS),
)  # fmt: skip
