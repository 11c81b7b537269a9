"""The steps of a draft, each kept by its own form: whom it is for, what it says, when it goes, how it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.channels.sms import uses
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers.models import SavedView
from grahak.customers.selection import selected
from grahak.insight.models import Segment
from grahak.marketing import actions
from grahak.marketing.actions import Part
from grahak.marketing.campaign_forms import BeginForm, HowForm, NameForm, TryForm, VariantForm
from grahak.marketing.letters import actions as letters
from grahak.marketing.letters import closed
from grahak.marketing.models import Campaign
from grahak.marketing.segments import segment_named
from grahak.marketing.views.campaign import WHOLE_LIST, languages_of, steps_page, ways
from grahak.marketing.views.doors import draft_or_404
from grahak.marketing.views.words import typed


@needs("campaigns.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a campaign: its channel, its name, from a segment, from a template."""
    user: Any = request.user
    first = {"segment": request.GET.get("segment", ""), "template": request.GET.get("template", "")}
    form = BeginForm(request.POST if request.method == "POST" else None, initial=first)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        parts = [Part(segment=data["segment"].pk)] if data["segment"] else []
        found = actions.begin(
            by=user, name=data["name"], channel=data["channel"], purpose=data["purpose"], parts=parts
        )
        if data["template"] is not None and found.channel == "email":
            letters.for_campaign(found, data["template"], by=user)
        return redirect(found)
    return render(request, "marketing/new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@needs("campaigns.edit")
def begin(request: HttpRequest) -> HttpResponse:
    """A draft to those ticked in a list, to a whole list, to a segment, or to one customer."""
    chosen = selected(request)
    if chosen.query is None and not chosen.ids:
        raise Http404
    user: Any = request.user
    segment = segment_named(chosen.query or "")
    name = segment.name if segment else _("New campaign")
    if segment is not None:
        return redirect(actions.begin(by=user, name=name, parts=[Part(segment=segment.pk)]))
    return redirect(actions.begin(by=user, name=name, customers=chosen.ids, query=chosen.query))


def _back(found: Campaign, step: str) -> HttpResponse:
    return redirect(f"{found.get_absolute_url()}#{step}")


def _keep(request: HttpRequest, found: Campaign, step: str, **fields: Any) -> HttpResponse:
    """Change a draft; what cannot be changed any more is said."""
    user: Any = request.user
    try:
        actions.edit(found, by=user, **fields)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
    return _back(found, step)


@require_POST
@needs("campaigns.edit")
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Its name, channel, purpose and first language."""
    found, form = draft_or_404(pk), NameForm(request.POST)
    if not form.is_valid():
        return steps_page(request, found, status=422, at="name", name_form=form)
    return _keep(request, found, "name", **form.cleaned_data)


@require_POST
@needs("campaigns.edit")
def who(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a part to the audience, or with "drop" take one away."""
    found = draft_or_404(pk)
    user: Any = request.user
    numbered = numbered_parts(found)
    drop, add = request.POST.get("drop", ""), request.POST.get("add", "")
    if drop.isascii() and drop.isdecimal():
        parts = [part for number, part in numbered if number != int(drop)]
    else:
        wanted = _part(add, request.POST.get("minus") == "1", user)
        if wanted is None:
            error = _("Choose whom to add.")
            return steps_page(request, found, status=422, at="who", who_error=error)
        parts = [*(part for _number, part in numbered), wanted]
    try:
        actions.set_audience(found, parts, by=user)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
    except ValueError:
        return steps_page(request, found, status=422, at="who", who_error=_("These are too many parts."))
    return _back(found, "who")


def numbered_parts(found: Campaign) -> list[tuple[int, Part]]:
    """The parts of a campaign with the numbers of their rows."""
    rows = found.parts.order_by("minus", "position", "pk")
    return [
        (
            row.pk,
            Part(segment=row.segment_id, query=row.query.lstrip("?") if row.query else None, minus=row.minus),
        )
        for row in rows
    ]


def _part(asked: str, minus: bool, user: Any) -> Part | None:
    """What the menu of parts says: "segment-7", "view-3", "everybody", "chosen"."""
    kind, _dash, text = asked.partition("-")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    if kind == "segment" and Segment.objects.filter(pk=number, archived_at=None).exists():
        return Part(segment=number, minus=minus)
    if kind == "view" and SavedView.objects.filter(Q(is_shared=True) | Q(by=user), pk=number).exists():
        return Part(query=f"view={number}", minus=minus)
    if asked == "everybody":
        return Part(query=WHOLE_LIST.lstrip("?"), minus=minus)
    return Part(minus=minus) if asked == "chosen" else None


@require_POST
@needs("campaigns.edit")
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of an SMS in each language; an emptied one is taken out."""
    found = draft_or_404(pk)
    user: Any = request.user
    lines = typed(found, request.POST, user)
    if any(line.error for line in lines):
        return steps_page(request, found, status=422, at="what", texts=lines)
    try:
        for line in lines:
            if line.body:
                actions.word(found, line.code, subject="", body=line.body, by=user)
            else:
                actions.unword(found, line.code, by=user)
        dlt = {line.code: line.dlt for line in lines if line.dlt}
        uses.keep(found.pk, replace(uses.use_of(found.pk), dlt=dlt))
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
    return _back(found, "what")


@require_POST
@needs("campaigns.edit")
def how(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold-out, one a business, pace, days that count, costs."""
    found, form = draft_or_404(pk), HowForm(request.POST)
    if not form.is_valid():
        return steps_page(request, found, status=422, at="how", how_form=form)
    return _keep(request, found, "how", **form.cleaned_data)


@require_POST
@needs("campaigns.edit")
def trying(request: HttpRequest, pk: int) -> HttpResponse:
    """How the variants are tried and the winner is found."""
    found, form = draft_or_404(pk), TryForm(request.POST)
    if not form.is_valid():
        return steps_page(request, found, status=422, at="variants", try_form=form)
    return _keep(request, found, "variants", **form.cleaned_data)


@require_POST
@needs("campaigns.edit")
def add_variant(request: HttpRequest, pk: int) -> HttpResponse:
    """One more way of saying it; the first time two, for one alone tries nothing."""
    found = draft_or_404(pk)
    user: Any = request.user
    taken = set(found.variants.values_list("code", flat=True))
    free = [code for code in actions.CODES if code not in taken]
    try:
        for code in free[: 1 if taken else 2]:
            actions.set_variant(found, code, by=user)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
    return _back(found, "variants")


@require_POST
@needs("campaigns.edit")
def variant(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """What is different in one variant; with "drop" it is taken away."""
    found = draft_or_404(pk)
    user: Any = request.user
    one = get_object_or_404(found.variants, code=code)
    try:
        if "drop" in request.POST:
            actions.drop_variant(found, code, by=user)
            return _back(found, "variants")
        form = VariantForm(request.POST, languages=languages_of(found))
        typed_subjects = form.subjects() if form.is_valid() else {}
        for language, text in typed_subjects.items():
            if names := closed.closed_in(text, user, one.subjects):
                form.add_error(f"subject_{language}", closed.sentence(names))
        if form.errors:
            typed_ways = ways(found, forms={code: form})
            return steps_page(request, found, status=422, at="variants", ways=typed_ways)
        data = form.cleaned_data
        actions.set_variant(
            found, one.code, by=user, name=data["name"], share=data["share"], subjects=form.subjects(),
            sender_name=data["sender_name"], minutes=data["minutes"] or 0,
        )  # fmt: skip
    except actions.OnItsWay as error:
        say(request, str(error), tone="wait")
    return _back(found, "variants")


@require_POST
@needs("campaigns.edit")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    user: Any = request.user
    found = draft_or_404(pk)
    try:
        actions.remove(found, by=user)
    except actions.OnItsWay as error:
        say(request, str(error), tone="wrong")
        return redirect(found)
    say(request, _("The draft was thrown away."))
    return redirect("marketing:list")
