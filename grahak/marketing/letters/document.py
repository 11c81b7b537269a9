"""The document of a letter: JSON that was checked field by field, so that whatever uses it need not doubt its shape.

`parsed` takes anything; it either gives a Document in its one normal form (the footer is there and last, ids are
unique, every field has a value) or raises BadDocument with the block and the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from grahak.marketing.letters.blocks import INSIDE, KINDS, Block, Field, walk, words_of

VERSION = 1
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
MOST_BLOCKS = 80
MOST_SUBJECT = 200
MOST_CODES = 12
_ID = re.compile(r"b[0-9]{1,6}")
# What no database or mail takes: controls but the line end and tab, halves of surrogate pairs, our own marks
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")


class BadDocument(ValueError):
    """What is wrong, in words for the person; BLOCK is its id and FIELD its name, empty where none is to blame."""

    def __init__(self, what: str, block: str = "", field: str = "") -> None:
        self.what, self.block, self.field = what, block, field
        super().__init__(what)


@dataclass
class Document:
    """A letter's words and blocks. SUBJECT and PREHEADER by language; LANGUAGES in the order of the settings."""

    languages: tuple[str, ...]
    subject: dict[str, str] = field(default_factory=dict)
    preheader: dict[str, str] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """What is stored; `parsed` gives the same document back."""
        return {
            "v": VERSION,
            "subject": dict(self.subject),
            "preheader": dict(self.preheader),
            "languages": list(self.languages),
            "blocks": deepcopy(self.blocks),
        }

    def walk(self) -> Iterator[Block]:
        """All blocks, also those in columns."""
        return walk(self.blocks)

    def block(self, block_id: str) -> Block:
        """The block with that id; LookupError where there is none."""
        for one in self.walk():
            if one["id"] == block_id:
                return one
        raise LookupError(block_id)

    def place_of(self, block_id: str) -> tuple[list[Block], int]:
        """The list that holds a block and its place in it, to move it there. LookupError where there is none."""
        lists = [self.blocks]
        while lists:
            here = lists.pop()
            for place, one in enumerate(here):
                if one["id"] == block_id:
                    return here, place
                lists += one.get("columns", [])
        raise LookupError(block_id)

    def fresh_id(self) -> str:
        """An id that no block has."""
        return f"b{max((int(one['id'][1:]) for one in self.walk()), default=0) + 1}"


def empty(language: str) -> Document:
    """A letter with nothing but one empty text and the foot."""
    return parsed(
        {
            "v": VERSION,
            "languages": [language],
            "blocks": [{"id": "b1", "type": "text", "text": {}}, {"id": "b2", "type": "footer"}],
        }
    )


def languages_in(data: Any) -> tuple[str, ...]:
    """The languages of a stored document, without reading the rest of it. Raises BadDocument."""
    asked = data.get("languages") if isinstance(data, dict) else None
    found = tuple(code for code in LANGUAGES if isinstance(asked, list) and code in asked)
    if not found:
        raise BadDocument(_("A letter needs at least one language."), field="languages")
    return found


def pictures_in(data: Any) -> Iterator[int]:
    """The ids of the pictures in a stored document, without reading the rest of it."""
    blocks = data.get("blocks") if isinstance(data, dict) else None
    left = list(blocks) if isinstance(blocks, list) else []
    while left:
        one = left.pop()
        if not isinstance(one, dict):
            continue
        number = one.get("picture")
        if one.get("type") == "picture" and isinstance(number, int) and 0 < number < 2**63:
            yield number
        columns = one.get("columns")
        for column in columns if isinstance(columns, list) else ():
            left += column if isinstance(column, list) else []


def all_words(found: Document) -> Iterator[dict[str, str]]:
    """Everything in the letter that people read, each by language."""
    yield found.subject
    yield found.preheader
    for block in found.walk():
        for _one, words in words_of(block):
            yield words


def clean(text: Any, most: int, *, lines: bool = False) -> str:
    """TEXT fit to be stored: at most MOST characters, on one line where LINES is False."""
    found = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:most]
    return found if lines else " ".join(found.split())


