"""What is wrong with the words of a campaign by SMS or WhatsApp before it is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.translation import gettext as _

from grahak.channels.sms import uses as sms_uses
from grahak.channels.whatsapp import uses as whatsapp_uses
from grahak.channels.whatsapp.uses import Use
from grahak.marketing import rendering
from grahak.marketing.letters.tags import names
from grahak.marketing.models import Campaign
from grahak.marketing.words import liquid


@dataclass(frozen=True)
class Found:
    """Something to mend; LEVEL "stop" or "warn", FIELD "body" or a slot of the template, VARIANT whose own it is."""

    what: str
    language: str = ""
    field: str = ""
    level: str = "stop"
    variant: str = ""


def found_in(campaign: Campaign) -> list[Found]:
    """Everything wrong with what CAMPAIGN says."""
    return _whatsapp(campaign) if campaign.channel == "whatsapp" else _texts(campaign) + _sms(campaign)


def _texts(campaign: Campaign) -> list[Found]:
    texts = rendering.texts_of(campaign)
    if campaign.default_language not in texts:
        return [Found(_("Nothing is written yet."), campaign.default_language, "body")]
    found = []
    for language, text in texts.items():
        if not text.body.strip():
            found.append(Found(_("The text is empty."), language, "body"))
        found += [Found(str(one), language, "body") for one in liquid.mistakes_in(text.body, names())]
    return found


def _sms(campaign: Campaign) -> list[Found]:
    use = sms_uses.use_of(campaign.pk)
    texts = {language: text.body for language, text in rendering.texts_of(campaign).items()}
    return [
        Found(one.what, one.language, "body", one.level)
        for one in sms_uses.preflight(use, texts, purpose=campaign.purpose)
    ]


def _whatsapp(campaign: Campaign) -> list[Found]:
    """Of the campaign's template where somebody gets it, and of each variant's own, which is then named."""
    own = {code: whatsapp_uses.own_of(campaign.pk, code) for code in _codes(campaign)}
    uses = {code: use for code, use in own.items() if use.template}
    if not own or len(uses) < len(own):
        uses[""] = whatsapp_uses.use_of(campaign.pk)
    found = []
    for code, use in sorted(uses.items()):
        of = f"{code}: " if code else ""
        found += [replace(one, what=f"{of}{one.what}", variant=code) for one in _of_use(campaign, use)]
    return list(dict.fromkeys(found))


def _codes(campaign: Campaign) -> list[str]:
    return list(campaign.variants.values_list("code", flat=True))


def _of_use(campaign: Campaign, use: Use) -> list[Found]:
    spoken = {code for code, _name in settings.LANGUAGES} if use.template else set()
    found = [
        Found(one.what, one.language, one.slot or "template", one.level)
        for one in whatsapp_uses.preflight(use, purpose=campaign.purpose, languages=spoken)
    ]
    for slot, text in use.values.items():
        found += [Found(str(one), "", slot) for one in liquid.mistakes_in(text, names())]
    if not use.template:
        found += _texts(campaign)
    return found
