"""A campaign on its way: paused, going on, stopped; sent again to those it failed for; put away, planned anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from grahak.channels import ledger
from grahak.channels.models import FailReason
from grahak.channels.why import REASONS
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.marketing import actions
from grahak.marketing.views.doors import campaign_or_404, sent_or_404

USUALLY_AGAIN = (FailReason.BUSY, FailReason.REFUSED)  # what may well go through the second time


def _change(request: HttpRequest, pk: int, change: Any, told: str, undo: str = "") -> HttpResponse:
    found = sent_or_404(pk)
    try:
        done = change(found.dispatch, by=request.user)
    except ledger.NotNow as error:
        say(request, str(error), tone="wait")
    else:
        if done:
            say(request, told, undo=undo)
    return redirect(found)


@require_POST
@needs("campaigns.send")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop handing messages over until somebody goes on."""
    undo = reverse("marketing:resume", args=[pk])
    return _change(request, pk, ledger.pause, _("Paused. What was handed over already goes out."), undo)


@require_POST
@needs("campaigns.send")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with what was paused."""
    return _change(request, pk, ledger.resume, _("Going on."), reverse("marketing:pause", args=[pk]))


@require_POST
@needs("campaigns.send")
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """End it for good; who was still waiting is left out."""
    return _change(request, pk, ledger.stop, _("Stopped. Who was still waiting is left out."))


@needs("campaigns.send")
@require_http_methods(["GET", "POST"])
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Let those it failed for wait for their turn again, for the reasons that are ticked; never those of whom nobody
    knows whether they got it."""
    found = sent_or_404(pk)
    assert found.dispatch is not None
    failed = [
        (str(code), REASONS.get(code, code), n) for code, n in ledger.tally(found.dispatch).why("failed")
    ]
    asked = set(request.POST.getlist("reason"))
    context = {"campaign": found, "dispatch": found.dispatch, "failed": failed, "usual": USUALLY_AGAIN}
    if request.method != "POST" or not asked:
        context["error"] = _("Tick at least one reason.") if request.method == "POST" else ""
        return render(request, "marketing/resend.html", context, status=422 if context["error"] else 200)
    user: Any = request.user
    try:
        n = ledger.send_again(found.dispatch, asked, by=user)
    except ledger.NotNow as error:
        say(request, str(error), tone="wait")
    else:
        say(request, ngettext("It goes again to %(n)s.", "It goes again to %(n)s.", n) % {"n": n})
    return redirect(found)


@require_POST
@needs("campaigns.edit")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new draft with the same people, words and settings."""
    user: Any = request.user
    copy = actions.plan_next(campaign_or_404(pk), by=user)
    say(request, _("This is a new draft with the same people and words."))
    return redirect(copy)


@require_POST
@needs("campaigns.edit")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it away; its history stays."""
    user: Any = request.user
    found = campaign_or_404(pk)
    try:
        actions.archive(found, by=user)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
        return redirect(found)
    say(request, _("Put away."), undo=reverse("marketing:restore", args=[pk]))
    return redirect("marketing:list")


@require_POST
@needs("campaigns.edit")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring it back among the others."""
    user: Any = request.user
    found = campaign_or_404(pk)
    actions.restore(found, by=user)
    say(request, _("It is back."))
    return redirect(found)
