"""What the editor's form says: the words and settings of the block that is open, the subject and preheader, and what
its buttons do. Values are put in as they came; the document's own check refuses what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grahak.marketing.drafting import tree
from grahak.marketing.letters.blocks import ADDABLE, KINDS, Block, words_of
from grahak.marketing.letters.document import LANGUAGES, Document
from grahak.marketing.models import Picture, SavedBlock


@dataclass
class Look:
    """Which block is open and in which language, once a button has done its work."""

    block: str
    language: str


def is_number(text: str) -> bool:
    """Whether TEXT is the number of a row."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def put_words(document: Document, data: Mapping[str, str], language: str) -> None:
    """The subject and the preheader in LANGUAGE, where DATA has them."""
    for name, words in (("subject", document.subject), ("preheader", document.preheader)):
        if name in data:
            _say(words, language, data[name])


def _say(words: dict[str, str], language: str, text: str) -> None:
    if text.strip():
        words[language] = text
    else:
        words.pop(language, None)


def put_fields(document: Document, block_id: str, data: Mapping[str, str], language: str) -> None:
    """What the panel of a block says (`f-NAME`); SHOWN in DATA names the fields that it had. A block that was taken
    out meanwhile is no longer asked."""
    block = tree.found(document, block_id)
    if block is None:
        return
    shown = data.get("shown", "").split(",")
    for one in KINDS[block["type"]].fields:
        if one.name not in shown:
            continue
        value = data.get(f"f-{one.name}", "")
        if one.words:
            _say(block[one.name], language, value)
        elif one.kind == "flag":
            block[one.name] = bool(value)
        elif one.kind == "number":
            block[one.name] = int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else -1
        else:
            block[one.name] = value


def press(document: Document, do: str, look: Look) -> None:
    """Do what a button says ("up:b3", "add:text:after:b2", …) to the document, and change LOOK to where one looks
    then. A word that no button says does nothing. Raises tree.Misplaced."""
    what, _colon, rest = do.partition(":")
    if what in ("up", "down", "back", "on"):
        tree.step(document, rest, what)
        look.block = rest
    elif what == "move":
        name, _colon, where = rest.partition(":")
        tree.move(document, name, where)
        look.block = name
    elif what == "copy":
        look.block = tree.copy(document, rest)
    elif what == "remove":
        look.block = tree.remove(document, rest)
    elif what == "add":
        kind, _colon, where = rest.partition(":")
        if kind in ADDABLE:
            look.block = tree.add(document, KINDS[kind].fresh(look.language), where)
    elif what == "saved":
        number, _colon, where = rest.partition(":")
        look.block = tree.add(document, _saved(number), where)
    elif what == "open":
        look.block, _colon, language = rest.partition(":")
        look.language = language if language in document.languages else look.language
    elif what == "columns":
        _columns(document, rest)
    else:
        _press_words(document, what, rest, look)


def _press_words(document: Document, what: str, rest: str, look: Look) -> None:
    """Buttons about languages and what is chosen in the open block."""
    if what == "language" and rest in LANGUAGES:
        look.language = rest
        if rest not in document.languages:
            document.languages = tuple(code for code in LANGUAGES if code in (*document.languages, rest))
    elif what == "drop" and rest in document.languages and len(document.languages) > 1:
        document.languages = tuple(code for code in document.languages if code != rest)
        look.language = document.languages[0]
    elif what == "fill":
        _fill(document, rest, look)
    elif what in ("item", "no_item"):
        _choose_item(tree.place_of(document, look.block).block, rest, wanted=what == "item")
    elif what == "picture":
        _choose_picture(tree.place_of(document, look.block).block, rest)


def _saved(number: str) -> Block:
    saved = SavedBlock.objects.filter(pk=int(number)).first() if is_number(number) else None
    if saved is None:
        raise tree.Misplaced(_("This saved block is not there any more."))
    return dict(saved.block)


def _columns(document: Document, rest: str) -> None:
    name, _colon, count = rest.partition(":")
    block = tree.place_of(document, name).block
    if count in ("2", "3") and block["type"] == "columns":
        tree.set_columns(block, int(count))


def _fill(document: Document, rest: str, look: Look) -> None:
    """Copy words that are missing in the language one writes from another: "en" for the whole letter, "en:b3" for
    one block."""
    source, _colon, name = rest.partition(":")
    if source not in LANGUAGES or source == look.language:
        return
    blocks = [tree.place_of(document, name).block] if name else [p.block for p in tree.places(document)]
    filled = [words for block in blocks for _one, words in words_of(block)]
    if not name:
        filled += [document.subject, document.preheader]
    for words in filled:
        if words.get(source) and not words.get(look.language):
            words[look.language] = words[source]


def _choose_item(block: Block, code: str, *, wanted: bool) -> None:
    if block["type"] != "product":
        return
    codes: list[str] = [one for one in block.get("codes", []) if one != code]
    block["codes"] = [*codes, code] if wanted and code else codes


def _choose_picture(block: Block, number: str) -> None:
    """The picture of that number; "" takes it out."""
    if block["type"] != "picture":
        return
    found: Any = Picture.objects.filter(pk=int(number)).first() if is_number(number) else None
    block["picture"] = found.pk if found else None
