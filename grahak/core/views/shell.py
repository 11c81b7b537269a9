"""Small switches of the shell: language, theme, health."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from grahak.core.access import open_to_all
from grahak.core.health import facts


def _back(request: HttpRequest) -> HttpResponse:
    url = request.POST.get("next") or request.headers.get("Referer", "/")
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return redirect(url if safe else "/")


@open_to_all
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Choose a language: kept with the person, and in a cookie for the log-in page."""
    choice = request.POST.get("language", "")
    response = _back(request)
    if choice in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            type(request.user).objects.filter(pk=request.user.pk).update(language=choice)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, choice, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax"
        )
    return response


@open_to_all
@require_POST
def switch_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device says (empty)."""
    choice = request.POST.get("theme", "")
    response = _back(request)
    if choice in ("", "light", "dark"):
        if request.user.is_authenticated:
            type(request.user).objects.filter(pk=request.user.pk).update(theme=choice)
        response.set_cookie("grahak_theme", choice, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax")
    return response


@open_to_all
def health(request: HttpRequest) -> HttpResponse:
    """200 while people can be served; for a supervisor or load balancer."""
    fit, known = facts()
    return JsonResponse(known, status=200 if fit else 503)


@open_to_all
def patterns(request: HttpRequest) -> HttpResponse:
    """Every part of the UI kit with the real tokens."""
    return render(request, "core/patterns.html")
