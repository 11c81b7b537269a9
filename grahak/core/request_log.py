"""A number for every request, in its answer, its log lines and the error page; slow requests and faults are
logged."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("grahak.requests")
_WELL_FORMED = re.compile(r"[\w.-]{8,64}\Z")


class RequestLog:
    """Sets request.request_id (the proxy's X-Request-ID where it is well-formed) and logs what took longer
    than settings.SLOW_REQUEST seconds or failed. Query strings stay out of the log: they may hold names and
    phones."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        number = given if _WELL_FORMED.match(given) else uuid.uuid4().hex[:12]
        request.request_id = number  # type: ignore[attr-defined]
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=number):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            if response.status_code >= 500 or seconds > settings.SLOW_REQUEST:
                self._log(request, response, seconds)
        response.headers["X-Request-ID"] = number
        return response

    @staticmethod
    def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        person = getattr(request, "_cached_user", None)  # never asks the database, which may be the fault
        failed = response.status_code >= 500
        logger.log(
            logging.ERROR if failed else logging.WARNING,
            "request failed" if failed else "slow request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "seconds": round(seconds, 3),
                "person": person.pk if person is not None else None,
            },
        )
