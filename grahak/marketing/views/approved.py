"""Keeping the WhatsApp step: an approved template and what stands in its places; a variant may have its own."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.channels.whatsapp import uses
from grahak.channels.whatsapp.uses import Use
from grahak.core import audit
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.marketing import actions
from grahak.marketing.approved import approved_step
from grahak.marketing.letters import closed
from grahak.marketing.models import Campaign
from grahak.marketing.views.campaign import steps_page, ways
from grahak.marketing.views.doors import draft_or_404
from grahak.marketing.words import liquid
from grahak.marketing.words.people import names

LONGEST = 1_000


@require_POST
@needs("campaigns.edit")
def keep(request: HttpRequest, pk: int, code: str = "") -> HttpResponse:
    """Keep the template and what stands in its places, of the campaign or of its variant CODE; another template shows
    its own places first. A variant without a template says what the campaign says."""
    found = draft_or_404(pk)
    user: Any = request.user
    if code and not found.variants.filter(code=code).exists():
        raise Http404
    step = "variants" if code else "what"
    name = request.POST.get("template", "")[:512]
    if name and name not in {one for one, _rows in uses.choices(found.purpose)}:
        error = _("Choose a template.")
        bound: dict[str, Any] = {"ways": ways(found, error={code: error})} if code else {"what_error": error}
        return steps_page(request, found, status=422, at=step, **bound)
    slots = uses.slots_of(name)
    values = {slot.key: request.POST.get(f"value_{slot.key}", "").strip()[:LONGEST] for slot in slots}
    use = Use(name, {key: text for key, text in values.items() if text})
    before = (uses.own_of(found.pk, code) if code else uses.use_of(found.pk)).values
    wrong = {key: " ".join(said) for key, text in values.items() if (said := _mistakes(text, before, user))}
    if wrong:
        typed = approved_step(found, use, wrong, variant=code)
        bound = {"ways": ways(found, approved={code: typed})} if code else {"approved": typed}
        return steps_page(request, found, status=422, at=step, **bound)
    try:
        _keep(found, use, user, code)
    except actions.OnItsWay as late:
        say(request, str(late), tone="wait")
    return redirect(f"{found.get_absolute_url()}#{step}")


def _mistakes(text: str, before: dict[str, str], by: User) -> list[str]:
    """What is wrong with a text, and what in it is kept from BY and was not there before."""
    told = closed.closed_in(text, by, before)
    return [*map(str, liquid.mistakes_in(text, names())), *([closed.sentence(told)] if told else [])]


@transaction.atomic
def _keep(found: Campaign, use: Use, by: User, code: str) -> None:
    actions.still_draft(found)
    if use == (uses.own_of(found.pk, code) if code else uses.use_of(found.pk)):
        return
    if code and not use.template:
        uses.forget(found.pk, code)
    else:
        uses.keep(found.pk, use, variant=code)
    found.save(update_fields=["updated_at"])
    of = {"variant": code} if code else {}
    audit.record("marketing.campaign.worded", found, by=by, template=use.template, **of)
