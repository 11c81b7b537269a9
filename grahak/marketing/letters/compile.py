"""A letter in one language as the templates of a mail: HTML by MJML and plain text, made once; for each person only
their values are put in.

Both are Liquid. Names that begin with an underscore are ours: `_l0` … the addresses that are followed, `_o0` … those
that are another for everybody, `_stop` and `_preferences`, `_why` (why somebody gets this), `_dot` (the picture that
tells of an opening), `_h_b3_0` and `_t_b3_0` … the cards of products that each customer has of their own.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from html import escape
from threading import Lock
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from liquid import BoundTemplate
from mjml import mjml2html

from grahak.core import business
from grahak.marketing.letters import brand as brands
from grahak.marketing.letters import document as documents
from grahak.marketing.letters import drawing, markup, style
from grahak.marketing.letters.blocks import Block
from grahak.marketing.letters.document import Document
from grahak.marketing.letters.drawing import Pen, Pick
from grahak.marketing.letters.markup import PREFERENCES, STOP, Pieces
from grahak.marketing.models import Brand, Letter, Picture
from grahak.marketing.words import liquid

PRODUCTS_KEPT = 300.0  # seconds that products and their prices stand in a compiled letter
_KEPT = 64
_TEXT_NODE = re.compile(r">([^<>]{300,})<")


@dataclass(frozen=True)
class Compiled:
    """A letter in LANGUAGE. HTML and TEXT are Liquid, SUBJECT too; LINKS are followed, OWN are Liquid that makes an
    address; NAMES is what is said about a person; PICKS are products of their own. COUPON: "" (none), "fixed" (CODE)
    or "list"."""

    language: str
    subject: str
    html: str
    text: str
    links: tuple[str, ...]
    own: tuple[str, ...]
    names: frozenset[str]
    picks: tuple[Pick, ...]
    coupon: str
    code: str
    face: style.Face
    colours: style.Colours

    @cached_property
    def html_template(self) -> BoundTemplate:
        """Ready to be said with a person's values."""
        return liquid.whole(self.html, "html")

    @cached_property
    def text_template(self) -> BoundTemplate:
        """Ready to be said with a person's values."""
        return liquid.whole(self.text, "part")

    @cached_property
    def subject_template(self) -> BoundTemplate:
        """Ready to be said with a person's values."""
        return liquid.parsed(self.subject)


_cache: OrderedDict[tuple[Any, ...], tuple[float, Compiled]] = OrderedDict()
_lock = Lock()


def forget() -> None:
    """Make everything anew next time (between tests, and after a back-up was restored)."""
    with _lock:
        _cache.clear()


def compiled(letter: Letter, language: str, brand: Brand | None = None, *, base: str = "") -> Compiled:
    """LETTER in LANGUAGE (one of the letter's), in the look of BRAND (the current one), with our own addresses
    beginning with BASE. Made once for each document, whatever its number, and kept. Raises FieldMistake where a text
    cannot be read, BadDocument where the document cannot."""
    brand = brand or brands.current()
    shop = business.current()
    document = json.dumps(letter.document, sort_keys=True).encode()
    pictures = _pictures(letter.document, brand, base)
    key = (
        hashlib.blake2b(document, digest_size=16).digest(), letter.default_language, language, base,
        *(getattr(brand, name) for name in (*brands.COLOURS, "address", "logo_id")), json.dumps(brand.foot),
        shop and (shop.name, shop.address, shop.currency, shop.grouping), tuple(sorted(pictures.items())),
    )  # fmt: skip
    now = time.monotonic()
    with _lock:
        kept = _cache.get(key)
        if kept is not None and now < kept[0]:
            _cache.move_to_end(key)
            return kept[1]
    parsed = documents.parsed(letter.document)
    made, fleeting = press(parsed, language, letter.default_language, brand, base, pictures)
    with _lock:
        _cache[key] = (now + (PRODUCTS_KEPT if fleeting else 86_400.0), made)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return made


