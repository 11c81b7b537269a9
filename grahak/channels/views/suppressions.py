"""Addresses that are never written to: bounced, complained, barred by hand."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.channels import actions
from grahak.channels.forms import BarForm, LiftForm
from grahak.channels.models import Suppression
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say

PAGE = 100


@needs("channels.suppression.edit")
@require_http_methods(["GET", "POST"])
def suppressions(request: HttpRequest) -> HttpResponse:
    """The list, newest first, and a form for another."""
    form = BarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.suppress(
            form.cleaned_data["address"], by=cast(User, request.user), detail=form.cleaned_data["detail"]
        )
        say(request, _("Nobody will be written to at this address."))
        return redirect("channels:suppressions")
    text = request.GET.get("q", "").strip().lower()[:100]
    rows = Suppression.objects.select_related("by").filter(lifted_at=None).order_by("-pk")
    if text:
        rows = rows.filter(address__startswith=text)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[: PAGE + 1])
    context = {
        "form": form,
        "rows": page[:PAGE],
        "q": text,
        "more": page[PAGE - 1].pk if len(page) > PAGE else None,
    }
    return render(request, "channels/suppressions.html", context, status=422 if form.errors else 200)


@needs("channels.suppression.edit")
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Allow an address again; the reason is asked for and kept."""
    row = get_object_or_404(Suppression, pk=pk, lifted_at=None)
    form = LiftForm(request.POST)
    if not form.is_valid():
        say(request, _("Write why it may be written to again."), tone="wrong")
        return redirect("channels:suppressions")
    actions.lift(row, by=cast(User, request.user), why=form.cleaned_data["why"])
    say(request, _("%(address)s may be written to again.") % {"address": row.address})
    return redirect("channels:suppressions")
