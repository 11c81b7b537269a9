"""What a dispatch says on WhatsApp: TemplateUse.data = {"template": name, "values": {slot key: text with tags}}, or
{"template": ""} for a message written freely, which only those get who wrote to the shop in the last 24 hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.channels.models import TemplateUse, WhatsAppTemplate
from grahak.channels.whatsapp import accounts, templates
from grahak.channels.whatsapp.api import TIERS

CHANNEL = "whatsapp"


@dataclass(frozen=True)
class Use:
    """A template's name ("" for a free message) and the texts for its values, by slot."""

    template: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        return {"template": self.template, "values": self.values}


@dataclass(frozen=True)
class Check:
    """Something found before sending: LEVEL "stop" keeps it from going out, "warn" does not. SLOT names the value."""

    level: str
    what: str
    language: str = ""
    slot: str = ""


def read(data: Any) -> Use:
    """The use that DATA holds; what is not one is an empty one."""
    data = data if isinstance(data, dict) else {}
    values = data.get("values")
    values = values if isinstance(values, dict) else {}
    return Use(str(data.get("template") or ""), {str(key): str(value) for key, value in values.items()})


def use_of(subject_id: int, *, renderer: str = "campaign", variant: str = "") -> Use:
    """What is kept for a subject and its variant; a variant without its own says what the subject says."""
    rows = TemplateUse.objects.filter(renderer=renderer, subject_id=subject_id, channel=CHANNEL)
    found = {row.variant: row.data for row in rows.filter(variant__in={"", variant})}
    return read(found.get(variant) or found.get(""))


def own_of(subject_id: int, variant: str, *, renderer: str = "campaign") -> Use:
    """What a variant says that is not what its subject says; an empty use where it says the same."""
    row = TemplateUse.objects.filter(
        renderer=renderer, subject_id=subject_id, channel=CHANNEL, variant=variant
    ).first()
    return read(row.data if row else None)


def forget(subject_id: int, variant: str, *, renderer: str = "campaign") -> None:
    """Let a variant say what its subject says."""
    TemplateUse.objects.filter(
        renderer=renderer, subject_id=subject_id, channel=CHANNEL, variant=variant
    ).delete()


def keep(subject_id: int, use: Use, *, renderer: str = "campaign", variant: str = "") -> None:
    """Keep what a subject says."""
    TemplateUse.objects.update_or_create(
        renderer=renderer,
        subject_id=subject_id,
        channel=CHANNEL,
        variant=variant,
        defaults={"data": use.data},
    )


def rows_of(name: str) -> list[WhatsAppTemplate]:
    """The template of a name in all its languages."""
    return list(WhatsAppTemplate.objects.filter(name=name)) if name else []


def languages_of(subject_id: int, *, renderer: str = "campaign") -> set[str]:
    """The languages ("en", "ur") in which what a subject says, in any of its variants, is approved and may be sent
    now; none without a template."""
    uses = TemplateUse.objects.filter(renderer=renderer, subject_id=subject_id, channel=CHANNEL)
    wanted = {read(data).template for data in uses.values_list("data", flat=True)} - {""}
    rows = WhatsAppTemplate.objects.filter(name__in=wanted)
    usable = [row for row in rows if row.status in templates.USABLE and row.gone_at is None]
    return {row.language.split("_")[0] for row in usable}


def slots_of(name: str) -> list[templates.Slot]:
    """The values that a template wants in any of its languages, each once."""
    found: dict[str, templates.Slot] = {}
    for row in rows_of(name):
        if row.gone_at is None:
            for slot in templates.slots(row):
                found.setdefault(slot.key, slot)
    return list(found.values())


def choices(purpose: str = "") -> list[tuple[str, list[WhatsAppTemplate]]]:
    """(name, its languages) of every template that may be sent, those for PURPOSE first."""
    rows: dict[str, list[WhatsAppTemplate]] = {}
    for row in WhatsAppTemplate.objects.filter(gone_at=None, status__in=templates.USABLE):
        if not templates.cannot_send(row):
            rows.setdefault(row.name, []).append(row)
    first = {"offers": "MARKETING", "service": "UTILITY"}.get(purpose, "")
    return sorted(rows.items(), key=lambda pair: (pair[1][0].category != first, pair[0]))


def preflight(use: Use, *, purpose: str, languages: set[str], audience: int = 0) -> list[Check]:
    """What keeps this use from going out, or should be known before. LANGUAGES are the recipients'."""
    account = accounts.row()
    if account is None:
        return [Check("stop", _("There is no WhatsApp account yet: the owner can connect it in Settings."))]
    found = []
    if account.trouble:
        found.append(Check("stop", account.trouble))
    if account.quality.upper() == "RED":
        found.append(
            Check("warn", _("Meta calls the quality of this number low: more messages may lower its limit."))
        )
    tier = TIERS.get(account.limit, 0)
    if tier and audience > tier:
        found.append(
            Check(
                "warn",
                ngettext(
                    "Meta lets this number write first to %(n)s person in 24 hours; the rest waits.",
                    "Meta lets this number write first to %(n)s people in 24 hours; the rest waits.",
                    tier,
                )
                % {"n": tier},
            )
        )
    if not use.template:
        return [
            *found,
            Check("warn", _("Without a template only those get it who wrote to you in the last 24 hours.")),
        ]
    return found + _of_template(use, purpose, languages)


def _of_template(use: Use, purpose: str, languages: set[str]) -> list[Check]:
    rows = [row for row in rows_of(use.template) if row.gone_at is None]
    if not rows:
        name = {"name": use.template}
        return [Check("stop", _("The template “%(name)s” is not at Meta any more.") % name)]
    found = []
    usable = [row for row in rows if row.status in templates.USABLE]
    for row in rows:
        if row not in usable:
            said = templates.STATUSES.get(row.status, row.status)
            what = _("The template in %(language)s cannot be sent: %(why)s.") % {
                "language": row.language,
                "why": said,
            }
            found.append(Check("warn" if usable else "stop", what, row.language))
    for row in usable:
        if why := templates.cannot_send(row):
            found.append(Check("stop", why, row.language))
        if purpose == "service" and row.category == "MARKETING":
            what = _("Meta keeps this template as an offer; people who want none would get it as service.")
            found.append(Check("stop", what, row.language))
        found += [
            Check("stop", _("“%(slot)s” is empty.") % {"slot": slot.label}, row.language, slot.key)
            for slot in templates.slots(row)
            if not use.values.get(slot.key, "").strip()
        ]
        found += [
            Check(
                "stop",
                _("“%(slot)s” must begin with https://.") % {"slot": slot.label},
                row.language,
                slot.key,
            )
            for slot in templates.slots(row)
            if slot.part == "media"
            and use.values.get(slot.key, "").strip()
            and not use.values[slot.key].strip().startswith(("https://", "{"))
        ]
    have = {row.language.split("_")[0] for row in usable}
    missing = sorted(languages - have)
    if missing and have:
        what = _("There is no approved template in %(languages)s: they get another language.")
        found.append(Check("warn", what % {"languages": ", ".join(missing)}))
    return list(dict.fromkeys(found))
