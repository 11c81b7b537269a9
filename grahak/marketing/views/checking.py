"""The last look before a campaign goes: everything that stops or warns, final numbers, a test to oneself; then sent,
put on the schedule, or put before a second person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.channels.rules import rules
from grahak.core.access import needs
from grahak.core.templatetags.ui import clock, day
from grahak.core.toasts import say
from grahak.marketing import actions
from grahak.marketing.campaign_forms import RefuseForm, TestForm, WhenForm
from grahak.marketing.models import Campaign
from grahak.marketing.views.campaign import languages_of, mends, names_of, steps_page, subjects_of
from grahak.marketing.views.doors import campaign_or_404, draft_or_404
from grahak.marketing.views.planned import Planned, planned_for
from grahak.marketing.views.reaching import reach_of

UNDO = dt.timedelta(seconds=15)  # between pressing "send" and the first message, to think again


@require_GET
@needs("campaigns.view")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of everything before it goes."""
    found = campaign_or_404(pk)
    if found.dispatch_id is not None:
        return redirect(found)
    return check_page(request, found)


def check_page(request: HttpRequest, found: Campaign, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page, with what the caller puts in place of its own."""
    user: Any = request.user
    problems = more.pop("found_problems", None) or actions.problems(found, user)
    context = {
        **reach_of(found, user),
        "stage": found.stage,
        "problems": mends(found, problems),
        "stops": [one for one in problems if one.level == "stop"],
        "rules": rules(),
        "asks": rules().needs_approval and not actions.is_approved(found),
        "planned": planned_for(request, found),
        "test": TestForm(initial={"to": user.email}),
        "refuse_form": RefuseForm(),
        "spoken": [(code, names_of(code)) for code in languages_of(found)],
        "subjects": subjects_of(found),
        "said": [
            (text.language, names_of(text.language), text.body) for text in found.texts.order_by("language")
        ],
        **more,
    }
    return render(request, "marketing/check.html", context, status=status)


@require_POST
@needs("campaigns.edit")
def when(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep when it is to go, for the check page; nothing is on the schedule yet."""
    found, form = draft_or_404(pk), WhenForm(request.POST)
    if not form.is_valid():
        return steps_page(request, found, status=422, at="when", when_form=form)
    data = form.cleaned_data
    at = data["at"] if data["when"] == "at" else None
    Planned(at, data["in_local_time"] and at is not None).keep(request, found)
    return redirect(f"{found.get_absolute_url()}#when")


def _try(request: HttpRequest, found: Campaign, do: Any) -> HttpResponse | None:
    """Do it; gives the page that says why not, where it can't be done."""
    try:
        do()
    except actions.NotReady as error:
        return check_page(request, found, status=422, found_problems=error.problems)
    except (actions.OnItsWay, actions.BadMoment, actions.NeedsApproval, actions.NotYours) as error:
        say(request, str(error), tone="wait")
        return redirect("marketing:check", pk=found.pk)
    return None


@require_POST
@needs("campaigns.send")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it in a few seconds, with a way back until then; what stands in the way is shown."""
    found = campaign_or_404(pk)
    if found.dispatch_id is not None:
        return redirect(found)
    user: Any = request.user
    refused = _try(request, found, lambda: actions.schedule(found, timezone.now() + UNDO, by=user))
    if refused is None:
        Planned().keep(request, found)
        undo = reverse("marketing:unschedule", args=[pk])
        say(request, _("It goes in a few seconds."), undo=undo)
    return refused or redirect(found)


@require_POST
@needs("campaigns.send")
def schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it on the schedule for the moment that was kept."""
    found, planned = draft_or_404(pk), planned_for(request, draft_or_404(pk))
    user: Any = request.user
    at = planned.at
    if at is None:
        say(request, _("Say on which day and at what time."), tone="wait")
        return redirect(f"{found.get_absolute_url()}#when")
    local = planned.in_local_time
    refused = _try(request, found, lambda: actions.schedule(found, at, by=user, in_local_time=local))
    if refused is None:
        told = _("It goes on %(day)s at %(time)s.") % {"day": day(at), "time": clock(at)}
        say(request, told, undo=reverse("marketing:unschedule", args=[pk]))
    return refused or redirect(found)


@require_POST
@needs("campaigns.edit")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it before a second person, with the moment that was kept."""
    found, planned = draft_or_404(pk), planned_for(request, draft_or_404(pk))
    user: Any = request.user
    refused = _try(
        request,
        found,
        lambda: actions.ask_approval(found, by=user, at=planned.at, in_local_time=planned.in_local_time),
    )
    if refused is None:
        undo = reverse("marketing:unschedule", args=[pk])
        say(request, _("Your colleagues see on their first page that you ask."), undo=undo)
    return refused or redirect(found)


@require_POST
@needs("campaigns.edit")
def unschedule(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it off the schedule, or the question back: it is a draft again."""
    found = campaign_or_404(pk)
    user: Any = request.user
    planned = Planned(found.scheduled_for, found.in_local_time)
    try:
        actions.unschedule(found, by=user)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
    else:
        planned.keep(request, found)
        say(request, _("It is a draft again; nothing was sent."))
    return redirect(found)


@require_POST
@needs("campaigns.edit")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the words to a colleague as the first of the audience would get them."""
    found, form = draft_or_404(pk), TestForm(request.POST)
    user: Any = request.user
    if not form.is_valid():
        return check_page(request, found, status=422, test=form)
    asked = request.POST.get("language", "")
    language = asked if asked in languages_of(found) else found.default_language
    to = form.cleaned_data["to"]
    try:
        actions.try_out(found, language, to=to, by=user)
    except (ValueError, LookupError, OSError) as error:
        say(request, str(error) or _("The provider could not be reached."), tone="wrong")
    else:
        say(request, _("The test is on its way to %(to)s.") % {"to": to})
    return redirect("marketing:check", pk=pk)
