"""Keeping the WhatsApp step: an approved template and what stands in its places."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
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
from grahak.marketing.models import Campaign
from grahak.marketing.views.campaign import steps_page
from grahak.marketing.views.doors import draft_or_404
from grahak.marketing.words import liquid
from grahak.marketing.words.people import names

LONGEST = 1_000


@require_POST
@needs("campaigns.edit")
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the template and what stands in its places; another template shows its own places first."""
    found = draft_or_404(pk)
    user: Any = request.user
    name = request.POST.get("template", "")[:512]
    if name and name not in {one for one, _rows in uses.choices(found.purpose)}:
        return steps_page(request, found, status=422, at="what", what_error=_("Choose a template."))
    slots = uses.slots_of(name)
    values = {slot.key: request.POST.get(f"value_{slot.key}", "").strip()[:LONGEST] for slot in slots}
    use = Use(name, {key: text for key, text in values.items() if text})
    wrong = {key: " ".join(map(str, said)) for key, text in values.items() if (said := _mistakes(text))}
    if wrong:
        return steps_page(request, found, status=422, at="what", approved=approved_step(found, use, wrong))
    try:
        _keep(found, use, user)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
    return redirect(f"{found.get_absolute_url()}#what")


def _mistakes(text: str) -> list[liquid.Mistake]:
    return list(liquid.mistakes_in(text, names()))


@transaction.atomic
def _keep(found: Campaign, use: Use, by: User) -> None:
    actions.still_draft(found)
    if use != uses.use_of(found.pk):
        uses.keep(found.pk, use)
        found.save(update_fields=["updated_at"])
        audit.record("marketing.campaign.worded", found, by=by, template=use.template)
