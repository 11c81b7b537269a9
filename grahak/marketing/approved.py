"""The approved template of a WhatsApp campaign as its step shows it: what can be chosen, its places, how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grahak.channels.whatsapp import templates, uses
from grahak.channels.whatsapp.templates import Preview, Slot
from grahak.channels.whatsapp.uses import Use
from grahak.marketing.models import Campaign
from grahak.marketing.renderers.whatsapp import example


@dataclass(frozen=True)
class Place:
    """A place in a template: its SLOT, the TEXT that goes there, what is wrong with it."""

    slot: Slot
    text: str
    error: str = ""


@dataclass(frozen=True)
class Step:
    """What the step draws: the templates to choose from, the one chosen, its places, how it reads by language. VARIANT
    is the letter of the variant whose own it is; empty for the campaign's."""

    choices: list[tuple[str, str]]
    template: str
    variant: str = ""
    places: list[Place] = field(default_factory=list)
    previews: list[tuple[str, Preview]] = field(default_factory=list)
    gone: bool = False

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done here: a place is empty or wrong, or the template can't be sent."""
        return self.gone or any(place.error or not place.text for place in self.places)


def approved_step(
    found: Campaign, typed: Use | None = None, wrong: Mapping[str, str] | None = None, *, variant: str = ""
) -> Step:
    """The step as it is kept, or as it was TYPED with what is WRONG by slot; of the campaign, or of one VARIANT."""
    use = typed or (uses.own_of(found.pk, variant) if variant else uses.use_of(found.pk))
    known = uses.choices(found.purpose)
    choices = [
        (name, f"{name} · {', '.join(row.language for row in rows)} · {_category(rows[0].category)}")
        for name, rows in known
    ]
    rows = [row for row in uses.rows_of(use.template) if row.gone_at is None]
    places = [
        Place(slot, use.values.get(slot.key, ""), (wrong or {}).get(slot.key, ""))
        for slot in uses.slots_of(use.template)
    ]
    previews = [
        (
            row.language,
            templates.preview(row, {key: example(text, row.language) for key, text in use.values.items()}),
        )
        for row in rows
    ]
    gone = bool(use.template) and use.template not in dict(choices)
    return Step(choices, use.template, variant, places, previews, gone)


def _category(code: str) -> str:
    return str(templates.CATEGORIES.get(code, code))