def press(
    document: Document,
    language: str,
    fallback: str,
    brand: Brand,
    base: str,
    pictures: dict[int, tuple[str, int, int]],
) -> tuple[Compiled, bool]:
    """DOCUMENT in LANGUAGE, words that are missing in FALLBACK; and whether it shows products, whose prices change.
    Raises FieldMistake."""
    face = style.FACES[language]
    pen = Pen(language, fallback, face, style.colours(brand), base, pictures)
    with override(language):
        preheader, subject = (
            _line(document.preheader, "preheader", pen),
            _line(document.subject, "subject", pen),
        )
        body, text = _body(document.blocks[:-1], pen)
        foot, foot_text = _foot(document.blocks[-1], brand, pen)
        mjml = _whole(preheader, _logo(brand, pen) + body, foot, pen)
    html = _finished(_by_mjml(mjml), pen.pieces)
    words = pen.pieces.restored("\n\n".join(part for part in (*text, foot_text) if part)) + "\n"
    subject = pen.pieces.restored(subject)
    coupon = next((one for one in document.walk() if one["type"] == "coupon"), None)
    names = frozenset(
        name
        for source, how in (
            (html, "html"),
            (words, "text"),
            (subject, "text"),
            *((own, "url") for own in pen.pieces.own),
        )
        for name in _names(source, how)
    )
    made = Compiled(
        language, subject, html, words, tuple(pen.pieces.links), tuple(pen.pieces.own), names, tuple(pen.picks),
        coupon["source"] if coupon else "", coupon["code"] if coupon else "", face, pen.colours,
    )  # fmt: skip
    return made, pen.has_products


def _names(source: str, how: str) -> set[str]:
    found = liquid.whole(source, how).analyze(include_partials=False).globals
    return {name for uses in found.values() for use in uses if not (name := str(use)).startswith("_")}


def _pictures(document: Any, brand: Brand, base: str) -> dict[int, tuple[str, int, int]]:
    """(address, width, height) of the pictures in a stored document and of the logo, by id."""
    wanted = set(documents.pictures_in(document))
    if brand.logo_id:
        wanted.add(brand.logo_id)
    rows = (
        Picture.objects.filter(pk__in=wanted).values_list("pk", "token", "width", "height") if wanted else ()
    )
    return {pk: (f"{base}/p/{token}", width, height) for pk, token, width, height in rows}


def _line(words: dict[str, str], name: str, pen: Pen) -> str:
    """The subject or the preheader, with marks."""
    source = words.get(pen.language) or words.get(pen.fallback) or ""
    pen.check(source, "", name)
    return pen.pieces.taken(source)


def _body(blocks: list[Block], pen: Pen) -> tuple[str, list[str]]:
    """The blocks between head and foot: those that stand in one column share a section, which keeps the mail small."""
    sections: list[str] = []
    simple: list[str] = []
    text: list[str] = []

    def close() -> None:
        if simple:
            sections.append(drawing.section(drawing.column("".join(simple), pen), pen))
            simple.clear()

    for block in blocks:
        if block["type"] == "product":
            close()
            mjml, words = drawing.rows(drawing.cards(block, pen), pen)
            sections.append(mjml)
            text.append(words)
        elif block["type"] == "columns":
            close()
            mjml, words = _columns(block, pen)
            sections.append(mjml)
            text.append(words)
        elif (found := drawing.drawn(block, pen)) is not None:
            simple.append(found.mjml)
            text.append(found.text)
    close()
    return "".join(sections), text


