"""The first run: one page that makes the shop, or the demo shop to look at first; then the next steps."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core import business
from grahak.core.access import needs, open_to_all
from grahak.core.actions.shop import start_shop
from grahak.core.context import reachable
from grahak.core.links import remember_origin
from grahak.core.registry import registry
from grahak.core.shop_forms import LIKELY, FirstRunForm
from grahak.core.toasts import say
from grahak.core.views.account import BACKEND

MAIL_ACCOUNT = "channels:sender"  # the page of the room above that keeps it


@open_to_all
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Only while there is no business; afterwards it leads home."""
    if business.current() is not None:
        return redirect("home")
    likely: dict[str, Any] = LIKELY.get(getattr(request, "LANGUAGE_CODE", "en"), {})
    form = FirstRunForm(request.POST or None, request.FILES or None, initial=likely)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        _shop, owner = start_shop(
            shop=form.shop_values(),
            logo=data["logo"],
            branch=data["branch_name"],
            owner_name=data["owner_name"],
            owner_email=data["owner_email"],
            password=data["password"],
        )
        login(request, owner, backend=BACKEND)
        remember_origin(request, owner)
        return redirect("core:next_steps")
    context = {"form": form, "has_demo": registry.demo_starter is not None}
    return render(request, "core/setup.html", context, status=422 if form.errors else 200)


@open_to_all
@require_POST
def setup_demo(request: HttpRequest) -> HttpResponse:
    """Look at the demo shop first: it is put in place, loads in the background, and one is its owner."""
    if business.current() is not None or registry.demo_starter is None:
        raise Http404
    owner = registry.demo_starter(request)
    business.forget()
    if owner is None:
        return redirect("core:login")
    login(request, owner, backend=BACKEND)
    remember_origin(request, owner)
    say(request, _("This is the demo shop. Its sales are being loaded; look around meanwhile."))
    return redirect("home")


@needs("settings.edit")
def next_steps(request: HttpRequest) -> HttpResponse:
    """After the first run: mail account, a file, colleagues. Each can wait."""
    hung = {link.url for link in registry.first_steps}
    mail = [link for link in registry.settings_pages if link.url == MAIL_ACCOUNT and link.url not in hung]
    steps = [*reachable(mail, request.user), *reachable(registry.first_steps, request.user)]
    return render(request, "core/next_steps.html", {"steps": steps})
