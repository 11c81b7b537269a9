"""Addresses of the API below /api/v1/: the resources behind the door, the description, and a plain 404 for the rest."""

from __future__ import annotations

import json
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.views.decorators.http import require_safe

from grahak.connect.api.door import behind
from grahak.connect.api.problems import Problem
from grahak.connect.api.routes import api
from grahak.core.access import open_to_all

app_name = "api"
NINJAS_OWN = ("api-root", "openapi-json", "openapi-view")


@cache
def described() -> bytes:
    """The OpenAPI description; it holds nothing of the shop's own and is the same for everybody."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False).encode()


@open_to_all
@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(described(), content_type="application/json", headers=headers)


def _nothing(_request: HttpRequest, rest: str = "") -> HttpResponse:
    return Problem("not_found").response()


def _behind_the_door() -> list[URLPattern]:
    found = []
    for pattern in api.urls[0]:
        if not isinstance(pattern, URLPattern) or pattern.name in NINJAS_OWN:
            continue
        assert pattern.callback is not None  # django-ninja's patterns always call something
        pattern.callback = behind(pattern.callback)
        found.append(pattern)
    return found


urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    *_behind_the_door(),
    re_path(r"^(?P<rest>.*)$", behind(_nothing), name="nothing"),
]
