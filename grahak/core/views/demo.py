"""The demo: how far it has loaded, and leaving it for one's own shop."""

from __future__ import annotations

import logging
from typing import cast

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from grahak.core import business
from grahak.core.access import needs, signed_in
from grahak.core.demo import loading
from grahak.core.models import User
from grahak.core.registry import registry
from grahak.core.shop_forms import LeaveDemoForm

logger = logging.getLogger("grahak.demo")


@signed_in
def progress(request: HttpRequest) -> HttpResponse:
    """The bar of the loading demo, for the banner; it stops asking when the demo is complete."""
    found = loading()
    return render(request, "core/_demo_progress.html", {"progress": found, "just_done": found is None})


@needs("demo.leave")
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Wipe the demo after its name was typed, and start anew; 404 where this is no demo."""
    shop = business.required()
    if not shop.is_demo:
        raise Http404
    form = LeaveDemoForm(request.POST or None, shop=shop)
    if request.method == "POST" and form.is_valid() and registry.demo_leaver is not None:
        person = cast(User, request.user)
        logger.warning("the demo is wiped", extra={"by": person.email})
        registry.demo_leaver(person)
        business.forget()
        logout(request)
        return redirect("core:setup")
    context = {"form": form, "can_leave": registry.demo_leaver is not None, "shop": shop}
    return render(request, "core/leave_demo.html", context, status=422 if form.errors else 200)
