"""Error pages in the reader's language, each with a next step. A fragment's request gets a red toast instead,
because htmx would put the whole page into a corner of the one that is open."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from grahak.core.access import open_to_all
from grahak.core.context import looks
from grahak.core.middleware import language_without_records
from grahak.core.refusals import Refusal

logger = logging.getLogger("grahak.errors")


@dataclass(frozen=True)
class Words:
    """What is wrong, what it means, what to do. AGAIN: offer the same page once more."""

    title: Any
    text: Any
    again: bool = False


PAGES = {
    "400": Words(
        _("This could not be understood"),
        _("The address or the form was not complete. Go back, reload the page and try again."),
    ),
    "403": Words(
        _("This is not open to you"),
        _("Your role doesn't allow it. The owner can change roles under Settings, People."),
    ),
    "404": Words(
        _("There is nothing here"),
        _("The address is wrong, it was taken away, or your role doesn't show it. Search for it instead."),
    ),
    "405": Words(
        _("This can't be opened by its address"),
        _("It only takes what a form sends, and nothing was changed. Go back and press the button there."),
    ),
    "409": Words(
        _("This was changed meanwhile"),
        _("Somebody else was quicker, or it is done already. Look at it as it is now, then decide."),
        again=True,
    ),
    "413": Words(
        _("This is too large"),
        _("More was sent than the shop's computer takes at once. Send it in smaller parts."),
    ),
    "422": Words(
        _("Something in the form is not right"),
        _("Nothing was changed. Go back; what you typed is still there."),
    ),
    "429": Words(
        _("Too many tries"),
        _("Wait a quarter of an hour and try again, or ask for a new password."),
    ),
    "500": Words(
        _("Something broke on our side"),
        _(
            "Nothing you did was wrong, and nothing was half saved. "
            "Try again; if it stays, tell whoever looks after Grahak."
        ),
        again=True,
    ),
    "503": Words(
        _("The records can't be reached"),
        _("The database doesn't answer just now. Nothing is lost. Try again in a minute."),
        again=True,
    ),
    "stale": Words(
        _("This form waited too long"),
        _("For safety a form is good for one log-in only. Go back, reload the page and send it again."),
        again=True,
    ),
}


def _page(
    request: HttpRequest, status: int, name: str = "", sentence: Any = "", *, records: bool = True
) -> HttpResponse:
    """The page of a status. RECORDS False: asks no database and needs no session."""
    words = PAGES[name or str(status)]
    context: dict[str, Any] = {"words": words, "sentence": sentence or words.text, "status": status}
    context["request_id"] = getattr(request, "request_id", "") if status >= 500 else ""
    user = getattr(request, "user", None) if records else None
    inside = bool(user is not None and user.is_authenticated and getattr(request, "business", None))
    context["layout"] = "base.html" if inside else "core/plain.html"
    context["again"] = request.get_full_path() if words.again and request.method == "GET" else ""
    if request.headers.get("HX-Request"):
        response = HttpResponse(loader.render_to_string("core/errors/toast.html", context), status=status)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#toasts", "beforeend"
        return response
    page = "core/errors/page.html"
    if records:
        return HttpResponse(loader.render_to_string(page, context, request), status=status)
    return HttpResponse(loader.render_to_string(page, looks(request) | context), status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return _page(request, 413)
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.info("a form was refused", extra={"reason": reason, "path": request.path})
    return _page(request, 403, "stale")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 404)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal that a view raised."""
    return _page(request, refusal.status, sentence=refusal.sentence)


def not_allowed(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The page for somebody who opened the address of a form; ANSWER is the bare one, which names the methods."""
    page = _page(request, 405)
    page.headers["Allow"] = answer.headers["Allow"]
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """Never queries: the database may be the fault, and then the page says so with 503."""
    error = sys.exc_info()[1]
    away = isinstance(error, OperationalError | InterfaceError)
    request.LANGUAGE_CODE = getattr(request, "LANGUAGE_CODE", "") or language_without_records(request)
    with translation.override(request.LANGUAGE_CODE):
        response = _page(request, 503 if away else 500, records=False)
    if away:
        response.headers["Retry-After"] = "60"
    return response


@open_to_all
@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Browsers report what the content policy refused; the operator reads it in the log."""
    logger.warning(
        "content policy refused something", extra={"report": request.body[:2000].decode(errors="replace")}
    )
    return HttpResponse(status=204)
