"""What the views of letters share: the door to a letter, whose it is, and whether it may still be changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.urls import reverse

from grahak.customers.views.parts import LARGEST
from grahak.marketing.letters.document import LANGUAGES, Document
from grahak.marketing.models import Campaign, Letter, LetterKind, Variant


@dataclass(frozen=True)
class Home:
    """Whose letter it is: a CAMPAIGN's (perhaps one VARIANT's) or, with neither, a template of its own."""

    campaign: Campaign | None = None
    variant: Variant | None = None

    @property
    def url(self) -> str:
        """Where "back" leads."""
        return self.campaign.get_absolute_url() if self.campaign else reverse("letters:list")

    @property
    def is_sent(self) -> bool:
        """What was sent is not changed any more."""
        return self.campaign is not None and self.campaign.dispatch_id is not None


def letter_or_404(pk: int, **only: Any) -> Letter:
    """A letter by its number."""
    found = Letter.objects.filter(pk=pk, **only).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


def template_or_404(pk: int) -> Letter:
    """A template, not a campaign's own letter."""
    return letter_or_404(pk, kind=LetterKind.TEMPLATE)


def home_of(letter: Letter) -> Home:
    """Whose letter it is."""
    if letter.kind == LetterKind.TEMPLATE:
        return Home()
    campaign = (
        Campaign.objects.filter(Q(letter=letter) | Q(variants__letter=letter))
        .select_related("dispatch")
        .order_by("pk")
        .first()
    )
    variant = campaign.variants.filter(letter=letter).first() if campaign else None
    return Home(campaign, variant)


def language_in(request: HttpRequest, document: Document, letter: Letter) -> str:
    """The language that is asked for, or the letter's own, or its first."""
    asked = request.POST.get("language") or request.GET.get("language", "")
    if asked in LANGUAGES:
        return asked
    own = letter.default_language
    return own if own in document.languages else document.languages[0]


def source_of(letter: Letter, document: Document) -> str:
    """The language that is copied from and fallen back to."""
    own = letter.default_language
    return own if own in document.languages else document.languages[0]
