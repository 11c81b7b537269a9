"""The side panel of the block editor: the fields of the open block in one language, beside the words of the letter's
own language, and what a text can say about its reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.catalogue.models import Product
from grahak.marketing.letters import tags
from grahak.marketing.letters.blocks import KINDS, Block, Field
from grahak.marketing.models import Picture
from grahak.marketing.views.canvas import ICONS
from grahak.marketing.words.people import Tag

PICTURES_SHOWN = 12
_MOST_LINES = 14


@dataclass
class Filled:
    """A field with its value, as its template draws it. ORIGINAL: the words in the letter's own language, where
    another is written."""

    field: Field
    value: Any
    original: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        return f"f-{self.field.name}"

    @property
    def template(self) -> str:
        return f"marketing/letters/fields/{self.field.kind}.html"

    @property
    def rows(self) -> int:
        """Lines that a text's box shows: enough for what stands in it."""
        text = str(self.value or self.original)
        return min(_MOST_LINES, max(4, text.count("\n") + len(text) // 44 + 2))


@dataclass
class Panel:
    """The open block."""

    block: Block
    fields: list[Filled]
    problem: str = ""

    @property
    def label(self) -> Any:
        return KINDS[self.block["type"]].label

    @property
    def icon(self) -> str:
        return ICONS.get(self.block["type"], "note")

    @property
    def shown(self) -> str:
        """The names of the fields that the form brings back."""
        return ",".join(one.field.name for one in self.fields if one.field.kind not in OWN_BUTTONS)

    @property
    def first_words(self) -> str:
        """The id of the field that a tag is put into where none was written in yet."""
        return next((one.id for one in self.fields if one.field.words), "")

    @property
    def has_words(self) -> bool:
        return any(one.field.words for one in self.fields)

    @property
    def lacks_words(self) -> bool:
        """Whether something could be copied from the letter's own language."""
        return any(one.original and not one.value for one in self.fields)

    @property
    def column_count(self) -> int:
        return len(self.block.get("columns", ()))


# Fields whose value is changed by buttons of their own, never by what the form brings back
OWN_BUTTONS = ("picture", "codes", "columns")


def panel_of(
    block: Block, language: str, source: str, *, error: Any = None, typed: Mapping[str, str] | None = None
) -> Panel:
    """The fields of BLOCK in LANGUAGE. TYPED: what the form brought, shown again where it was refused; ERROR says
    why (BadDocument)."""
    fields = []
    for one in KINDS[block["type"]].fields:
        words = block.get(one.name) or {}
        value = words.get(language, "") if one.words else block.get(one.name)
        if typed is not None and one.kind not in OWN_BUTTONS and f"f-{one.name}" in typed:
            value = typed[f"f-{one.name}"]
        filled = Filled(one, value)
        if one.words and language != source:
            filled.original = words.get(source, "")
        if error is not None and error.block == block["id"] and error.field == one.name:
            filled.error = error.what
        if not _is_idle(one, block):
            fields.append(filled)
    return Panel(block, fields)


def _is_idle(one: Field, block: Block) -> bool:
    """Whether a field says nothing as the block is set now."""
    if block["type"] == "product":
        return one.name == ("count" if block["pick"] == "chosen" else "codes")
    return block["type"] == "coupon" and one.name == "code" and block["source"] != "fixed"


@dataclass(frozen=True)
class Saying:
    """A tag that a text can hold: how it is written and what it says of somebody."""

    label: Any
    code: str
    sample: Any


def sayings(user: Any) -> list[tuple[Any, list[Saying]]]:
    """What a text of USER's can say about its reader, by what it is about."""
    return [
        (group.label, [Saying(tag.label, written(tag), tag.sample) for tag in group.tags])
        for group in tags.groups(user)
    ]


def written(tag: Tag) -> str:
    """A tag as it stands in a text, with other words where it is often missing."""
    return f'{{{{ {tag.name} | default: "{tag.fallback}" }}}}' if tag.fallback else f"{{{{ {tag.name} }}}}"


def chosen_picture(block: Block) -> Picture | None:
    """The picture of a block."""
    return Picture.objects.filter(pk=block.get("picture") or 0).first()


def latest_pictures() -> list[Picture]:
    """Those to choose from without leaving the letter."""
    return list(Picture.objects.order_by("-pk")[:PICTURES_SHOWN])


def chosen_items(block: Block) -> list[tuple[str, Product | None]]:
    """The products of a block in their order; None where there is none of that code any more."""
    known = {one.code: one for one in Product.objects.filter(code__in=block.get("codes", []))}
    return [(code, known.get(code)) for code in block.get("codes", [])]


METERS = {"subject": (20, 60), "preheader": (30, 100)}
METER_SAYS = {
    "subject": _("Phones show about 40 characters."),
    "preheader": _("Stands after the subject in the list of mails."),
}
