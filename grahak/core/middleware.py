"""Puts business, language and time zone in force for each request; carries toasts along with fragments."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from grahak.core import business
from grahak.core.refusals import Refusal

OPEN_BEFORE_SETUP = ("/setup/", "/static/", "/healthz", "/language/", "/theme/", "/csp/", "/api/")

GetResponse = Callable[[HttpRequest], HttpResponse]


def language_without_records(request: HttpRequest, house: str = "") -> str:
    """The cookie's language, else the browser's, else HOUSE, else English. Asks no database, so that an
    error page can use it when the database is the fault."""
    known = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in known:
        return chosen
    for wanted, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if wanted.split("-")[0] in known:
            return wanted.split("-")[0]
    return house if house in known else "en"


class Business:
    """Language: the person's own, else the cookie, else the browser's, else the business's. Before the first
    run every page leads to /setup/."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        shop = business.current()
        request.business = shop  # type: ignore[attr-defined]
        language = getattr(request.user, "language", "")
        if language not in dict(settings.LANGUAGES):
            language = language_without_records(request, shop.language if shop else "")
        request.LANGUAGE_CODE = language
        if shop is None and not request.path.startswith(OPEN_BEFORE_SETUP):
            return redirect("core:setup")
        with translation.override(language), timezone.override(business.zone()):
            response = self.get_response(request)
            if isinstance(response, HttpResponseNotAllowed) and "text/html" in request.headers.get(
                "Accept", ""
            ):
                from grahak.core.views.errors import not_allowed

                response = not_allowed(request, response)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ("Cookie", "HX-Request"))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal raised anywhere below a view becomes its page."""
        if isinstance(exception, Refusal):
            from grahak.core.views.errors import refused

            return refused(request, exception)
        return None


class Toasts:
    """A fragment's answer brings the toasts that its view said: they are added to the page's corner out of
    band. Answers that send the browser elsewhere leave them for the page that comes."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        said = getattr(request, "_messages", None)
        if (
            getattr(request, "htmx", False)
            and said is not None
            and said.added_new
            and not said.used
            and not response.streaming
            and response.status_code in (200, 201, 422)
            and response.headers.get("Content-Type", "").startswith("text/html")
            and not {"HX-Redirect", "HX-Location", "HX-Refresh"} & set(response.headers)
        ):
            response.content += render_to_string("core/_toasts_more.html", request=request).encode()
            if response.has_header("Content-Length"):
                response.headers["Content-Length"] = str(len(response.content))
        return response
