"""What is looked at before a letter goes out: what stops it, and what is better mended.

The size is that of the HTML after the samples are put in, in bytes: Gmail cuts a mail off at 102 KB (its own limit, not
documented by Google but seen by all; what is behind the cut, the foot with it, is hidden).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grahak.core import links
from grahak.core.addresses import is_public
from grahak.marketing.letters import brand as brands
from grahak.marketing.letters import codes, convert, markup, preview, products, tags
from grahak.marketing.letters import document as documents
from grahak.marketing.letters.blocks import KINDS, Block, words_of
from grahak.marketing.letters.document import BadDocument, Document
from grahak.marketing.models import Campaign, Letter, Picture
from grahak.marketing.words import liquid

MOST_BYTES = 102 * 1024
NEAR_BYTES = 90 * 1024
LONG_SUBJECT = 70
FEW_WORDS = 120  # characters of text beside pictures, below which filters suspect a mail that is one picture
LANGUAGE_NAMES = dict(settings.LANGUAGES)
Level = Literal["stop", "warn"]


@dataclass(frozen=True)
class Check:
    """Something to mend. LEVEL "stop": it cannot go out like this; "warn": it can. LANGUAGE, BLOCK (its id) and FIELD
    say where, empty where it is the whole letter."""

    level: Level
    what: str
    language: str = ""
    block: str = ""
    field: str = ""

    def __str__(self) -> str:
        return self.what


def checks(subject: Letter | Campaign, *, audience: int | None = None) -> list[Check]:
    """Everything to mend in a letter, or in the letters of a campaign with its variants and coupon codes. AUDIENCE is
    how many will get it, where that is known."""
    if isinstance(subject, Letter):
        return _of_letter(subject)
    if subject.letter is None:
        return [Check("stop", _("Nothing is written yet."), subject.default_language, "", "body")]
    found = _of_letter(subject.letter)
    for variant in subject.variants.select_related("letter"):
        if variant.letter is not None and variant.letter.pk != subject.letter.pk:
            found += _of_letter(variant.letter)
        for language, line in variant.subjects.items():
            found += _words("subject", line, language, "")
    found += _codes(subject, audience)
    return list(dict.fromkeys(found))


def _of_letter(letter: Letter) -> list[Check]:
    try:
        document = documents.parsed(letter.document)
    except BadDocument as error:
        return [Check("stop", error.what, "", error.block, error.field)]
    own = letter.default_language
    found: list[Check] = [*_head(document, own)]
    for block in document.walk():
        found += _block(block, document, own)
    if not _says_anything(document, own):
        found.append(Check("stop", _("Nothing is written yet."), own, "", "body"))
    found += _pictures(document)
    if not brands.address_of(brands.current()):
        found.append(
            Check(
                "warn", _("The foot has no postal address; many countries ask for one. Write it in Settings.")
            )
        )
    if not any(one.level == "stop" for one in found):
        found += _weight(letter, document)
    return found


def _head(document: Document, own: str) -> Iterator[Check]:
    if not document.subject.get(own):
        yield Check("stop", _("The subject is empty."), own, "", "subject")
    for language in document.languages:
        line = document.subject.get(language, "")
        yield from _words("subject", line, language, "")
        yield from _words("preheader", document.preheader.get(language, ""), language, "")
        if len(line) > LONG_SUBJECT:
            what = _("The subject has %(n)s characters; phones show about %(most)s.") % {
                "n": len(line), "most": LONG_SUBJECT,
            }  # fmt: skip
            yield Check("warn", what, language, "", "subject")
        if not line and language != own:
            yield _missing(language, "", "subject")
    if not document.preheader:
        yield Check(
            "warn",
            _("Nothing stands beside the subject in the list of mails: write a line for it."),
            own, "", "preheader",
        )  # fmt: skip


def _missing(language: str, block: str, field: str) -> Check:
    what = _("Not written in %(language)s yet; those who read it get this part in the letter's own language.")
    return Check("warn", what % {"language": LANGUAGE_NAMES.get(language, language)}, language, block, field)


def _words(field: str, source: str, language: str, block: str) -> Iterator[Check]:
    for mistake in liquid.mistakes_in(source, tags.names()) if source else ():
        yield Check("stop", str(mistake), language, block, field)
    for foreign, our in convert.converted(source, language).turned if source else ():
        what = _("“%(tag)s” is a tag of another product. Ours is %(ours)s.") % {"tag": foreign, "ours": our}
        yield Check("stop", what, language, block, field)


def _block(block: Block, document: Document, own: str) -> Iterator[Check]:
    kind, name = KINDS[block["type"]], block["id"]
    for field, words in words_of(block):
        written = bool(words.get(own)) or any(words.get(code) for code in document.languages)
        if field.needed and not words.get(own):
            level: Level = "warn" if block["type"] in ("text", "heading") or field.name == "alt" else "stop"
            yield Check(level, _empty(block, field.label), own, name, field.name)
        for language in document.languages:
            source = words.get(language, "")
            yield from _words(field.name, source, language, name)
            yield from _links_in(source, language, name, field.name)
            if written and not source and language != own:
                yield _missing(language, name, field.name)
    for field in kind.fields:
        if field.kind == "url":
            yield from _address(block, field.needed, block.get(field.name) or "", name)
    yield from _special(block, own)


def _empty(block: Block, label: Any) -> str:
    if block["type"] == "picture":
        return _("The picture has no words for those who do not see it.")
    return _("“%(field)s” is empty.") % {"field": label}


def _special(block: Block, own: str) -> Iterator[Check]:
    name = block["id"]
    if block["type"] == "picture" and not block["picture"]:
        yield Check("stop", _("No picture is chosen."), "", name, "picture")
    elif block["type"] == "coupon" and block["source"] == "fixed" and not block["code"]:
        yield Check("stop", _("The coupon has no code."), "", name, "code")
    elif block["type"] == "columns" and not any(block["columns"]):
        yield Check("warn", _("The columns are empty."), "", name, "columns")
    elif block["type"] == "product":
        yield from _products(block)


def _products(block: Block) -> Iterator[Check]:
    name = block["id"]
    if block["pick"] == "chosen":
        known = {item.code for item in products.by_codes(block["codes"])}
        if not block["codes"]:
            yield Check("stop", _("No product is chosen."), "", name, "codes")
        for code in block["codes"]:
            if code not in known:
                yield Check(
                    "stop", _("There is no product “%(code)s” any more.") % {"code": code}, "", name, "codes"
                )
    if block["button"] and not block["url"]:
        yield Check("warn", _("The button of the products leads nowhere: it is not shown."), "", name, "url")


def _links_in(source: str, language: str, block: str, field: str) -> Iterator[Check]:
    for words, url in markup.named_links(source):
        if what := wrong_with(url):
            yield Check("stop", _("The link “%(words)s”: %(what)s") % {"words": words, "what": what},
                        language, block, field)  # fmt: skip
        elif weak := weak_in(url):
            yield Check("warn", weak, language, block, field)
    for url in markup.bare_links(source):
        if weak := weak_in(url):
            yield Check("warn", weak, language, block, field)


def _address(block: Block, needed: bool, url: str, name: str) -> Iterator[Check]:
    if not url:
        if needed:
            yield Check("stop", _("It leads nowhere: write its address."), "", name, "url")
        return
    known = {"product.code", "product.name"} if block["type"] == "product" else tags.names()
    for mistake in liquid.mistakes_in(url, known):
        yield Check("stop", str(mistake), "", name, "url")
    if what := wrong_with(url):
        yield Check("stop", what, "", name, "url")
    elif weak := weak_in(url):
        yield Check("warn", weak, "", name, "url")


def wrong_with(url: str) -> str:
    """Why nobody can follow URL; empty where they can."""
    match markup.scheme_of(url):
        case "":
            return _("An address begins with https:// (or mailto: or tel:).")
        case "mailto" | "tel":
            return _("A tag cannot stand in this address.") if "{{" in url or "{%" in url else ""
        case "tag":
            return ""
    try:
        host = urlsplit(re.sub(r"\{\{.*?\}\}", "x", url)).hostname or ""
    except ValueError:
        host = ""
    if not host or (
        ("." not in host) and not host.startswith("[") and ":" not in host and host != "localhost"
    ):
        return _("This address names no web site.")
    if _is_private(host):
        return _("This address is inside your own network; your customers cannot reach it.")
    return ""


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan", ".home.arpa")):
        return True
    bare = host.strip("[]")
    return bool(re.fullmatch(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.%]*", bare)) and not is_public(bare)


def weak_in(url: str) -> str:
    """What is better mended in an address that works."""
    if markup.scheme_of(url) == "http":
        return _("“%(url)s” is not encrypted: write https:// where the site has it.") % {"url": url[:80]}
    return ""


def _says_anything(document: Document, own: str) -> bool:
    return any(
        block["type"] in ("picture", "product", "coupon")
        or any(words.get(own) for _f, words in words_of(block))
        for block in document.walk()
        if block["type"] != "footer"
    )


def _pictures(document: Document) -> Iterator[Check]:
    blocks = [block for block in document.walk() if block["type"] == "picture" and block["picture"]]
    known = set(
        Picture.objects.filter(pk__in=[one["picture"] for one in blocks]).values_list("pk", flat=True)
    )
    for block in blocks:
        if block["picture"] not in known:
            yield Check("stop", _("The picture is not there any more."), "", block["id"], "picture")
    if blocks and re.match(r"http://|https?://(127\.|localhost|\[::1\])", links.origin()):
        yield Check("warn", _("Pictures may not be seen: Grahak is not reached from outside by https."))


def _weight(letter: Letter, document: Document) -> Iterator[Check]:
    has_pictures = any(block["type"] == "picture" for block in document.walk())
    for language in document.languages:
        try:
            words = preview.sampled(letter, language, base=links.origin())
        except liquid.Mistake as mistake:
            block, field = getattr(mistake, "block", ""), getattr(mistake, "field", "")
            yield Check("stop", str(mistake), language, block, field)
            continue
        size = len(words.html.encode("utf-8", "replace"))
        values = {"kb": round(size / 1024), "most": MOST_BYTES // 1024}
        if size > MOST_BYTES:
            yield Check(
                "stop", _("The mail has %(kb)s KB; Gmail cuts off after %(most)s.") % values, language
            )
        elif size > NEAR_BYTES:
            yield Check(
                "warn", _("The mail has %(kb)s KB; Gmail cuts off after %(most)s.") % values, language
            )
        said = re.sub(r"https?://\S+", "", words.text.partition("\n-- \n")[0])
        if has_pictures and len("".join(said.split())) < FEW_WORDS:
            yield Check(
                "warn",
                _(
                    "Almost only pictures: filters take that for junk, and nobody reads it where pictures are off."
                ),
                language,
            )


def _codes(campaign: Campaign, audience: int | None) -> Iterator[Check]:
    letters = [campaign.letter, *(one.letter for one in campaign.variants.select_related("letter"))]
    coupons = list(_lists(one for one in letters if one is not None))
    if not coupons:
        return
    _all, left = codes.counts(campaign)
    block = coupons[0]
    if not left:
        yield Check("stop", _("The list of coupon codes is empty."), "", block, "source")
    elif audience is not None and left < audience:
        short = ngettext(
            "%(left)s coupon code is left for %(audience)s people: the others get no message.",
            "%(left)s coupon codes are left for %(audience)s people: the others get no message.",
            left,
        ) % {"left": left, "audience": audience}
        yield Check("warn", short, "", block, "source")


def _lists(letters: Iterable[Letter]) -> Iterator[str]:
    """The blocks that take codes from a list."""
    for letter in letters:
        try:
            blocks: Sequence[Block] = list(documents.parsed(letter.document).walk())
        except BadDocument:
            continue
        yield from (one["id"] for one in blocks if one["type"] == "coupon" and one["source"] == "list")
