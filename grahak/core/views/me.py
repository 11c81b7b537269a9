"""One's own settings: name, phone, language, how the screen looks, password."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grahak.core import audit
from grahak.core.access import signed_in
from grahak.core.account_forms import ChangePasswordForm, OwnSettingsForm
from grahak.core.actions import people
from grahak.core.models import User
from grahak.core.toasts import say


def _page(request: HttpRequest, form: OwnSettingsForm, password: ChangePasswordForm) -> HttpResponse:
    wrong = bool(form.errors or password.errors)
    return render(request, "core/me.html", {"form": form, "password": password}, status=422 if wrong else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def own_settings(request: HttpRequest) -> HttpResponse:
    me = cast(User, request.user)
    person = User.objects.get(pk=me.pk)
    form = OwnSettingsForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        person = User.objects.get(pk=me.pk)  # the form has written into the other one already
        people.edit_own_settings(person, **form.cleaned_data)
        with translation.override(person.language or getattr(request, "LANGUAGE_CODE", "en")):
            say(request, _("Saved."))
        response = redirect("core:me")
        if person.language:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                person.language,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                samesite="Lax",
            )
        return response
    return _page(request, form, ChangePasswordForm(me))


@signed_in
@require_http_methods(["POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password; other browsers are logged out by it, this one stays."""
    person = cast(User, request.user)
    form = ChangePasswordForm(person, request.POST)
    if not form.is_valid():
        return _page(request, OwnSettingsForm(instance=User.objects.get(pk=person.pk)), form)
    form.save()
    update_session_auth_hash(request, person)
    audit.record("core.person.password_changed", person, by=person)
    say(request, _("Your new password is in force. Other browsers are logged out."))
    return redirect("core:me")
