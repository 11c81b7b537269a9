"""Error pages in the reader's language, each with a next step."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from grahak.core.access import open_to_all

logger = logging.getLogger("grahak.errors")


def _page(request: HttpRequest, status: int, name: str) -> HttpResponse:
    return render(request, f"core/errors/{name}.html", status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 400, "bad_request")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403, "forbidden")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "stale_form")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 404, "not_found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Never queries: the database may be the fault."""
    return _page(request, 500, "server_error")


@open_to_all
@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Browsers report what the content policy refused; the operator reads it in the log."""
    logger.warning("content policy refused something", extra={"report": request.body[:2000].decode(errors="replace")})
    return HttpResponse(status=204)
