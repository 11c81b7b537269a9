"""Blocks put in, moved, copied and taken out of a letter's document. Everything here changes the document it is given
(a caller's own copy) and keeps its rules: one level of columns, the footer last and always there."""

from __future__ import annotations

import copy as copying
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from grahak.marketing.letters.blocks import KINDS, Block
from grahak.marketing.letters.document import MOST_BLOCKS, Document


class Misplaced(ValueError):
    """A block cannot stand there, or is not there any more. The text is for the person."""


@dataclass(frozen=True)
class Place:
    """Where a block stands: in LINE (the letter's own, or a column's) at INDEX; HOLDER is the block of columns
    around it (None: the letter itself) and COLUMN which of them."""

    line: list[Block]
    index: int
    holder: Block | None = None
    column: int = 0

    @property
    def block(self) -> Block:
        return self.line[self.index]


def places(document: Document) -> Iterator[Place]:
    """Every block of the letter, those in columns after the block that holds them."""
    for index, block in enumerate(document.blocks):
        yield Place(document.blocks, index)
        for number, column in enumerate(block.get("columns", ())):
            for inner in range(len(column)):
                yield Place(column, inner, block, number)


def place_of(document: Document, block_id: str) -> Place:
    """Where a block stands. Raises Misplaced where it is not there any more."""
    for place in places(document):
        if place.block["id"] == block_id:
            return place
    raise Misplaced(_("This block is not there any more."))


def found(document: Document, block_id: str) -> Block | None:
    """The block of that name, if it is there."""
    return next((place.block for place in places(document) if place.block["id"] == block_id), None)


def _named_anew(document: Document, block: Block) -> Block:
    """A copy of BLOCK whose own name and those of what it holds are free in the letter."""
    made = copying.deepcopy(block)
    number = int(document.fresh_id()[1:])
    made["id"] = f"b{number}"
    for column in made.get("columns", ()):
        for inner in column:
            number += 1
            inner["id"] = f"b{number}"
    return made


def _spot(document: Document, where: str) -> tuple[list[Block], int, bool]:
    """(line, index, is it a column) of a spot: "start", "end", "before:b3", "after:b3", "in:b7:0" (the end of a
    column)."""
    how, _colon, rest = where.partition(":")
    line = document.blocks
    if how in ("before", "after"):
        place = place_of(document, rest)
        return place.line, place.index + (how == "after"), place.holder is not None
    if how == "in":
        name, _colon, number = rest.partition(":")
        columns = place_of(document, name).block.get("columns", [])
        if not number.isdecimal() or int(number) >= len(columns):
            raise Misplaced(_("This block is not there any more."))
        column = columns[int(number)]
        return column, len(column), True
    if how not in ("start", "end"):
        raise Misplaced(_("This block is not there any more."))
    return line, 0 if how == "start" else len(line), False


def add(document: Document, block: Block, where: str) -> str:
    """Put a copy of BLOCK in at a spot (`_spot`); gives its new name. Raises Misplaced for what cannot stand in a
    column and for a letter that is full."""
    if sum(1 for _place in places(document)) >= MOST_BLOCKS:
        raise Misplaced(_("A letter has at most %(most)s blocks.") % {"most": MOST_BLOCKS})
    line, index, inside = _spot(document, where)
    _may_stand(block, inside)
    made = _named_anew(document, block)
    line.insert(_before_footer(line, index), made)
    return str(made["id"])


def _before_footer(line: list[Block], index: int) -> int:
    has_footer = bool(line) and line[-1]["type"] == "footer"
    return min(index, len(line) - 1) if has_footer else index


def move(document: Document, block_id: str, where: str) -> None:
    """Carry a block to a spot. Raises Misplaced where it cannot stand there."""
    place = place_of(document, block_id)
    block = place.block
    _may_leave(block)
    line, index, inside = _spot(document, where)
    if where.endswith(f":{block_id}"):
        return
    _may_stand(block, inside)
    del place.line[place.index]
    if line is place.line and index > place.index:
        index -= 1
    line.insert(_before_footer(line, index), block)


def step(document: Document, block_id: str, way: str) -> None:
    """Move a block one place "up" or "down" in its line, or into the column "back" or "on" beside its own."""
    place = place_of(document, block_id)
    _may_leave(place.block)
    if way in ("back", "on"):
        columns = place.holder["columns"] if place.holder else []
        target = place.column + (1 if way == "on" else -1)
        if 0 <= target < len(columns):
            columns[target].append(place.line.pop(place.index))
        return
    target = place.index + (1 if way == "down" else -1)
    if 0 <= target < len(place.line) and place.line[target]["type"] != "footer":
        place.line.insert(target, place.line.pop(place.index))


def copy(document: Document, block_id: str) -> str:
    """The same block again under itself; gives the copy's name."""
    block = place_of(document, block_id).block
    _may_leave(block)
    return add(document, block, f"after:{block_id}")


def remove(document: Document, block_id: str) -> str:
    """Take a block out; gives the name of the one that takes its place ("": none is left)."""
    place = place_of(document, block_id)
    _may_leave(place.block)
    del place.line[place.index]
    rest = place.line[place.index : place.index + 1] or place.line[-1:]
    return str(rest[0]["id"]) if rest else (str(place.holder["id"]) if place.holder else "")


def _may_stand(block: Block, inside: bool) -> None:
    kind = KINDS[block["type"]]
    if inside and not kind.inside:
        raise Misplaced(_("“%(kind)s” cannot stand inside columns.") % {"kind": kind.label})


def _may_leave(block: Block) -> None:
    if block["type"] == "footer":
        raise Misplaced(_("The foot stays at the end of every letter: the law asks for it."))


def set_columns(block: Block, count: int) -> None:
    """Give a block of columns two or three; what stood in one that goes joins the last that stays."""
    columns: list[list[Block]] = block["columns"]
    while len(columns) > count:
        gone = columns.pop()
        columns[-1].extend(gone)
    while len(columns) < count:
        columns.append([])
