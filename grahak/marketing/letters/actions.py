"""Letters begun, copied, given to a campaign or a variant, written as a whole. How blocks are changed one step at a
time is in `marketing.drafting`."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.marketing.letters import closed
from grahak.marketing.letters import document as documents
from grahak.marketing.models import Campaign, Letter, LetterKind, Variant


@transaction.atomic
def create(
    name: str,
    *,
    by: User | None,
    document: Any = None,
    language: str = "",
    kind: str = LetterKind.TEMPLATE,
) -> Letter:
    """A new letter; empty in LANGUAGE (the shop's) where no DOCUMENT is given. Raises BadDocument."""
    shop = business.current()
    found = documents.parsed(document) if document is not None else None
    language = language or (found.languages[0] if found else shop.language if shop else "en")
    if found is None:
        found = documents.empty(language)
    letter = Letter.objects.create(
        name=documents.clean(name, 120) or _("No name"),
        kind=kind,
        document=found.as_json(),
        default_language=language if language in found.languages else found.languages[0],
        by=by,
    )
    audit.record("marketing.letter.created", letter, by=by, kind=str(kind))
    return letter


@transaction.atomic
def copy(letter: Letter, *, by: User | None, name: str = "", kind: str = LetterKind.TEMPLATE) -> Letter:
    """A letter of its own with the same words: a change to one never reaches the other."""
    made = Letter.objects.create(
        name=documents.clean(name, 120) or letter.name,
        kind=kind,
        document=deepcopy(letter.document),
        default_language=letter.default_language,
        by=by,
    )
    audit.record("marketing.letter.copied", made, by=by, copied_from=letter.pk)
    return made


@transaction.atomic
def for_campaign(campaign: Campaign, template: Letter | None, *, by: User) -> Letter:
    """The campaign's own letter, begun from TEMPLATE (None: empty); the one it had before goes. Raises Conflict once
    the campaign was sent."""
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if locked.dispatch_id:
        raise Conflict(_("This message was sent; it cannot be changed any more."))
    former = locked.letter
    if template is None:
        made = create(locked.name, by=by, language=locked.default_language, kind=LetterKind.CAMPAIGN)
    else:
        made = copy(template, by=by, name=locked.name, kind=LetterKind.CAMPAIGN)
    _agree_on_language(locked, made)
    locked.letter = made
    locked.save(update_fields=["letter", "default_language", "updated_at"])
    if former is not None and former.kind == LetterKind.CAMPAIGN and not is_used(former):
        former.delete()
    campaign.letter, campaign.default_language = made, locked.default_language
    return made


def _agree_on_language(campaign: Campaign, letter: Letter) -> None:
    """Both fall back to one language: the campaign's where the letter is written in it."""
    if campaign.default_language in documents.parsed(letter.document).languages:
        letter.default_language = campaign.default_language
        letter.save(update_fields=["default_language"])
    else:
        campaign.default_language = letter.default_language


@transaction.atomic
def for_variant(variant: Variant, source: Letter, *, by: User) -> Letter:
    """A variant's own letter, begun as a copy of SOURCE. Raises Conflict once the campaign was sent."""
    if variant.campaign.dispatch_id:
        raise Conflict(_("This message was sent; it cannot be changed any more."))
    made = copy(source, by=by, name=f"{variant.campaign.name} {variant.code}", kind=LetterKind.CAMPAIGN)
    variant.letter = made
    variant.save(update_fields=["letter"])
    return made


def is_used(letter: Letter) -> bool:
    """Whether a campaign or a variant has it."""
    return Campaign.objects.filter(letter=letter).exists() or Variant.objects.filter(letter=letter).exists()


def is_sent(letter: Letter) -> bool:
    """Whether it went out, and is what was said."""
    return (
        Campaign.objects.filter(letter=letter, dispatch__isnull=False).exists()
        or Variant.objects.filter(letter=letter, campaign__dispatch__isnull=False).exists()
    )


def refuse_sent(letter: Letter) -> None:
    """Raises Conflict for a letter that went out: what was said stays as it was said."""
    if is_sent(letter):
        raise Conflict(_("This letter was sent; it cannot be changed any more. Copy it to change the copy."))


@transaction.atomic
def save(letter: Letter, data: Any, *, by: User | None, version: int | None = None) -> None:
    """Put a whole document in the place of the old one. With VERSION (the one that the person looked at) it raises
    Conflict where somebody saved meanwhile; BadDocument where DATA is no letter, or tells what is kept from BY. Nothing
    is changed then."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    refuse_sent(locked)
    if version is not None and locked.version != version:
        raise Conflict(
            _("Somebody else changed this letter meanwhile. Look at the new one, then do your change again.")
        )
    found = documents.parsed(data)
    closed.refuse(found.as_json(), locked.document, by=by)
    if found.as_json() != locked.document:
        locked.document = found.as_json()
        locked.version += 1
    if locked.default_language not in found.languages:
        locked.default_language = found.languages[0]
    locked.save()
    audit.record("marketing.letter.written", locked, by=by, version=locked.version)
    letter.document, letter.version = locked.document, locked.version
    letter.default_language, letter.updated_at = locked.default_language, locked.updated_at
