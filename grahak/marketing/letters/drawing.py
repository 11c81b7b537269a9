"""Draws blocks: each as MJML for the HTML of a mail, and as lines for its text. Words stand with marks in place of
their tags and addresses (`markup`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from grahak.core import money
from grahak.marketing.letters import markup, products
from grahak.marketing.letters.blocks import KINDS, Block
from grahak.marketing.letters.markup import Look, Pieces, Said
from grahak.marketing.letters.products import Item
from grahak.marketing.letters.style import FACES, Colours, Face
from grahak.marketing.words import liquid

WIDTH = 600
SIDE = 24
INNER = WIDTH - 2 * SIDE
_WIDTHS = {"full": 1.0, "half": 0.5, "small": 0.34}
_SPACES = {"small": 12, "medium": 28, "large": 56}
_HEADINGS = {"1": ("h1", 28), "2": ("h2", 22), "3": ("h3", 18)}


class FieldMistake(liquid.Mistake):
    """A mistake in one field of one block, in one language."""

    def __init__(self, mistake: liquid.Mistake, block: str, field: str, language: str) -> None:
        self.block, self.field, self.language = block, field, language
        super().__init__(mistake.line, mistake.what)


@dataclass(frozen=True)
class Pick:
    """Products that are others for each customer: block id, how many, and how their cards are drawn."""

    block: str
    count: int
    price: bool
    url: str
    button: str
    size: int


@dataclass(frozen=True)
class Drawn:
    """A block: what stands in a column of MJML, and its lines of text."""

    mjml: str
    text: str


@dataclass
class Pen:
    """What drawing needs to know of a letter, and what it collects on the way. PICTURES: (address, width, height)
    by id. BASE is what addresses of ours begin with."""

    language: str
    fallback: str
    face: Face
    colours: Colours
    base: str
    pictures: dict[int, tuple[str, int, int]]
    pieces: Pieces = field(default_factory=Pieces)
    picks: list[Pick] = field(default_factory=list)
    has_products: bool = False

    def source(self, block: Block, name: str) -> str:
        """The words of a field; raises FieldMistake where they cannot be read."""
        found = markup.words_in(block, name, self.language, self.fallback)
        self.check(found, block["id"], name)
        return found

    def check(self, source: str, block_id: str, name: str) -> None:
        """Raise FieldMistake where SOURCE is no text that can be said."""
        try:
            liquid.parsed(source)
        except liquid.Mistake as mistake:
            raise FieldMistake(mistake, block_id, name, self.language) from None

    def words(self, block: Block, name: str, *, lines: bool = True, colour: str = "") -> Said:
        """A field's words in both forms."""
        look = self.look(colour)
        return markup.said(
            self.source(block, name), self.pieces, look=look, stop_words=_("Stop these messages"), lines=lines
        )

    def look(self, colour: str = "") -> Look:
        return Look(link=f"color:{colour or self.colours.accent};text-decoration:underline")

    def line(self, block: Block, name: str) -> Said:
        """Words on one line that are no links."""
        taken = self.pieces.taken(self.source(block, name))
        return Said(escape(taken), taken)

    def address(self, block: Block) -> str:
        """The mark of a block's address; empty where it has none that can be followed."""
        url = block.get("url") or ""
        self.check(url, block["id"], "url")
        return self.pieces.address(url) if url else ""


def drawn(block: Block, pen: Pen, width: int = INNER) -> Drawn | None:
    """A block that stands in a column WIDTH pixels wide; None where there is nothing to show."""
    return _DRAW[block["type"]](block, pen, width)


def text_box(html: str, pen: Pen, *, align: str = "start", css: str = "t", **attributes: Any) -> str:
    """An mj-text."""
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<mj-text css-class="{css}" align="{pen.face.side(align)}"{more}>{html}</mj-text>'


def _borrowed(html: str, block: Block, pen: Pen) -> str:
    """Words that are missing in this language stand in the letter's own, and run as that does."""
    if block["text"].get(pen.language) or pen.language == pen.fallback:
        return html
    face = FACES[pen.fallback]
    return f'<div lang="{pen.fallback}" dir="{face.direction}" style="text-align:{face.side("start")}">{html}</div>'


