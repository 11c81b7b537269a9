"""Addresses that are never written to: came back, complained, barred by hand; and those that may be again."""

from __future__ import annotations

from typing import cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.channels import actions, suppressions
from grahak.channels.erasing import SEAL
from grahak.channels.forms import BarForm, LiftForm
from grahak.channels.models import Suppression
from grahak.channels.templatetags.sending import WHY_BARRED
from grahak.core import keyset
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say

PAGE = 100
IN_FORCE, OVER = "now", "over"


@needs("channels.suppression.edit")
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """The list, newest first, by reason or address, and a form for another."""
    form = BarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.suppress(
            form.cleaned_data["address"], by=cast(User, request.user), detail=form.cleaned_data["detail"]
        )
        say(request, _("Nobody will be written to at this address."))
        return redirect("channels:suppressions")
    text = request.GET.get("q", "").strip().lower()[:100]
    show = OVER if request.GET.get("show") == OVER else IN_FORCE
    reason = request.GET.get("reason", "")
    reason = reason if reason in WHY_BARRED else ""
    page = keyset.page_of(
        _rows(show, reason, text),
        ["-pk"],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE,
    )
    context = {
        "form": form,
        "page": page,
        "rows": page.rows,
        "q": text,
        "show": show,
        "reason": reason,
        "reasons": WHY_BARRED,
    }
    return render(request, "channels/suppressions.html", context, status=422 if form.errors else 200)


def _rows(show: str, reason: str, text: str) -> QuerySet[Suppression]:
    """What is in force now, or what was lifted or ran out. People who were erased stand there as a hash alone and are
    not shown."""
    rows: QuerySet[Suppression] = Suppression.objects.select_related(
        "by", "lifted_by", "message__dispatch"
    ).exclude(address__startswith=SEAL)
    now = timezone.now()
    if show == OVER:
        rows = rows.filter(Q(lifted_at__isnull=False) | Q(until__lte=now))
    else:
        rows = rows.filter(Q(until=None) | Q(until__gt=now), lifted_at=None)
    if reason:
        rows = rows.filter(reason=reason)
    return rows.filter(address__startswith=text) if text else rows


@needs("channels.suppression.edit")
@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Allow an address again; the reason is asked for and kept."""
    row = get_object_or_404(Suppression, pk=pk, lifted_at=None)
    form = LiftForm(request.POST)
    if not form.is_valid():
        say(request, _("Write why it may be written to again."), tone="wrong")
        return redirect("channels:suppressions")
    suppressions.lift(row, by=cast(User, request.user), why=form.cleaned_data["why"])
    undo = reverse("channels:put_back", args=[row.pk])
    say(request, _("%(address)s may be written to again.") % {"address": row.address}, undo=undo)
    return redirect("channels:suppressions")


@needs("channels.suppression.edit")
@require_POST
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo: the address is barred as it was."""
    row = get_object_or_404(Suppression, pk=pk)
    if suppressions.put_back(row, by=cast(User, request.user)):
        say(request, _("Nobody will be written to at this address."))
    return redirect("channels:suppressions")
