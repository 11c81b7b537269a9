"""The texts of an SMS as its step shows them: one a language, each with its length in segments and what one costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.channels.models import SmsAccount
from grahak.channels.sms.segments import Size, size
from grahak.core.access import needs
from grahak.marketing.models import Campaign
from grahak.marketing.views.doors import draft_or_404
from grahak.marketing.words import liquid
from grahak.marketing.words.people import names, tags

MOST_SIGNS = 2_000


@dataclass(frozen=True)
class Words:
    """A text in one language. PRICE is of one message as long as this, None where the gateway's price is not known."""

    code: str
    name: str
    body: str
    is_first: bool
    size: Size
    price: Decimal | None
    error: str = ""


def words_step(found: Campaign) -> dict[str, Any]:
    """What the step of an SMS draws."""
    written = dict(found.texts.values_list("language", "body"))
    return {"texts": lines_of(found, written), "tags": tags()}


def typed(found: Campaign, posted: Mapping[str, str]) -> list[Words]:
    """What was typed, language by language, with what is wrong with it."""
    bodies = {
        code: posted.get(f"body_{code}", "").replace("\r\n", "\n").strip()
        for code, _name in settings.LANGUAGES
    }
    return lines_of(found, bodies, checked=True)


def lines_of(found: Campaign, bodies: Mapping[str, str], *, checked: bool = False) -> list[Words]:
    """A line for each language of the shop, the campaign's first one first."""
    account = SmsAccount.objects.order_by("pk").first()
    each = account.price if account else None
    order = sorted(settings.LANGUAGES, key=lambda one: one[0] != found.default_language)
    return [_line(found, code, str(name), bodies.get(code, ""), each, checked) for code, name in order]


def _line(found: Campaign, code: str, name: str, body: str, each: Decimal | None, checked: bool) -> Words:
    long = size(body)
    error = ""
    if checked and len(body) > MOST_SIGNS:
        error = _("That is too long for an SMS.")
    elif checked and body:
        error = " ".join(str(mistake) for mistake in liquid.mistakes_in(body, names()))
    price = each * long.segments if each is not None else None
    return Words(code, name, body, code == found.default_language, long, price, error)


@require_POST
@needs("campaigns.edit")
def meter(request: HttpRequest, pk: int) -> HttpResponse:
    """How long the text is that is being typed in ?language=."""
    found = draft_or_404(pk)
    code = request.GET.get("language", found.default_language)
    if code not in dict(settings.LANGUAGES):
        raise Http404
    bodies = {code: request.POST.get(f"body_{code}", "").replace("\r\n", "\n").strip()[: MOST_SIGNS + 1]}
    one = next(line for line in lines_of(found, bodies) if line.code == code)
    return render(request, "marketing/steps/_meter.html", {"one": one})
