"""The gallery of e-mail templates: what the shop has, what it can begin from, copying and putting away."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from grahak.core.access import needs
from grahak.core.keyset import page_of
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.core.toasts import say
from grahak.customers.views.parts import wants
from grahak.marketing.drafting.posted import is_number
from grahak.marketing.letters import actions, keeping, starters
from grahak.marketing.models import Campaign, Letter, LetterKind, Variant
from grahak.marketing.views.letter_parts import letter_or_404, template_or_404

SHOWN = 12


@require_safe
@needs("campaigns.view")
def gallery(request: HttpRequest) -> HttpResponse:
    """The shop's templates, the newest first; ?q= searches, ?away=1 shows those put away. With ?campaign=5 (and
    ?variant=B) one is chosen for it."""
    asked = request.GET
    text, away = asked.get("q", "").strip()[:100], asked.get("away") == "1"
    rows = Letter.objects.filter(kind=LetterKind.TEMPLATE, archived_at__isnull=not away).select_related("by")
    for word in text.split()[:6]:
        rows = rows.filter(name__icontains=word)
    page = page_of(
        rows,
        ("-updated_at", "-id"),
        after=asked.get("after", ""),
        before=asked.get("before", ""),
        size=SHOWN,
    )
    context: dict[str, Any] = {"page": page, "q": text, "away": away, "campaign": _campaign(asked)}
    context["variant"] = asked.get("variant", "")[:1]
    context["shown"] = [(one, _shown_in(one), _languages(one)) for one in page.rows]
    if wants(request, "templates"):
        return render(request, "marketing/letters/_templates.html", context)
    context["starters"] = starters.STARTERS if not away and not text else []
    return render(request, "marketing/letters/gallery.html", context)


def _shown_in(letter: Letter) -> str:
    """The language of a letter's small picture: the one this person reads, or the letter's own."""
    own = (get_language() or "en")[:2]
    return own if own in letter.document.get("languages", ()) else letter.default_language


def _languages(letter: Letter) -> list[tuple[str, str]]:
    there = letter.document.get("languages", ())
    return [(code, str(name)) for code, name in settings.LANGUAGES if code in there]


def _campaign(asked: Any) -> Campaign | None:
    """The campaign that a letter is chosen for: one that is not sent yet."""
    number = asked.get("campaign", "")
    if not is_number(number):
        return None
    return Campaign.objects.filter(pk=int(number), dispatch=None).first()


@require_POST
@needs("campaigns.edit")
def begin(request: HttpRequest) -> HttpResponse:
    """A new letter: empty, from a STARTER, or from a TEMPLATE; a campaign's or a variant's own where one is named."""
    by, data = cast(User, request.user), request.POST
    source = _source(data, by)
    campaign = _campaign(data)
    if campaign is None:
        letter = source or actions.create(_("New template"), by=by)
        if source is not None and data.get("template"):
            letter = actions.copy(source, by=by)
        return redirect("letters:edit", pk=letter.pk)
    variant = campaign.variants.filter(code=data.get("variant", "")[:1]).first()
    try:
        letter = _own(campaign, variant, source, by)
    except Conflict as error:
        say(request, str(error.sentence), tone="wait")
        return redirect(campaign)
    if source is not None and not data.get("template"):
        source.delete()  # a starter goes straight into the campaign, not into the gallery
    return redirect("letters:edit", pk=letter.pk)


def _source(data: Any, by: User) -> Letter | None:
    if code := data.get("starter", ""):
        found = starters.BY_CODE.get(code)
        if found is None:
            raise Http404
        return actions.create(found.name, by=by, document=found.document, language=found.language())
    number = data.get("template", "")
    return template_or_404(int(number)) if is_number(number) else None


def _own(campaign: Campaign, variant: Variant | None, source: Letter | None, by: User) -> Letter:
    if variant is None:
        return actions.for_campaign(campaign, source, by=by)
    return actions.for_variant(variant, source or campaign.letter or actions.create("", by=by), by=by)


@require_POST
@needs("campaigns.edit")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A template with the same words."""
    found = template_or_404(pk)
    name = _("%(name)s, copy") % {"name": found.name[:100]}
    made = actions.copy(found, by=cast(User, request.user), name=name)
    say(request, _("Copied."), link=reverse("letters:edit", args=[made.pk]), label=_("Open it"))
    return redirect("letters:list")


@require_POST
@needs("campaigns.edit")
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a template away; campaigns that began from it have their own copy."""
    found = template_or_404(pk)
    keeping.archive(found, by=cast(User, request.user))
    undo = reverse("letters:restore", args=[pk])
    say(request, _("“%(name)s” is put away.") % {"name": found.name}, undo=undo)
    return redirect("letters:list")


@require_POST
@needs("campaigns.edit")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a template again."""
    keeping.restore(template_or_404(pk), by=cast(User, request.user))
    return redirect("letters:list")


@require_POST
@needs("campaigns.edit")
def as_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a campaign's letter as a template to begin others from."""
    made = actions.copy(letter_or_404(pk), by=cast(User, request.user))
    say(request, _("“%(name)s” stands among the templates now.") % {"name": made.name})
    return redirect("letters:edit", pk=made.pk)
