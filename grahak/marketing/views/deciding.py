"""What a campaign asks people: a second person's word, what to do about one that is late, which variant has won; and
sending again to those it failed for."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.marketing import actions
from grahak.marketing.campaign_forms import RefuseForm, WhenForm
from grahak.marketing.models import Campaign
from grahak.marketing.views.campaign import steps_page
from grahak.marketing.views.checking import check_page
from grahak.marketing.views.doors import campaign_or_404, draft_or_404, sent_or_404

REFUSALS = (actions.OnItsWay, actions.NotYours, actions.NeedsApproval, actions.BadMoment)


def _answered(request: HttpRequest, found: Campaign, do: Any, told: str) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        do()
    except actions.NotReady as error:
        return check_page(request, found, status=422, found_problems=error.problems)
    except REFUSALS as error:
        say(request, str(error), tone="wait")
    else:
        say(request, told)
    return redirect(found)


@require_POST
@needs("campaigns.approve")
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Say yes to what a colleague asked."""
    found = draft_or_404(pk)
    user: Any = request.user
    told = _("Approved. It goes when it was meant to.")
    return _answered(request, found, lambda: actions.approve(found, by=user), told)


@require_POST
@needs("campaigns.approve")
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no, with what must change."""
    found, form = draft_or_404(pk), RefuseForm(request.POST)
    if not form.is_valid():
        return check_page(request, found, status=422, refuse_form=form)
    user: Any = request.user
    why = form.cleaned_data["why"]
    told = _("It is a draft again; your colleague reads why.")
    return _answered(request, found, lambda: actions.refuse(found, by=user, why=why), told)


@require_POST
@needs("campaigns.send")
def late(request: HttpRequest, pk: int) -> HttpResponse:
    """One that missed its time: now, at another time, or not at all."""
    found = draft_or_404(pk)
    user: Any = request.user
    match request.POST.get("do"):
        case "now":
            return _answered(request, found, lambda: actions.confirm_stale(found, by=user), _("It goes now."))
        case "at":
            form = WhenForm({"when": "at", "at": request.POST.get("at", "")})
            if not form.is_valid():
                return steps_page(request, found, status=422, late_form=form)
            at = form.cleaned_data["at"]
            told = _("It is on the schedule again.")
            return _answered(request, found, lambda: actions.confirm_stale(found, by=user, at=at), told)
        case "drop":
            actions.unschedule(found, by=user)
            actions.archive(campaign_or_404(pk), by=user)
            say(request, _("Put away; nothing was sent."), undo=reverse("marketing:restore", args=[pk]))
            return redirect("marketing:list")
    say(request, _("Say what to do with it."), tone="wait")
    return redirect(found)


@require_POST
@needs("campaigns.send")
def winner(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide by hand which variant the rest gets."""
    found = sent_or_404(pk)
    user: Any = request.user
    code = request.POST.get("code", "")
    try:
        actions.choose_winner(found, code, by=user)
    except ValueError as error:  # NoTest is one
        say(request, str(error), tone="wait")
    else:
        say(request, _("The rest gets variant %(code)s.") % {"code": code})
    return redirect(found)
