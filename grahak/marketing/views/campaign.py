"""A campaign's page: until it is sent the steps, which can be done in any order; from then on its progress and its
report (`views.sent`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grahak.channels.rules import rules
from grahak.core.access import needs
from grahak.customers.models import SavedView
from grahak.customers.views.parts import wants
from grahak.insight.models import Segment
from grahak.marketing import actions, answers
from grahak.marketing.actions import Problem
from grahak.marketing.approved import Step, approved_step
from grahak.marketing.campaign_forms import HowForm, NameForm, TryForm, VariantForm, WhenForm, initial
from grahak.marketing.models import AudiencePart, Campaign, Stage, Variant
from grahak.marketing.views.doors import campaign_or_404
from grahak.marketing.views.planned import SOON, Planned, planned_for
from grahak.marketing.views.sent import sent_page
from grahak.marketing.views.words import words_step
from grahak.marketing.words.people import tags

WHOLE_LIST = "?"


@require_GET
@needs("campaigns.view")
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a campaign at any stage."""
    found = campaign_or_404(pk)
    if found.dispatch is not None and wants(request, "soon"):
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    if found.dispatch is not None:
        return sent_page(request, found)
    if wants(request, "soon"):
        return render(request, "marketing/_soon.html", {"campaign": found, "soon": is_soon(found)})
    return steps_page(request, found)


def _what_step(found: Campaign, user: Any) -> dict[str, Any]:
    """What the step of this channel's words draws."""
    if found.channel == "sms":
        return words_step(found, user)
    if found.channel == "whatsapp":
        return {"approved": approved_step(found), "tags": tags(user)}
    return {}


