"""The letter as the block editor draws it: every block much as it will look in the mail, with what may be done to it.
What is exact is the preview; here the tags stand as their names and nothing can be followed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from grahak.catalogue.models import Product
from grahak.marketing.letters import markup, products
from grahak.marketing.letters.blocks import KINDS, Block, Kind, words_of
from grahak.marketing.letters.document import Document
from grahak.marketing.letters.preview import SAMPLE_CODE
from grahak.marketing.letters.products import Item
from grahak.marketing.models import Picture
from grahak.marketing.words.people import tags

ICONS = {
    "text": "paragraph",
    "heading": "heading",
    "picture": "photo",
    "button": "button",
    "columns": "columns",
    "product": "item",
    "coupon": "coupon",
    "divider": "divider",
    "spacer": "spacer",
    "footer": "foot",
}
_LINK = re.compile(r'<a class="a" href="[^"]*">(.*?)</a>', re.DOTALL)
_OUTPUT = re.compile(r"\{\{-?\s*([\w.]+)")
_QUOTED = re.compile(r'\{\{\s*"(.*)"\s*\}\}', re.DOTALL)
_MARK = re.compile(f"{markup.OPEN}(\\d+){markup.SHUT}")


@dataclass
class Shelf:
    """What the blocks of one letter point at, looked up once: pictures, products, the names of tags."""

    document: Document

    @cached_property
    def pictures(self) -> dict[int, Picture]:
        return Picture.objects.in_bulk(
            {block["picture"] for block in self.document.walk() if block.get("picture")}
        )

    @cached_property
    def products(self) -> dict[str, Item]:
        codes = [code for block in self.document.walk() for code in block.get("codes", ())]
        return {one.code: one for one in products.by_codes(codes)} if codes else {}

    @cached_property
    def some_products(self) -> list[Item]:
        """A few to show where each reader gets their own."""
        newest = Product.objects.filter(archived_at=None).order_by("-pk").values_list("pk", flat=True)
        return products.items(newest[:6])

    @cached_property
    def tag_names(self) -> dict[str, str]:
        return {tag.name: str(tag.label) for tag in tags()}

    def said(self, source: str, *, lines: bool = True) -> SafeString:
        """Marked-up words as HTML, their tags as names."""
        pieces = markup.Pieces()
        html = _LINK.sub(r'<span class="mail__link">\1</span>', markup.said(source, pieces, lines=lines).html)
        return mark_safe(_MARK.sub(lambda found: self._tag(pieces.liquid[int(found[1])]), html))

    def _tag(self, liquid: str) -> str:
        if quoted := _QUOTED.fullmatch(liquid):
            return escape(quoted[1].replace("\\\\", "\\"))
        name = _OUTPUT.match(liquid)
        if name is None:
            return format_html('<span class="mail__tag mail__tag--rule" title="{}">⋯</span>', liquid)
        return format_html(
            '<span class="mail__tag" title="{}">{}</span>', liquid, self.tag_names.get(name[1], name[1])
        )


@dataclass
class Drawn:
    """One block ready for its template. OTHER: its words are missing in this language and another's are shown."""

    block: Block
    kind: Kind
    shelf: Shelf
    language: str
    fallback: str
    is_open: bool = False
    is_first: bool = False
    is_last: bool = False
    back: bool = False
    on: bool = False
    other: bool = False
    checks: list[Any] = field(default_factory=list)
    columns: list[list[Drawn]] = field(default_factory=list)
    inside: bool = False

    @property
    def id(self) -> str:
        return str(self.block["id"])

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind.type, "note")

    @property
    def template(self) -> str:
        return f"marketing/letters/blocks/{self.kind.type}.html"

    @property
    def sample_code(self) -> str:
        """What stands for the code that each reader gets of their own."""
        return SAMPLE_CODE

    @property
    def level(self) -> str:
        levels = {check.level for check in self.checks}
        return "stop" if "stop" in levels else "warn" if levels else ""

    @property
    def words(self) -> dict[str, SafeString]:
        """The words of each field in the language one writes, or in the letter's own."""
        return {
            one.name: self.shelf.said(
                markup.words_in(self.block, one.name, self.language, self.fallback), lines=one.kind == "text"
            )
            for one in self.kind.fields
            if one.words
        }

    @property
    def plain(self) -> dict[str, str]:
        """The same as they were typed."""
        return {
            one.name: markup.words_in(self.block, one.name, self.language, self.fallback)
            for one in self.kind.fields
            if one.words
        }

    @property
    def picture(self) -> Picture | None:
        return self.shelf.pictures.get(self.block.get("picture") or 0)

    @property
    def products(self) -> list[Item]:
        if self.block["pick"] == "chosen":
            return [self.shelf.products[code] for code in self.block["codes"] if code in self.shelf.products]
        return self.shelf.some_products[: self.block["count"]]


def drawn(
    document: Document, language: str, fallback: str, *, opened: str = "", checks: Sequence[Any] = ()
) -> list[Drawn]:
    """Every block of the letter in LANGUAGE (words that are missing in FALLBACK), the one OPENED marked."""
    shelf = Shelf(document)
    by_block: dict[str, list[Any]] = {}
    for check in checks:
        by_block.setdefault(check.block, []).append(check)
    line = _line(document.blocks, shelf, language, fallback, opened, by_block)
    movable = [one for one in line if one.kind.type != "footer"]
    for one in movable[-1:]:
        one.is_last = True
    return line


def _line(
    blocks: list[Block],
    shelf: Shelf,
    language: str,
    fallback: str,
    opened: str,
    checks: Mapping[str, list[Any]],
) -> list[Drawn]:
    made: list[Drawn] = []
    for index, block in enumerate(blocks):
        one = Drawn(block, KINDS[block["type"]], shelf, language, fallback)
        one.is_open, one.checks = block["id"] == opened, checks.get(block["id"], [])
        one.is_first, one.is_last = index == 0, index == len(blocks) - 1
        one.other = any(words.get(fallback) and not words.get(language) for _field, words in words_of(block))
        columns = block.get("columns", ())
        for number, column in enumerate(columns):
            inner = _line(column, shelf, language, fallback, opened, checks)
            for each in inner:
                each.inside, each.back, each.on = True, number > 0, number < len(columns) - 1
            one.columns.append(inner)
        made.append(one)
    return made
