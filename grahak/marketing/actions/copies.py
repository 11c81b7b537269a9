"""What happens to a campaign beside its sending: cloned for the next time, put away, brought back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels.models import TemplateUse
from grahak.core import audit
from grahak.core.models import User
from grahak.marketing import rendering
from grahak.marketing.actions.drafts import begin, choose
from grahak.marketing.actions.readiness import OnItsWay
from grahak.marketing.audience.parts import parts_of
from grahak.marketing.models import Campaign, CampaignText, CouponCode, Letter, LetterKind, Stage, Variant

KEPT = (
    *("letter", "attribution_days", "holdout_percent", "one_per_account", "pace_per_minute", "in_local_time"),
    *("test_percent", "winner_by", "winner_hours", "tracks", "cost_each", "cost_once"),
)


@transaction.atomic
def clone(campaign: Campaign, *, by: User) -> Campaign:
    """A new draft with the same people, words, variants and settings; when it goes is open, and coupon codes of a
    list are not taken along: each was for one campaign."""
    copy = begin(
        by=by,
        name=_("%(name)s, again") % {"name": campaign.name[:100]},
        parts=parts_of(campaign),
        channel=campaign.channel,
        purpose=campaign.purpose,
        language=campaign.default_language,
    )
    for name in KEPT:
        setattr(copy, name, getattr(campaign, name))
    copy.letter = _own(campaign.letter, by)
    copy.save()
    choose(copy, campaign.chosen.values_list("customer_id", flat=True).iterator(chunk_size=2_000))
    CampaignText.objects.bulk_create(
        CampaignText(campaign=copy, language=text.language, subject=text.subject, body=text.body)
        for text in campaign.texts.all()
    )
    TemplateUse.objects.bulk_create(
        TemplateUse(subject_id=copy.pk, channel=use.channel, variant=use.variant, data=use.data)
        for use in TemplateUse.objects.filter(renderer=rendering.NAME, subject_id=campaign.pk)
    )
    for variant in campaign.variants.select_related("letter"):
        Variant.objects.create(
            campaign=copy, code=variant.code, name=variant.name, share=variant.share,
            subjects=variant.subjects, letter=_own(variant.letter, by),
            sender_name=variant.sender_name, minutes=variant.minutes,
        )  # fmt: skip
    return copy


plan_next = clone


def _own(letter: Letter | None, by: User) -> Letter | None:
    """A copy where the letter is one campaign's own; a template is shared."""
    if letter is None or letter.kind == LetterKind.TEMPLATE:
        return letter
    return Letter.objects.create(
        name=letter.name, kind=letter.kind, document=letter.document,
        default_language=letter.default_language, by=by,
    )  # fmt: skip


@transaction.atomic
def archive(campaign: Campaign, *, by: User) -> None:
    """Put away what is not on its way: a draft, or one that is done or stopped. Twice changes nothing."""
    if campaign.stage not in (Stage.DRAFT, Stage.DONE, Stage.STOPPED, Stage.ARCHIVED):
        raise OnItsWay(_("It is on its way: stop it, or take it off the schedule, before it is put away."))
    if campaign.archived_at is None:
        campaign.archived_at = timezone.now()
        campaign.save(update_fields=["archived_at", "updated_at"])
        audit.record("marketing.campaign.archived", campaign, by=by)


@transaction.atomic
def restore(campaign: Campaign, *, by: User) -> None:
    """Bring it back among the others."""
    if campaign.archived_at is not None:
        campaign.archived_at = None
        campaign.save(update_fields=["archived_at", "updated_at"])
        audit.record("marketing.campaign.restored", campaign, by=by)


def spare_codes(campaign: Campaign) -> int:
    """How many coupon codes of its list nobody has taken."""
    return CouponCode.objects.filter(campaign=campaign, message=None).count()
