"""What stands before every address of the API: the key, its allowance, the size and kind of the body, the answer of a
repeated request; and whatever goes wrong behind it becomes a problem that can be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from grahak.connect.api import idempotency, limits
from grahak.connect.api.principal import authenticated
from grahak.connect.api.problems import Problem, as_problem
from grahak.core import audit

LARGEST_BODY = 1024 * 1024
WITH_BODY = ("POST", "PUT", "PATCH")
View = Callable[..., HttpResponse]


def behind(view: View) -> View:
    """VIEW (one of django-ninja's) behind the door. HEAD is answered as GET without its body."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        try:
            answer = _admitted(request, lambda: view(request, *args, **kwargs))
        except Exception as error:
            answer = as_problem(error).response()
        if is_head:
            answer.content = b""
        for name, value in getattr(request, "limit_headers", {}).items():
            answer.headers.setdefault(name, value)
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.headers.setdefault("Vary", "Authorization, Accept-Language")
        return answer

    guarded.needs = "key"  # type: ignore[attr-defined]
    return guarded


def _admitted(request: Any, work: Callable[[], HttpResponse]) -> HttpResponse:
    principal = authenticated(request)
    request.principal = principal
    request.limit_headers = limits.spend(principal.key.pk)
    if request.method in WITH_BODY:
        _checked_body(request)
    with audit.acting(principal):
        if request.method in (*WITH_BODY, "DELETE"):
            return idempotency.once(request, principal.key.pk, lambda: _worked(work))
        return _worked(work)


def _worked(work: Callable[[], HttpResponse]) -> HttpResponse:
    """WORK's answer; what it refuses becomes an answer too, so that a repeated request gets the same."""
    try:
        answer = work()
    except Exception as error:
        return as_problem(error).response()
    if answer.status_code == 405:
        allowed = {"Allow": answer.headers.get("Allow", "")}
        return Problem("method", headers=allowed).response()
    return answer


def _checked_body(request: HttpRequest) -> None:
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise Problem("too_large", _("At most one mebibyte at once: send it in several batches."))
    kind = request.content_type or ""
    if (request.body or kind) and kind != "application/json" and not kind.endswith("+json"):
        raise Problem("media_type", _("Send “Content-Type: application/json”."))
    if len(request.body) > LARGEST_BODY:
        raise Problem("too_large", _("At most one mebibyte at once: send it in several batches."))
