"""The OpenAPI 3.1 description, made of the same resources that answer: parameters, bodies, answers, components."""

from __future__ import annotations

from typing import Any

from grahak.connect.api.fields import Narrow
from grahak.connect.api.problems import MEDIA, TITLES
from grahak.connect.api.resource import Resource
from grahak.connect.api.writing import MOST_IN_A_BATCH

Schema = dict[str, Any]
ALWAYS = (401, 403, 429, 500, 503)
WORDS = {
    200: "OK",
    201: "Made",
    204: "Done",
    304: "Not changed since",
    307: "Merged into the record that Location names",
    400: "The body is not JSON",
    401: "No key, or one that opens nothing",
    403: "The key's role does not allow this",
    404: "Nothing here, or nothing that the key may see",
    405: "This address does not take this method",
    409: "It is so already, or the same request is being worked",
    412: "It was changed meanwhile",
    413: "More than is taken at once",
    415: "The body must be JSON",
    422: "Some values are not right",
    429: "Too many requests",
    500: "A fault of ours",
    503: "The records can't be reached",
}


def title(resource: Resource) -> str:
    """The component's name: "ledger entry" → "LedgerEntry"."""
    return "".join(word.capitalize() for word in resource.noun.split())


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def components(resources: tuple[Resource, ...]) -> Schema:
    """Every schema by its name."""
    found: Schema = {"Problem": PROBLEM, "BatchAnswer": BATCH_ANSWER}
    for one in resources:
        found[title(one)] = _read(one)
        found[f"{title(one)}Page"] = _page(one)
        if one.add:
            found[f"{title(one)}Add"] = _body(one, adding=True)
            found[f"{title(one)}Batch"] = _batch(one)
        if one.change:
            found[f"{title(one)}Change"] = _body(one, adding=False)
        if one.upsert:
            found[f"{title(one)}Put"] = _put(one)
            found[f"{title(one)}Upsert"] = _items(_upsert_item(one))
    return found


def _read(resource: Resource) -> Schema:
    properties = {one.name: one.schema() for one in resource.fields}
    for one in resource.fields:
        if one.name == "lines":
            from grahak.connect.api.resources.sales import GIVEN_LINE

            properties["lines"] = {"type": "array", "items": GIVEN_LINE}
    if resource.has_money:
        properties["currency"] = {
            "type": "string",
            "description": "Of every amount: the currency of account.",
        }
    return {"type": "object", "description": resource.says, "properties": properties, "required": ["id"]}


def _page(resource: Resource) -> Schema:
    return {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": ref(title(resource))},
            "next": {"type": ["string", "null"], "description": "The address of the next page."},
            "next_cursor": {"type": ["string", "null"]},
            "total": {"type": "integer", "description": "Only where count=true was asked."},
        },
        "required": ["data", "next", "next_cursor"],
    }


def _body(resource: Resource, *, adding: bool) -> Schema:
    fields = resource.written(adding=adding)
    found: Schema = {
        "type": "object",
        "properties": {one.name: one.schema(writing=True) for one in fields},
        "additionalProperties": False,
    }
    needed = [one.name for one in fields if one.required]
    if adding and needed:
        found["required"] = needed
    return found


def _put(resource: Resource) -> Schema:
    """What is written under another system's number: as when it is made, without the references themselves."""
    found = _body(resource, adding=True)
    found["properties"].pop("refs", None)
    return found


def _upsert_item(resource: Resource) -> Schema:
    found = _put(resource)
    properties = {
        "source": {"type": "string", "minLength": 1, "maxLength": 40},
        "external_id": {"type": "string", "minLength": 1, "maxLength": 120},
        **{name: one for name, one in found["properties"].items() if name != "source"},
    }
    required = ["source", "external_id", *found.get("required", [])]
    return found | {"properties": properties, "required": required}


def _items(item: Schema) -> Schema:
    listed = {"type": "array", "minItems": 1, "maxItems": MOST_IN_A_BATCH, "items": item}
    return {
        "type": "object",
        "properties": {"items": listed},
        "required": ["items"],
        "additionalProperties": False,
    }


def _batch(resource: Resource) -> Schema:
    """A batch holds objects; each is checked by itself and has an answer of its own."""
    words = "As for making one; with an “id” as for changing that one."
    return _items({"type": "object", "description": words})


PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457. “code” is stable; the sentences follow Accept-Language.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(TITLES)},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "item": {"type": "integer"},
                    "field": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "message"],
            },
        },
        "results": {"type": "array", "items": {"type": "object"}},
        "merged_into": {"type": "integer", "description": "The number of the record that was kept."},
    },
    "required": ["type", "title", "status", "code"],
}
BATCH_ANSWER: Schema = {
    "type": "object",
    "properties": {
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "item": {"type": "integer"},
                    "status": {"type": "integer"},
                    "id": {"type": "integer"},
                    "error": ref("Problem"),
                },
                "required": ["item", "status"],
            },
        }
    },
    "required": ["results"],
}


# -- one operation ------------------------------------------------------------------------------------------------


def parameter(name: str, schema: Schema, says: str = "", *, place: str = "query") -> Schema:
    found: Schema = {"in": place, "name": name, "required": place == "path", "schema": schema}
    return found | ({"description": says} if says else {})


def _filter(one: Narrow) -> Schema:
    return parameter(one.name, one.kind.schema, one.says)


def list_parameters(resource: Resource) -> list[Schema]:
    sorts = [name for one in resource.sorts for name in (one, f"-{one}")]
    names = ",".join(one.name for one in resource.fields[:3])
    return [
        *(_filter(one) for one in resource.filters),
        parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}),
        parameter("cursor", {"type": "string", "maxLength": 1000}, "next_cursor of the page before."),
        parameter("sort", {"type": "string", "enum": sorts, "default": resource.usual_sort}),
        FIELDS_PARAMETER | {"example": names},
        parameter(
            "count",
            {"type": "boolean", "default": False},
            "Count the whole list too (slow where it is long).",
        ),
    ]


FIELDS_PARAMETER = parameter(
    "fields", {"type": "string", "maxLength": 1000}, "Only these fields, with commas."
)
IDEMPOTENCY = parameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "The same request sent again under this name within a day gets the same answer.",
    place="header",
)
IF_MATCH = parameter(
    "If-Match",
    {"type": "string", "pattern": '^"[0-9a-f]{32}"$'},
    "Only if it still has this ETag.",
    place="header",
)


def answers(success: int, body: Schema | None, *others: int) -> dict[int, Schema]:
    """The answers of an operation: SUCCESS with BODY, and the problems that may come instead."""
    found: dict[int, Schema] = {success: {"description": WORDS[success]}}
    if body is not None:
        found[success]["content"] = {"application/json": {"schema": body}}
    for status in sorted({*ALWAYS, *others}):
        if status == 304:
            found[304] = {"description": WORDS[304]}
            continue
        if status == 307:
            told = {"application/json": {"schema": MOVED}}
            found[307] = {"description": WORDS[307], "headers": LOCATION, "content": told}
            continue
        if status < 300:  # another way in which it succeeds
            found[status] = {**found[success], "description": WORDS[status]}
            continue
        found[status] = {"description": WORDS[status], "content": {MEDIA: {"schema": ref("Problem")}}}
    return found


LOCATION: Schema = {"Location": {"description": "Where it is now.", "schema": {"type": "string"}}}
MOVED: Schema = {
    "type": "object",
    "properties": {"merged_into": {"type": "integer", "format": "int64"}},
    "required": ["merged_into"],
}


def takes(name: str) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": ref(name)}}}
