"""Small things of the shell: language, theme, health, the list of keys, the live pattern page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from grahak.core.access import open_to_all, signed_in
from grahak.core.health import facts
from grahak.core.models import User
from grahak.core.patterns import sample


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
            User.objects.filter(pk=request.user.pk).update(language=choice)
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
            User.objects.filter(pk=request.user.pk).update(theme=choice)
        response.set_cookie("grahak_theme", choice, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax")
    return response


@open_to_all
def health(request: HttpRequest) -> HttpResponse:
    """200 while people can be served; for a supervisor or load balancer."""
    fit, known = facts()
    return JsonResponse(known, status=200 if fit else 503)


@signed_in
def keys_help(request: HttpRequest) -> HttpResponse:
    """The keys as a page, for those who came without a script."""
    return render(request, "core/keys_help.html")


@open_to_all
def patterns(request: HttpRequest) -> HttpResponse:
    """Every part of the UI kit with the real tokens: ?lang=ur&theme=dark shows it in that language and light."""
    language = request.GET.get("lang", "")
    if language in dict(settings.LANGUAGES):
        request.LANGUAGE_CODE = language
    theme = request.GET.get("theme", "")
    script = "naskh" if request.GET.get("script") == "naskh" else ""
    with translation.override(request.LANGUAGE_CODE):
        context: dict[str, Any] = {"sample": sample(), "script": script}
        if theme in ("light", "dark"):
            context["theme"] = theme
        return render(request, "core/patterns.html", context)
