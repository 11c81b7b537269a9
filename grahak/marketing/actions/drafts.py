"""Drafts: begun, named, given people, words and variants, thrown away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction

from grahak.channels.models import TemplateUse
from grahak.channels.rules import rules
from grahak.core import audit, business
from grahak.core.models import User
from grahak.marketing import rendering
from grahak.marketing.actions.readiness import still_draft
from grahak.marketing.audience.parts import Part, parts_of, stored
from grahak.marketing.letters import closed, quick
from grahak.marketing.models import AudiencePart, Campaign, CampaignText, Chosen, Variant

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
MOST_PARTS = 40
CODES = "ABCDEFGH"


@transaction.atomic
def begin(
    *,
    by: User,
    name: str,
    parts: Iterable[Part] | None = None,
    customers: Iterable[int] | None = None,
    query: str | None = None,
    channel: str = "email",
    purpose: str = "offers",
    language: str = "",
) -> Campaign:
    """A draft on one channel. Its people are PARTS, or everybody in a view of the customer list (QUERY, the list's
    query string), or CUSTOMERS (ids chosen by hand). Ids that BY may not see are left out when it is sent."""
    shop = business.current()
    campaign = Campaign.objects.create(
        name=name[:120],
        channel=channel,
        purpose=purpose,
        default_language=language or (shop.language if shop else "en"),
        attribution_days=shop.attribution_days if shop else 7,
        holdout_percent=rules().holdout_percent,
        by=by,
    )
    if parts is None:
        parts = [Part(query=query)]  # chosen by hand where there is no query either
    _write(campaign, list(parts))
    choose(campaign, customers or ())
    audit.record("marketing.campaign.begun", campaign, by=by, channel=channel, parts=_told(campaign))
    return campaign


def choose(campaign: Campaign, customers: Iterable[int]) -> None:
    """Add customers by their ids. Twice changes nothing."""
    Chosen.objects.bulk_create(
        [Chosen(campaign=campaign, customer_id=pk) for pk in customers],
        ignore_conflicts=True,
        batch_size=1_000,
    )


@transaction.atomic
def set_audience(campaign: Campaign, parts: Iterable[Part], *, by: User) -> None:
    """Put PARTS in place of those it has. ValueError where there are more than MOST_PARTS; OnItsWay once it is no
    draft any more."""
    still_draft(campaign)
    wanted = list(dict.fromkeys(parts))
    if len(wanted) > MOST_PARTS:
        raise ValueError(f"more than {MOST_PARTS} parts")
    if wanted == parts_of(campaign):
        return
    campaign.parts.all().delete()
    _write(campaign, wanted)
    campaign.save(update_fields=["updated_at"])
    audit.record("marketing.campaign.aimed", campaign, by=by, parts=_told(campaign))


def _write(campaign: Campaign, parts: list[Part]) -> None:
    AudiencePart.objects.bulk_create(
        [stored(campaign, part, place) for place, part in enumerate(sorted(parts, key=lambda one: one.minus))]
    )


def _told(campaign: Campaign) -> list[str]:
    """The parts as the audit log keeps them."""
    said = []
    for part in parts_of(campaign):
        what = (
            "chosen"
            if part.is_chosen
            else f"?{part.query}"
            if part.segment is None
            else f"segment {part.segment}"
        )
        said.append(f"minus {what}" if part.minus else what)
    return said


@transaction.atomic
def edit(campaign: Campaign, *, by: User, **fields: Any) -> None:
    """Change what a draft is called and how it is sent and counted. Raises OnItsWay once it is no draft any
    more."""
    still_draft(campaign)
    before = {name: getattr(campaign, name) for name in fields}
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.save()
    changed = audit.changed(before, fields)
    if changed:
        audit.record("marketing.campaign.edited", campaign, by=by, **changed)


@transaction.atomic
def word(campaign: Campaign, language: str, *, subject: str, body: str, by: User) -> None:
    """Write the words in one language: into the letter of an e-mail, else as a text. Mistakes in them are kept and
    shown; only sending refuses them. Raises BadDocument for a new tag that is kept from BY."""
    still_draft(campaign)
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    if campaign.channel == "email":
        quick.write(campaign, language, subject=subject, body=body, by=by)
    else:
        closed.refuse(body, list(campaign.texts.values_list("body", flat=True)), by=by)
        CampaignText.objects.update_or_create(
            campaign=campaign,
            language=language,
            defaults={
                "subject": " ".join(subject.split())[:200],
                "body": body.replace("\r\n", "\n")[:40_000],
            },
        )
        campaign.save(update_fields=["updated_at"])
    audit.record("marketing.campaign.worded", campaign, by=by, language=language)


@transaction.atomic
def unword(campaign: Campaign, language: str, *, by: User) -> None:
    """Take a language out; those who read it get the default one."""
    still_draft(campaign)
    if language != campaign.default_language:
        quick.unwrite(campaign, language, by=by)
        campaign.texts.filter(language=language).delete()
        audit.record("marketing.campaign.unworded", campaign, by=by, language=language)


@transaction.atomic
def set_variant(campaign: Campaign, code: str, *, by: User, **fields: Any) -> Variant:
    """Make or change the variant CODE (a letter from A) of a draft: name, share, subjects, letter, sender_name,
    minutes. Raises BadDocument for a new tag in its subjects that is kept from BY."""
    still_draft(campaign)
    if code not in CODES or len(code) != 1:
        raise ValueError(f"no such variant: {code}")
    variant, new = Variant.objects.get_or_create(campaign=campaign, code=code)
    before = {} if new else {name: getattr(variant, name) for name in fields}
    closed.refuse(fields.get("subjects", {}), before.get("subjects", {}), by=by)
    for name, value in fields.items():
        setattr(variant, name, value)
    variant.save()
    if new or audit.changed(before, fields):
        audit.record("marketing.campaign.varied", campaign, by=by, variant=code, fields=sorted(fields))
    return variant


@transaction.atomic
def drop_variant(campaign: Campaign, code: str, *, by: User) -> None:
    """Take a variant off a draft. Those after it keep their letters."""
    still_draft(campaign)
    if campaign.variants.filter(code=code).delete()[0]:
        TemplateUse.objects.filter(renderer=rendering.NAME, subject_id=campaign.pk, variant=code).delete()
        audit.record("marketing.campaign.varied", campaign, by=by, variant=code, fields=[])


@transaction.atomic
def remove(campaign: Campaign, *, by: User) -> None:
    """Throw a draft away. Raises OnItsWay once it was sent: what was said stays known."""
    still_draft(campaign)
    audit.record("marketing.campaign.removed", campaign, by=by)
    TemplateUse.objects.filter(renderer=rendering.NAME, subject_id=campaign.pk).delete()
    campaign.delete()