def parsed(data: Any) -> Document:
    """The document in DATA (from JSON). Raises BadDocument."""
    if not isinstance(data, dict):
        raise BadDocument(_("This is no letter."))
    version = data.get("v", VERSION)
    if version != VERSION or isinstance(version, bool):
        raise BadDocument(_("This letter was written by another version of Grahak."))
    asked = data.get("languages")
    if not isinstance(asked, list) or not asked:
        raise BadDocument(_("A letter needs at least one language."), field="languages")
    languages = tuple(code for code in LANGUAGES if code in [one for one in asked if isinstance(one, str)])
    if not languages or len(languages) != len(asked):
        raise BadDocument(_("A letter is in English, Urdu, Hindi or Gujarati."), field="languages")
    blocks = data.get("blocks", [])
    if not isinstance(blocks, list):
        raise BadDocument(_("The blocks of the letter cannot be read."), field="blocks")
    reader = _Reader()
    found = [reader.block(one, inside=False) for one in blocks]
    feet = [one for one in found if one["type"] == "footer"]
    rest = [one for one in found if one["type"] != "footer"]
    foot = feet[0] if feet else reader.block({"type": "footer"}, inside=False)
    document = Document(
        languages,
        _words(data.get("subject"), MOST_SUBJECT, "", "subject"),
        _words(data.get("preheader"), MOST_SUBJECT, "", "preheader"),
        [*rest, foot],
    )
    _name(document)
    return document


def _name(document: Document) -> None:
    """Give an id to blocks that have none, or another's."""
    seen: set[str] = set()
    nameless = []
    for one in document.walk():
        if one["id"] in seen or not one["id"]:
            one["id"] = "b0"
            nameless.append(one)
        seen.add(one["id"])
    for one in nameless:
        one["id"] = document.fresh_id()


class _Reader:
    """Reads blocks one after another and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def block(self, data: Any, *, inside: bool) -> Block:
        self.count += 1
        if self.count > MOST_BLOCKS:
            raise BadDocument(_("A letter has at most %(most)s blocks.") % {"most": MOST_BLOCKS})
        if not isinstance(data, dict):
            raise BadDocument(_("A block cannot be read."))
        name, kind_name = data.get("id"), data.get("type")
        block_id = name if isinstance(name, str) and _ID.fullmatch(name) else ""
        kind = KINDS.get(kind_name) if isinstance(kind_name, str) else None
        if kind is None:
            raise BadDocument(_("There is no such block."), block_id, "type")
        if inside and kind.type not in INSIDE:
            raise BadDocument(
                _("“%(kind)s” cannot stand inside columns.") % {"kind": kind.label}, block_id, "type"
            )
        block: Block = {"id": block_id, "type": kind.type}
        for one in kind.fields:
            block[one.name] = (
                self._columns(data.get(one.name), block_id)
                if one.kind == "columns"
                else _value(one, data.get(one.name), block_id)
            )
        return block

    def _columns(self, data: Any, block_id: str) -> list[list[Block]]:
        if (
            not isinstance(data, list)
            or len(data) not in (2, 3)
            or not all(isinstance(one, list) for one in data)
        ):
            raise BadDocument(_("There are two or three columns."), block_id, "columns")
        return [[self.block(one, inside=True) for one in column] for column in data]


def _value(one: Field, data: Any, block_id: str) -> Any:
    """The value of a field that was given as DATA; missing is the default."""
    if one.words:
        return _words(data, one.most, block_id, one.name, lines=one.kind == "text")
    if one.kind == "codes":
        return _codes(data, block_id, one.name)
    if data is None or data == "":
        return one.default
    match one.kind:
        case "flag" if isinstance(data, bool):
            return data
        case "number" if (
            isinstance(data, int) and not isinstance(data, bool) and one.least <= data <= one.most
        ):
            return data
        case "number":
            raise BadDocument(
                _("A number from %(least)s to %(most)s.") % {"least": one.least, "most": one.most},
                block_id, one.name,
            )  # fmt: skip
        case "picture" if isinstance(data, int) and not isinstance(data, bool) and 0 < data < 2**63:
            return data
        case "choice" if isinstance(data, str) and data in dict(one.choices):
            return data
        case "url" | "code" if isinstance(data, str):
            return clean(data, one.most)
    raise BadDocument(_("“%(field)s” cannot be read.") % {"field": one.label}, block_id, one.name)


def _words(data: Any, most: int, block_id: str, name: str, *, lines: bool = False) -> dict[str, str]:
    """What people read, by language; languages we do not speak and empty words are left out."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise BadDocument(_("The words are kept by language."), block_id, name)
    found = {}
    for code in LANGUAGES:
        text = data.get(code, "")
        if not isinstance(text, str):
            raise BadDocument(_("These words cannot be read."), block_id, name)
        if len(text) > most:
            raise BadDocument(
                _("This is too long; %(most)s characters are the most.") % {"most": most}, block_id, name
            )
        if kept := clean(text, most, lines=lines):
            found[code] = kept
    return found


def _codes(data: Any, block_id: str, name: str) -> list[str]:
    if data is None or data == "":
        return []
    if not isinstance(data, list) or not all(isinstance(one, str) for one in data) or len(data) > MOST_CODES:
        raise BadDocument(_("At most %(most)s codes of products.") % {"most": MOST_CODES}, block_id, name)
    return list(dict.fromkeys(kept for one in data if (kept := clean(one, 60))))