def _columns(block: Block, pen: Pen) -> tuple[str, str]:
    columns, text = [], []
    count = len(block["columns"])
    for held in block["columns"]:
        found = [one for inner in held if (one := drawing.drawn(inner, pen, drawing.INNER // count - 16))]
        columns.append(drawing.column("".join(one.mjml for one in found), pen, width=f"{100 / count:.4g}%"))
        text += [one.text for one in found]
    return drawing.section("".join(columns), pen), "\n\n".join(part for part in text if part)


def _logo(brand: Brand, pen: Pen) -> str:
    found = pen.pictures.get(brand.logo_id or 0)
    if found is None:
        return ""
    src, width, height = found
    wide = min(width, 200, max(1, round(80 * width / max(1, height))))
    shop = business.current()
    image = (
        f'<mj-image src="{escape(src)}" alt="{escape(shop.name) if shop else ""}" width="{wide}px" '
        f'align="{pen.face.side("start")}" padding-bottom="16px" />'
    )
    return drawing.section(drawing.column(image, pen), pen)


def _foot(block: Block, brand: Brand, pen: Pen) -> tuple[str, str]:
    """The legal foot: the shop's own words, why somebody gets this, who writes and from where, and how to stop."""
    pieces, muted = pen.pieces, pen.colours.muted
    more = (
        brand.foot.get(pen.language) or brand.foot.get(pen.fallback) or ""
        if isinstance(brand.foot, dict)
        else ""
    )
    words = [pen.words(block, "words", colour=muted)]
    pen.check(more, "", "foot")
    words.insert(0, markup.said(more, pieces, look=pen.look(muted), stop_words=_("Stop these messages")))
    shop = business.current()
    who = [part for part in (shop.name if shop else "", brands.address_of(brand)) if part]
    why, stop, preferences = (pieces.mark(f"{{{{ {name} }}}}") for name in ("_why", STOP, PREFERENCES))
    links = ((stop, _("Stop these messages")), (preferences, _("Choose what you get")))
    anchors = " · ".join(
        f'<a class="a" href="{mark}" style="color:{muted}">{escape(said)}</a>' for mark, said in links
    )
    lines = [f"<p>{why}</p>"]
    if who:
        lines.append(
            "<p>" + " · ".join(f'<bdi dir="auto">{_braced(escape(part))}</bdi>' for part in who) + "</p>"
        )
    html = "".join([*(one.html for one in words), *lines, f"<p>{anchors}</p>"])
    box = drawing.text_box(
        html, pen, css="f", color=muted, font_size="13px", line_height=1.5 if pen.face.leading < 2 else 2.1
    )
    text = [one.text for one in words if one.text]
    said = [*text, why, pieces.literal(" · ".join(who)), *(f"{words}: {mark}" for mark, words in links)]
    return (
        drawing.section(drawing.column(box, pen), pen),
        "-- \n" + "\n".join(part for part in said if part),
    )


def _braced(html: str) -> str:
    """HTML whose words hold no tag, whatever they look like."""
    return html.replace("{", "&#123;")


def _whole(preheader: str, body: str, foot: str, pen: Pen) -> str:
    face, found = pen.face, pen.colours
    shop = business.current()
    hidden = f"<mj-preview>{escape(preheader)}</mj-preview>" if preheader else ""
    return (
        f'<mjml lang="{pen.language}" dir="{face.direction}"><mj-head>'
        f"<mj-title>{_braced(escape(shop.name)) if shop else ''}</mj-title>{hidden}"
        f'<mj-attributes><mj-all font-family="{face.family}" />'
        f'<mj-text font-size="{face.size}px" line-height="{face.leading}" color="{found.ink}" padding="8px" />'
        '<mj-image padding="8px" /><mj-button padding="12px 8px" /><mj-divider padding="12px 8px" />'
        '<mj-spacer padding="0" /></mj-attributes>'
        '<mj-raw><meta name="color-scheme" content="light dark" />'
        '<meta name="supported-color-schemes" content="light dark" /></mj-raw>'
        f"<mj-style>{style.sheet(found, face)}</mj-style></mj-head>"
        f'<mj-body width="{drawing.WIDTH}px" background-color="{found.ground}" css-class="ground">'
        '<mj-section padding="0"><mj-column><mj-spacer height="16px" /></mj-column></mj-section>'
        f'<mj-wrapper css-class="paper" background-color="{found.paper}" padding="20px 0">{body}</mj-wrapper>'
        f'<mj-wrapper padding="16px 0">{foot}</mj-wrapper></mj-body></mjml>'
    )


_NUMBER = re.compile(r"&#(\d{2,7});")


def _by_mjml(mjml: str) -> str:
    """The HTML of MJML. The library writes attributes as Rust would for a programmer: a backslash twice, a vowel sign
    of Hindi or a mark of ours as "\\u{94d}". So it sees ASCII alone, and our marks under a name nobody can type."""
    name = f"m{secrets.token_hex(8)}x"
    ascii_only = re.sub(f"{markup.OPEN}(\\d+){markup.SHUT}", rf"{name}\1x", mjml).replace("\\", "&#92;")
    html = mjml2html(
        ascii_only.encode("ascii", "xmlcharrefreplace").decode(), disable_comments=True, fonts={}
    )
    html = _NUMBER.sub(
        lambda found: chr(code) if (code := int(found[1])) > 127 or code == 92 else found[0], html
    )
    return re.sub(f"{name}(\\d+)x", rf"{markup.OPEN}\1{markup.SHUT}", html)


def _finished(html: str, pieces: Pieces) -> str:
    """HTML with short lines (RFC 5321 allows 998 characters) and the dot's place, its marks turned into Liquid. What
    is not ASCII in a mostly Latin letter is written as numbers, so that the mail needs no other encoding."""
    html = html.replace(' style="', '\nstyle="')
    html = _TEXT_NODE.sub(lambda found: f">{_short(found.group(1))}<", html)
    head, body, tail = html.rpartition("</body>")
    html = head + pieces.mark("{{ _dot }}") + body + tail
    parts = re.split(f"({markup.OPEN}\\d+{markup.SHUT})", html)
    static = "".join(parts[::2])
    if sum(not one.isascii() for one in static) * 8 < len(static) // 20:
        parts[::2] = [part.encode("ascii", "xmlcharrefreplace").decode() for part in parts[::2]]
    return pieces.restored("".join(parts))


def _short(text: str) -> str:
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) > 240:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line or lines or word == "" else word
    return "\n".join([*lines, line])
