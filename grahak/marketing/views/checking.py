"""The last look before a campaign goes: everything that stops or warns, final numbers, a test to oneself; then sent,
put on the schedule, or put before a second person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.channels.rules import rules
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.marketing import actions
from grahak.marketing.campaign_forms import TestForm, WhenForm
from grahak.marketing.models import Campaign
from grahak.marketing.views.campaign import languages_of, steps_page
from grahak.marketing.views.doors import campaign_or_404, draft_or_404
from grahak.marketing.views.reaching import reach_of

KEPT_WHEN = "campaign_when"


@require_GET
@needs("campaigns.edit")
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of everything before it goes."""
    found = campaign_or_404(pk)
    if found.dispatch_id is not None:
        return redirect(found)
    return check_page(request, found)


def check_page(request: HttpRequest, found: Campaign, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page, with what the caller puts in place of its own."""
    user: Any = request.user
    problems = actions.problems(found)
    names = dict(settings.LANGUAGES)
    texts = {text.language: text.subject for text in found.texts.all()}
    words = found.letter.document.get("subject", {}) if found.letter else texts
    context = {
        "campaign": found,
        "stage": found.stage,
        "problems": problems,
        "stops": [one for one in problems if getattr(one, "level", "stop") == "stop"],
        **reach_of(found, user),
        "rules": rules(),
        "test": TestForm(initial={"to": user.email}),
        "languages": [(code, names.get(code, code)) for code in languages_of(found)],
        "subjects": [(code, names.get(code, code), words.get(code, "")) for code in languages_of(found)],
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
    return redirect(f"{found.get_absolute_url()}#when")


@require_POST
@needs("campaigns.send")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it now; what stands in the way is shown."""
    found = campaign_or_404(pk)
    user: Any = request.user
    try:
        actions.send_now(found, by=user)
    except actions.NotReady as error:
        return check_page(request, found, status=422, problems=error.problems, stops=error.problems)
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