def _text(block: Block, pen: Pen, width: int) -> Drawn | None:
    said = pen.words(block, "text")
    if not said.html:
        return None
    return Drawn(text_box(_borrowed(said.html, block, pen), pen, align=block["align"]), said.text)


def _heading(block: Block, pen: Pen, width: int) -> Drawn | None:
    said = pen.words(block, "text", lines=False)
    if not said.html:
        return None
    tag, size = _HEADINGS[block["size"]]
    style = f"margin:0;font-size:{size}px;line-height:{pen.face.heading};font-weight:700"
    html = _borrowed(f'<{tag} style="{style}">{said.html}</{tag}>', block, pen)
    return Drawn(
        text_box(html, pen, align=block["align"]), said.text.upper() if _shouts(said.text) else said.text
    )


def _shouts(text: str) -> bool:
    """Capitals make a heading in text, where the words hold no tag and the script has capitals."""
    return markup.OPEN not in text and text.isascii()


def _picture(block: Block, pen: Pen, width: int) -> Drawn | None:
    found = pen.pictures.get(block["picture"] or 0)
    alt, href = pen.line(block, "alt"), pen.address(block)
    if found is None:
        return None
    src, natural, _height = found
    wide = min(round(width * _WIDTHS[block["width"]]), natural)
    link = f' href="{href}"' if href else ""
    mjml = f'<mj-image src="{escape(src)}" alt="{alt.html}" width="{wide}px" align="center"{link} />'
    return Drawn(mjml, f"[{alt.text}] {href}".strip() if alt.text else href)


def _button(block: Block, pen: Pen, width: int) -> Drawn | None:
    label, href = pen.line(block, "label"), pen.address(block)
    if not label.html or not href:
        return None
    leading = "1.3" if pen.face.leading < 2 else "1.9"
    mjml = (
        f'<mj-button href="{href}" align="{pen.face.side(block["align"])}" background-color="{pen.colours.accent}" '
        f'color="{pen.colours.on_accent}" border-radius="6px" font-weight="600" inner-padding="11px 24px" '
        f'font-size="{pen.face.size}px" line-height="{leading}">{label.html}</mj-button>'
    )
    return Drawn(mjml, f"{label.text}: {href}")


def _coupon(block: Block, pen: Pen, width: int) -> Drawn | None:
    said = pen.words(block, "words")
    code = pen.pieces.mark("{{ coupon.code }}")
    style = (
        f"display:inline-block;border:2px dashed {pen.colours.accent};border-radius:6px;padding:10px 22px;"
        "font-family:Consolas,Menlo,monospace;font-size:22px;line-height:1.3;font-weight:700;letter-spacing:1px"
    )
    words = f"{said.html}\n" if said.html else ""
    html = f'{words}<div class="c" dir="ltr" style="{style}">{code}</div>'
    return Drawn(text_box(html, pen, align="center"), f"{said.text}\n{code}".strip())


def _divider(block: Block, pen: Pen, width: int) -> Drawn:
    return Drawn(
        f'<mj-divider css-class="d" border-width="1px" border-color="{pen.colours.line}" />', "—" * 12
    )


def _spacer(block: Block, pen: Pen, width: int) -> Drawn:
    return Drawn(f'<mj-spacer height="{_SPACES[block["height"]]}px" />', "")


_DRAW = {
    "text": _text,
    "heading": _heading,
    "picture": _picture,
    "button": _button,
    "coupon": _coupon,
    "divider": _divider,
    "spacer": _spacer,
}
assert set(_DRAW) | {"columns", "product", "footer"} == set(KINDS)


def address_of_product(url: str, item: Item) -> str:
    """Where the card of ITEM leads: URL with the product's values; empty where it comes out as none."""
    if not url:
        return ""
    try:
        found = liquid.rendered(url, {"product": {"code": item.code, "name": item.name}}, "url").strip()
    except liquid.Mistake:
        return ""
    return found if re.fullmatch(r"https?://[^\s<>\"']+", found) else ""


@dataclass(frozen=True)
class Card:
    """How a product is drawn. LINK stands where the address does, to be filled in for each person."""

    html: str
    text: str


LINK = "\ue004"


