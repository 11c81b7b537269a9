"""Puts the business, the language and the time zone in force for each request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation

from grahak.core import business

OPEN_BEFORE_SETUP = ("/setup/", "/static/", "/healthz", "/language/", "/theme/")


class Business:
    """Language: the person's own, else the cookie, else the browser's, else the business's. Before the first
    run every page leads to /setup/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        shop = business.current()
        request.business = shop  # type: ignore[attr-defined]
        language = self._language(request, shop)
        request.LANGUAGE_CODE = language
        if shop is None and not request.path.startswith(OPEN_BEFORE_SETUP):
            return redirect("core:setup")
        with translation.override(language), timezone.override(business.zone()):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("Vary", "Cookie, HX-Request")
        return response

    @staticmethod
    def _language(request: HttpRequest, shop: object) -> str:
        known = dict(settings.LANGUAGES)
        for choice in (
            getattr(request.user, "language", ""),
            request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
        ):
            if choice in known:
                return str(choice)
        if shop is not None and not request.headers.get("Accept-Language"):
            return getattr(shop, "language", "en")
        return translation.get_language_from_request(request)
