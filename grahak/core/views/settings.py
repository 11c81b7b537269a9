"""The settings: what there is, the shop itself, its logo, its branches."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grahak.core.access import needs, open_to_all, signed_in
from grahak.core.actions import shop as shop_actions
from grahak.core.models import Branch, Business, User
from grahak.core.pictures import TYPES
from grahak.core.refusals import Conflict
from grahak.core.shop_forms import BranchForm, ShopForm
from grahak.core.toasts import say


@signed_in
def index(request: HttpRequest) -> HttpResponse:
    """Every settings page this person may open, one sentence each."""
    return render(request, "core/settings/index.html")


@needs("settings.edit")
@require_http_methods(["GET", "POST"])
def shop(request: HttpRequest) -> HttpResponse:
    """Name, currency, grouping, time zone, fiscal year, language, country, address, logo."""
    form = ShopForm(request.POST or None, request.FILES or None, instance=get_object_or_404(Business, pk=1))
    locked = shop_actions.is_currency_locked()
    if locked:
        form.fields["currency"].disabled = True
        form.fields["currency"].help_text = _("Orders are written in it, so it can't change any more.")
    if request.method == "POST" and form.is_valid():
        logo: Any = False if request.POST.get("logo_clear") else form.cleaned_data["logo"]
        stored = get_object_or_404(Business, pk=1)
        shop_actions.edit_shop(stored, by=cast(User, request.user), logo=logo, **form.shop_values())
        say(request, _("Saved."))
        return redirect("core:shop")
    return render(request, "core/settings/shop.html", {"form": form}, status=422 if form.errors else 200)


@open_to_all
@require_safe
def logo(request: HttpRequest) -> HttpResponse | FileResponse:
    """The shop's logo, also for the log-in page. Served as the picture it was checked to be, never as a
    document: no sniffing, and a policy under which nothing in it could run."""
    found = getattr(request, "business", None)
    if found is None or not found.logo:
        raise Http404
    kind = TYPES.get(found.logo.name.rsplit(".", 1)[-1])
    if kind is None or not found.logo.storage.exists(found.logo.name):
        raise Http404
    return FileResponse(
        found.logo.open("rb"),
        content_type=kind,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        },
    )


@needs("settings.edit")
@require_http_methods(["GET", "POST"])
def branches(request: HttpRequest) -> HttpResponse:
    """The branches, and a form for another."""
    form = BranchForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        shop_actions.add_branch(by=cast(User, request.user), **form.cleaned_data)
        say(request, _("Branch added."))
        return redirect("core:branches")
    found = Branch.objects.annotate(colleagues=Count("people", filter=Q(people__is_active=True)))
    context = {"form": form, "branches": found}
    return render(request, "core/settings/branches.html", context, status=422 if form.errors else 200)


@needs("settings.edit")
@require_http_methods(["GET", "POST"])
def branch(request: HttpRequest, pk: int) -> HttpResponse:
    stored = get_object_or_404(Branch, pk=pk)
    form = BranchForm(request.POST or None, instance=get_object_or_404(Branch, pk=pk))
    if request.method == "POST" and form.is_valid():
        shop_actions.edit_branch(stored, by=cast(User, request.user), **form.cleaned_data)
        say(request, _("Saved."))
        return redirect("core:branches")
    context = {"branch": stored, "form": form, "in_use": shop_actions.is_in_use(stored)}
    return render(request, "core/settings/branch.html", context, status=422 if form.errors else 200)


@needs("settings.edit")
@require_POST
def remove_branch(request: HttpRequest, pk: int) -> HttpResponse:
    stored = get_object_or_404(Branch, pk=pk)
    try:
        shop_actions.remove_branch(stored, by=cast(User, request.user))
    except Conflict as refusal:
        say(request, refusal.sentence, tone="wrong")
        return redirect("core:branch", pk=pk)
    say(request, _("Branch removed."))
    return redirect("core:branches")
