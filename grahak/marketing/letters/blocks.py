"""The blocks a letter is made of: each with its fields, as the editor draws them and the document checks them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

Block = dict[str, Any]

ALIGN = (("start", _("At the start of the line")), ("center", _("In the middle")), ("end", _("At its end")))
SIZES = (("1", _("Large")), ("2", _("Medium")), ("3", _("Small")))
WIDTHS = (("full", _("Whole width")), ("half", _("Half")), ("small", _("A third")))
SPACES = (("small", _("Small")), ("medium", _("Medium")), ("large", _("Large")))
PICKS = (
    ("chosen", _("The ones I choose")),
    ("bestsellers", _("What sells best now")),
    ("new", _("The newest")),
    ("usual", _("What this customer usually buys")),
)
SOURCES = (
    ("fixed", _("The same code for everybody")),
    ("list", _("A code of its own for each, from a list")),
)


@dataclass(frozen=True)
class Field:
    """One thing to fill in. KIND: "text" (marked-up words of several lines), "line" (words of one line), "url",
    "choice" (one of CHOICES), "number" (LEAST to MOST), "picture" (the id of a Picture), "code", "codes" (of
    products), "flag", "columns". WORDS: what people read, one a language. For text kinds MOST is in characters."""

    name: str
    kind: str
    label: Any
    words: bool = False
    needed: bool = False
    choices: tuple[tuple[str, Any], ...] = ()
    least: int = 0
    most: int = 300
    default: Any = ""
    help: Any = ""


@dataclass(frozen=True)
class Kind:
    """A sort of block. ICON is its name in the icon set. INSIDE: it may stand in a column. ADDABLE: offered in the
    editor (the footer is always there)."""

    type: str
    label: Any
    icon: str
    fields: tuple[Field, ...] = ()
    inside: bool = True
    addable: bool = True
    samples: dict[str, Any] = field(default_factory=dict)

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((one for one in self.fields if one.name == name), None)

    def fresh(self, language: str) -> Block:
        """A new block as "add" puts it in, with words to begin from in LANGUAGE. It has no id yet."""
        block: Block = {"type": self.type}
        for one in self.fields:
            if one.kind == "columns":
                block[one.name] = [[], []]
            elif one.kind == "codes":
                block[one.name] = []
            elif one.words:
                sample = self.samples.get(one.name)
                with override(language):
                    block[one.name] = {language: gettext(sample)} if sample else {}
            else:
                block[one.name] = one.default
        return block


_URL_HELP = _("Begins with https://. It may hold tags, such as {{ customer.city }}.")
_ALIGN = Field("align", "choice", _("Where"), choices=ALIGN, default="start")

KINDS: dict[str, Kind] = {
    kind.type: kind
    for kind in (
        Kind(
            "text",
            _("Text"),
            "edit",
            (Field("text", "text", _("Text"), words=True, needed=True, most=20_000), _ALIGN),
            samples={"text": "Dear {{ contact.first_name | default: \"friend\" }},"},
        ),
        Kind(
            "heading",
            _("Heading"),
            "tag",
            (
                Field("text", "line", _("Words"), words=True, needed=True),
                Field("size", "choice", _("Size"), choices=SIZES, default="2"),
                _ALIGN,
            ),
        ),
        Kind(
            "picture",
            _("Picture"),
            "photo",
            (
                Field("picture", "picture", _("Picture"), needed=True, default=None),
                Field(
                    "alt", "line", _("What it shows"), words=True, needed=True,
                    help=_("Read out to those who do not see it, and shown where pictures are off."),
                ),
                Field("url", "url", _("Leads to"), most=2_000, help=_URL_HELP),
                Field("width", "choice", _("Width"), choices=WIDTHS, default="full"),
            ),
        ),
        Kind(
            "button",
            _("Button"),
            "link",
            (
                Field("label", "line", _("Words"), words=True, needed=True, most=80),
                Field("url", "url", _("Leads to"), needed=True, most=2_000, help=_URL_HELP),
                Field("align", "choice", _("Where"), choices=ALIGN, default="center"),
            ),
        ),
        Kind("columns", _("Columns"), "columns", (Field("columns", "columns", _("Columns")),), inside=False),
        Kind(
            "product",
            _("Products"),
            "item",
            (
                Field("pick", "choice", _("Which"), choices=PICKS, default="chosen"),
                Field("codes", "codes", _("Codes of the products")),
                Field("count", "number", _("How many"), least=1, most=6, default=2),
                Field("price", "flag", _("Show the price"), default=True),
                Field("button", "line", _("Words on the button"), words=True, most=80),
                Field(
                    "url", "url", _("Leads to"), most=2_000,
                    help=_("The page of a product in your shop, such as https://shop.example/p/{{ product.code }}."),
                ),
            ),
            inside=False,
        ),
        Kind(
            "coupon",
            _("Coupon"),
            "offer",
            (
                Field("words", "text", _("Words above the code"), words=True, most=2_000),
                Field("source", "choice", _("Code"), choices=SOURCES, default="fixed"),
                Field("code", "code", _("The code"), most=60),
            ),
        ),
        Kind("divider", _("Line"), "minus"),
        Kind(
            "spacer",
            _("Space"),
            "sort",
            (Field("height", "choice", _("Height"), choices=SPACES, default="medium"),),
        ),
        Kind(
            "footer",
            _("Foot"),
            "building",
            (
                Field(
                    "words", "text", _("More words in the foot"), words=True, most=2_000,
                    help=_("The shop's name and address and the link to stop always stand there."),
                ),
            ),
            inside=False,
            addable=False,
        ),
    )
}  # fmt: skip
INSIDE = tuple(name for name, kind in KINDS.items() if kind.inside)
ADDABLE = tuple(name for name, kind in KINDS.items() if kind.addable)


def walk(blocks: list[Block]) -> Iterator[Block]:
    """All blocks in the order they are read, those in columns after the block that holds the columns."""
    for block in blocks:
        yield block
        for column in block.get("columns", ()):
            yield from walk(column)


def words_of(block: Block) -> Iterator[tuple[Field, dict[str, str]]]:
    """What people read in a block, field by field, each by language."""
    for one in KINDS[block["type"]].fields:
        if one.words:
            yield one, block.get(one.name) or {}
