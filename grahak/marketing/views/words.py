"""The texts of an SMS as its step shows them: one a language, each with its length in segments and what one costs,
and where the law wants it the number that the text is registered under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.channels.models import SmsAccount
from grahak.channels.sms import uses
from grahak.channels.views.sms import measured
from grahak.core.access import needs
from grahak.marketing.letters import closed
from grahak.marketing.models import Campaign
from grahak.marketing.views.doors import draft_or_404
from grahak.marketing.words import liquid
from grahak.marketing.words.people import names, tags

MOST_SIGNS = 2_000


@dataclass(frozen=True)
class Words:
    """A text in one language; METER is what channels/sms/_meter.html draws, DLT the number it is registered under."""

    code: str
    name: str
    body: str
    is_first: bool
    meter: dict[str, Any]
    dlt: str = ""
    error: str = ""


def words_step(found: Campaign, user: Any) -> dict[str, Any]:
    """What the step of an SMS draws."""
    written = dict(found.texts.values_list("language", "body"))
    account = SmsAccount.objects.order_by("pk").first()
    return {
        "texts": lines_of(found, written, uses.use_of(found.pk).dlt),
        "tags": tags(user),
        "wants_dlt": bool(account and account.entity),
    }


def typed(found: Campaign, posted: Mapping[str, str], by: Any) -> list[Words]:
    """What was typed, language by language, with what is wrong with it: also what is kept from BY."""
    codes = [code for code, _name in settings.LANGUAGES]
    bodies = {code: posted.get(f"body_{code}", "").replace("\r\n", "\n").strip() for code in codes}
    dlt = {code: posted.get(f"dlt_{code}", "").strip()[:30] for code in codes}
    lines = lines_of(found, bodies, dlt, checked=True)
    before = list(found.texts.values_list("body", flat=True))
    told = {line.code: closed.closed_in(line.body, by, before) for line in lines}
    return [
        replace(line, error=line.error or closed.sentence(told[line.code])) if told[line.code] else line
        for line in lines
    ]


def lines_of(
    found: Campaign, bodies: Mapping[str, str], dlt: Mapping[str, str], *, checked: bool = False
) -> list[Words]:
    """A line for each language of the shop, the campaign's first one first."""
    order = sorted(settings.LANGUAGES, key=lambda one: one[0] != found.default_language)
    return [
        Words(
            code,
            str(name),
            bodies.get(code, ""),
            code == found.default_language,
            measured(bodies.get(code, "")),
            dlt.get(code, ""),
            _mistake(bodies.get(code, "")) if checked else "",
        )
        for code, name in order
    ]


def _mistake(body: str) -> str:
    if len(body) > MOST_SIGNS:
        return _("That is too long for an SMS.")
    return " ".join(str(mistake) for mistake in liquid.mistakes_in(body, names())) if body else ""


@require_POST
@needs("campaigns.edit")
def meter(request: HttpRequest, pk: int) -> HttpResponse:
    """How long the text is that is being typed in ?language=."""
    found = draft_or_404(pk)
    code = request.GET.get("language", found.default_language)
    if code not in dict(settings.LANGUAGES):
        raise Http404
    body = request.POST.get(f"body_{code}", "").replace("\r\n", "\n").strip()[: MOST_SIGNS + 1]
    one = next(line for line in lines_of(found, {code: body}, {}) if line.code == code)
    return render(request, "marketing/steps/_meter.html", {"one": one})