def card(item: Item, pen_face: Face, found: Colours, pick: Pick, base: str, *, linked: bool) -> Card:
    """A product with its picture, name, price and button; with LINK in place of its address where it is LINKED."""
    name = f'<b dir="auto">{escape(item.name)}</b>'
    parts, words = [], item.name
    if item.picture:
        wide = min(item.width, pick.size)
        image = (
            f'<img class="pi" src="{escape(base)}/p/{item.picture}" alt="{escape(item.name)}" width="{wide}" '
            f'style="display:block;width:100%;max-width:{wide}px;height:auto;border:0;margin:0 0 8px" />'
        )
        parts.append(f'<a href="{LINK}">{image}</a>' if linked else image)
    parts.append(name)
    if pick.price and item.price is not None:
        amount = money.written(item.price, None if item.price % 1 else 0)
        parts.append(f'<br /><bdi dir="ltr">{escape(amount)}</bdi>')
        words += f" – \u2066{amount}\u2069" if pen_face.rtl else f" – {amount}"
    if linked:
        words += f": {LINK}"
        if pick.button:
            style = f"display:inline-block;margin-top:8px;color:{found.accent};text-decoration:underline"
            parts.append(f'<br /><a class="a" href="{LINK}" style="{style}">{pick.button}</a>')
    return Card("".join(parts), words)


def pick_of(block: Block, pen: Pen) -> Pick:
    """What a product block asks for. The words on its button hold no tags."""
    label = markup.words_in(block, "button", pen.language, pen.fallback)
    size = INNER // _across(int(block["count"]) if block["pick"] != "chosen" else max(1, len(block["codes"])))
    pen.check(block["url"], block["id"], "url")
    return Pick(
        block["id"], int(block["count"]), bool(block["price"]), block["url"], escape(label), size - 16
    )


def _across(count: int) -> int:
    """How many stand beside each other: three, or two where that leaves nobody alone."""
    return count if count <= 3 else (2 if count == 4 else 3)


def cards(block: Block, pen: Pen) -> list[Drawn]:
    """A product block as cards, to be set in rows of `across`."""
    pick = pick_of(block, pen)
    pen.has_products = True
    if block["pick"] in products.PERSONAL:
        pen.picks.append(pick)
        return [
            Drawn(
                text_box(pen.pieces.mark(f"{{{{ _h_{pick.block}_{at} }}}}"), pen),
                pen.pieces.mark(f"{{{{ _t_{pick.block}_{at} }}}}"),
            )
            for at in range(pick.count)
        ]
    return [_baked(item, pick, pen) for item in products.picked(block)]


def _baked(item: Item, pick: Pick, pen: Pen) -> Drawn:
    """A card that is the same for everybody; its link is followed like any other. What stands in the product's name is
    no tag: it is kept apart as a mark."""
    url = address_of_product(pick.url, item)
    mark = pen.pieces.address(url.replace("{", "%7B")) if url else ""
    made = card(item, pen.face, pen.colours, pick, pen.base, linked=bool(mark))
    return Drawn(
        text_box(made.html.replace("{", "&#123;").replace(LINK, mark), pen),
        pen.pieces.literal(made.text.partition(LINK)[0]) + mark,
    )


def rows(found: list[Drawn], pen: Pen) -> tuple[str, str]:
    """Cards in sections of MJML, and their text."""
    if not found:
        return "", ""
    across = _across(len(found))
    sections = []
    for start in range(0, len(found), across):
        part = found[start : start + across]
        columns = [column(one.mjml, pen, width=f"{100 / across:.4g}%") for one in part]
        sections.append(section("".join(columns), pen))
    return "".join(sections), "\n".join(one.text for one in found)


def column(mjml: str, pen: Pen, *, width: str = "") -> str:
    """A column in the direction of the language."""
    sized = f' width="{width}"' if width else ""
    return f'<mj-column direction="{pen.face.direction}" vertical-align="top"{sized}>{mjml}</mj-column>'


def section(mjml: str, pen: Pen) -> str:
    """A row of columns; in a language that runs from the right, the first stands at the right."""
    return (
        f'<mj-section css-class="pad" direction="{pen.face.direction}" padding="0 {SIDE - 8}px" '
        f'text-align="{pen.face.side("start")}">{mjml}</mj-section>'
    )
