"""Keys for programmes: the list, a new one (shown once), withdrawing one."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.actions import keys as key_actions
from grahak.core.models import ApiKey, User
from grahak.core.shop_forms import KeyForm
from grahak.core.toasts import say


@needs("keys.edit")
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The keys. A new one is in this answer only: it is not stored, so it can't be shown again."""
    form = KeyForm(request.POST or None)
    plain = ""
    if request.method == "POST" and form.is_valid():
        _key, plain = key_actions.make_key(by=cast(User, request.user), **form.cleaned_data)
        form = KeyForm()
    found = ApiKey.objects.select_related("created_by", "branch").order_by("revoked_at", "-pk")
    context = {"form": form, "keys": found, "plain": plain}
    response = render(request, "core/settings/keys.html", context, status=422 if form.errors else 200)
    response.headers["Cache-Control"] = "no-store"
    return response


@needs("keys.edit")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    key_actions.withdraw_key(get_object_or_404(ApiKey, pk=pk), by=cast(User, request.user))
    say(request, _("The key opens nothing any more."))
    return redirect("core:keys")