def mends(found: Campaign, problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """What stops or warns, as lines with the way to where it is mended."""
    names = dict(settings.LANGUAGES)
    letter = reverse("letters:edit", args=[found.letter_id]) if found.letter_id else ""
    page = found.get_absolute_url()
    lines = []
    for one in problems:
        place = {"block": one.block, "language": one.language, "place": one.field if not one.block else ""}
        query = urlencode({name: value for name, value in place.items() if value})
        step = "variants" if one.variant else "what"
        url = f"{letter}?{query}" if letter and query else letter or f"{page}#{step}"
        lines.append(
            {"what": one.what, "level": one.level, "url": url, "language": names.get(one.language, "")}
        )
    return lines


def is_soon(found: Campaign) -> bool:
    """Whether it goes within a minute: the page watches for it."""
    at = found.scheduled_for
    return found.stage == Stage.SCHEDULED and at is not None and at < timezone.now() + SOON


def steps_page(
    request: HttpRequest, found: Campaign, *, status: int = 200, at: str = "", **bound: Any
) -> HttpResponse:
    """All steps of a draft. BOUND are forms with faults, that stand in place of the clean ones; AT is their step."""
    user: Any = request.user
    languages = languages_of(found)
    tried = bound.get("ways") or ways(found)
    planned = planned_for(request, found)
    parts = found.parts.select_related("segment").order_by("minus", "position", "pk")
    context = {
        "campaign": found,
        "stage": found.stage,
        "is_draft": found.stage == Stage.DRAFT,
        "at": at,
        "name_form": NameForm(initial=initial(found, NameForm)),
        "when_form": WhenForm(initial=when_of(found, planned)),
        "how_form": HowForm(initial=initial(found, HowForm)),
        "try_form": TryForm(initial=initial(found, TryForm)),
        "parts": [part_words(part) for part in parts],
        "segments": Segment.objects.filter(archived_at=None)
        .order_by("name")
        .values_list("pk", "name", "members"),
        "views": SavedView.objects.filter(Q(is_shared=True) | Q(by=user)).order_by("position", "pk"),
        "ways": tried,
        "may_vary": len(tried) < len(actions.CODES),
        "problems": mends(found, actions.problems(found, user)),
        "rules": rules(),
        "asked_why": answers.last_answer(found) if found.stage == Stage.DRAFT else None,
        "late_why": answers.why_late(found) if found.stage == Stage.LATE else "",
        "soon": is_soon(found),
        "now": timezone.now(),
        "spoken": [(code, names_of(code)) for code in languages],
        "subjects": subjects_of(found),
        **_what_step(found, request.user),
        **bound,
    }
    return render(request, "marketing/steps.html", context, status=status)


@dataclass(frozen=True)
class Way:
    """One way of saying a campaign as its step draws it: its FORM, and on WhatsApp the template that is its own
    (APPROVED) with what is wrong with the choice."""

    variant: Variant
    form: VariantForm
    approved: Step | None = None
    error: str = ""


def ways(
    found: Campaign,
    *,
    forms: Mapping[str, VariantForm] | None = None,
    approved: Mapping[str, Step] | None = None,
    error: Mapping[str, str] | None = None,
) -> list[Way]:
    """The variants of a campaign; FORMS, APPROVED and ERROR are what was typed and is wrong, by their letters."""
    languages = languages_of(found)
    forms, approved, error = forms or {}, approved or {}, error or {}
    return [
        Way(
            one,
            forms.get(one.code) or VariantForm(initial=variant_of(one), languages=languages),
            approved.get(one.code) or approved_step(found, variant=one.code)
            if found.channel == "whatsapp"
            else None,
            error.get(one.code, ""),
        )
        for one in found.variants.select_related("letter")
    ]


def languages_of(found: Campaign) -> list[str]:
    """The languages a campaign's words are written in, the default one first."""
    written: list[str] = [found.default_language]
    if found.letter is not None:
        written += [code for code in found.letter.document.get("languages", []) if code not in written]
    else:
        written += [code for code in found.texts.values_list("language", flat=True) if code not in written]
    known = dict(settings.LANGUAGES)
    return [code for code in written if code in known]


def subjects_of(found: Campaign) -> list[tuple[str, str, str]]:
    """(code, name, subject) of each language that a campaign's mail is written in."""
    names = dict(settings.LANGUAGES)
    said = found.letter.document.get("subject", {}) if found.letter else {}
    return [(code, str(names[code]), said.get(code, "")) for code in languages_of(found)]


def when_of(found: Campaign, planned: Planned) -> dict[str, Any]:
    """The step "when" as it stands: on the schedule, or meant by this person."""
    at = found.scheduled_for or planned.at
    local = found.in_local_time if found.scheduled_for else planned.in_local_time
    return {"when": "at" if at else "now", "at": at, "in_local_time": local}


def names_of(code: str) -> str:
    """What a language is called."""
    return str(dict(settings.LANGUAGES).get(code, code))


def variant_of(one: Variant) -> dict[str, Any]:
    """A variant's values for its form."""
    subjects = {f"subject_{code}": text for code, text in one.subjects.items()}
    return {
        "name": one.name,
        "share": one.share,
        "sender_name": one.sender_name,
        "minutes": one.minutes,
        **subjects,
    }


def part_words(part: AudiencePart) -> dict[str, Any]:
    """A part of the audience as a line: its kind, its name, its address and how many it has, where that is known."""
    line: dict[str, Any] = {
        "pk": part.pk,
        "minus": part.minus,
        "kind": "chosen",
        "name": "",
        "url": "",
        "n": None,
    }
    if part.segment is not None:
        url = reverse("segments:segment", args=[part.segment.pk])
        return line | {"kind": "segment", "name": part.segment.name, "url": url, "n": part.segment.members}
    if part.query:
        kind = "everybody" if part.query == WHOLE_LIST else "view"
        return line | {
            "kind": kind,
            "name": _view_name(part.query),
            "url": f"{reverse('customers:list')}{part.query}",
        }
    return line | {"n": part.campaign.chosen.count()}


def _view_name(query: str) -> str:
    """The name of the saved view that a list's query string asks for and nothing else; empty for another."""
    asked = QueryDict(query.lstrip("?"))
    number = asked.get("view", "")
    if set(asked) != {"view"} or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return ""
    return SavedView.objects.filter(pk=int(number)).values_list("name", flat=True).first() or ""
