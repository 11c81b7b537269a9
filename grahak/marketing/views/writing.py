"""Writing a campaign: its words in each language, the preview person by person, the test, and sending."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_exempt
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from grahak.channels.sandbox import sandboxed
from grahak.core.access import needs
from grahak.marketing import actions, audience, rendering
from grahak.marketing.campaign_forms import TestForm
from grahak.marketing.forms import CampaignForm
from grahak.marketing.letters import preview as letter_preview
from grahak.marketing.models import Campaign
from grahak.marketing.segments import segment_of
from grahak.marketing.views.doors import campaign_or_404
from grahak.marketing.words import liquid
from grahak.marketing.words.people import tags

MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'self'"
)


def _language(request: HttpRequest, campaign: Campaign) -> str:
    asked = request.POST.get("language") or request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else campaign.default_language


@needs("campaigns.edit")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The words of a draft in one language, beside the preview."""
    found = campaign_or_404(pk)
    if found.dispatch_id is not None:
        return redirect(found)
    language = _language(request, found)
    if request.method != "POST":
        return _page(request, found, language, CampaignForm(initial=_initial(found, language)), 200)
    form = CampaignForm(request.POST)
    if not form.is_valid():
        return _page(request, found, language, form, 422)
    _keep(found, language, form.cleaned_data, request)
    following = request.POST.get("then", "")
    if following == "send":
        return redirect("marketing:check", pk=pk)
    if following in dict(settings.LANGUAGES):
        language = following
    return redirect(f"{request.path}?language={language}")


def _initial(campaign: Campaign, language: str) -> dict[str, Any]:
    text = rendering.texts_of(campaign).get(language)
    return {
        "name": campaign.name,
        "purpose": campaign.purpose,
        "default_language": campaign.default_language,
        "attribution_days": campaign.attribution_days,
        "subject": text.subject if text else "",
        "body": text.body if text else "",
    }


def _keep(campaign: Campaign, language: str, cleaned: dict[str, Any], request: HttpRequest) -> None:
    user: Any = request.user
    fields = ("name", "purpose", "default_language", "attribution_days")
    actions.edit(campaign, by=user, **{name: cleaned[name] for name in fields})
    if cleaned["subject"] or cleaned["body"]:
        actions.word(campaign, language, subject=cleaned["subject"], body=cleaned["body"], by=user)
    else:
        actions.unword(campaign, language, by=user)


def _page(
    request: HttpRequest, campaign: Campaign, language: str, form: CampaignForm, status: int
) -> HttpResponse:
    user: Any = request.user
    written = set(rendering.texts_of(campaign))
    problems = actions.problems(campaign)
    context = {
        "campaign": campaign,
        "form": form,
        "language": language,
        "tabs": [
            {
                "code": code,
                "label": label,
                "written": code in written,
                "bad": any(p.language == code for p in problems),
            }
            for code, label in settings.LANGUAGES
        ],
        "tags": tags(),
        "problems": problems,
        "reach": audience.reach(campaign, user),
        "segment": segment_of(campaign),
        "test": TestForm(initial={"to": user.email}),
        "place": _place(request),
        **_person(campaign, user, language, _place(request)),
    }
    return render(request, "marketing/edit.html", context, status=status)


def _place(request: HttpRequest) -> int:
    text = request.GET.get("person", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _person(campaign: Campaign, user: Any, language: str, place: int) -> dict[str, Any]:
    """Whom the preview shows: the PLACE-th of the audience, in the order of their names."""
    rows = audience.customers_of(campaign, user).order_by("name_sort", "pk")
    found = list(rows[place : place + 2])
    if not found:
        return {"shown": None}
    contact_id, own = audience.best_contacts([found[0].pk], campaign.purpose).get(found[0].pk, (None, ""))
    return {
        "shown": found[0],
        "contact_id": contact_id or 0,
        "reads": dict(settings.LANGUAGES).get(own or found[0].language, ""),
        "following": place + 1 if len(found) > 1 else None,
        "earlier": place - 1 if place else None,
    }


@csp_exempt()
@xframe_options_sameorigin
@needs("campaigns.view")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as one person would get it, at its own address under a policy that lets nothing run."""
    found = campaign_or_404(pk)
    language, contact = _language(request, found), request.GET.get("contact", "")
    user: Any = request.user
    html = _("Nothing is written in this language yet.")
    letter = found.letter
    if (
        letter is not None
        and language in rendering.texts_of(found)
        and contact.isascii()
        and contact.isdecimal()
        and len(contact) < 18
    ):
        if not audience.customers_of(found, user).filter(contacts=int(contact)).exists():
            raise Http404
        try:
            html = letter_preview.for_contact(letter, language, int(contact), purpose=found.purpose).html
        except liquid.Mistake as mistake:
            return _framed(render(request, "marketing/mistake.html", {"mistake": mistake}))
    return sandboxed(html, own_pictures=True)


def _framed(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = MAIL_POLICY
    return response
