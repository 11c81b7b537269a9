"""Cutting JSON into its members without reading it: for bodies whose depth or letters stop a parser.

Nothing here recurses and every pass is linear, so that a hostile body costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grahak.connect.intake.refusals import BadRequest

# a string (its closing quote apart, to see that it is there), a bracket, or what separates; possessive: no going back
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[\[\]{},:]', re.DOTALL)
_OPEN, _CLOSE = b"[{", b"]}"
BROKEN = "malformed JSON"


def _tokens(text: bytes) -> Iterator[tuple[bytes, int, int, int]]:
    """(first byte, start, end, depth around it) of every string, bracket and separator."""
    depth = 0
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        first = text[start : start + 1]
        if first in _OPEN:
            depth += 1
        elif first in _CLOSE:
            depth -= 1
            if depth < 0:
                raise BadRequest(BROKEN, "malformed")
        elif first == b'"' and not found[1]:
            raise BadRequest(BROKEN, "malformed")
        yield first, start, end, depth
    if depth:
        raise BadRequest(BROKEN, "malformed")


def depth_of(text: bytes) -> int:
    """How many brackets stand open at the deepest place; a torn string or bracket counts as it stands."""
    try:
        return max((depth for _first, _start, _end, depth in _tokens(text)), default=0)
    except BadRequest:
        return 0  # the parser says what is wrong with it


def members(text: bytes) -> dict[str, bytes]:
    """The members of a JSON object as they stand, the last of equal names. BadRequest where it is none."""
    inner = text.strip()
    if inner[:1] != b"{" or inner[-1:] != b"}":
        raise BadRequest(BROKEN, "malformed")
    found: dict[str, bytes] = {}
    name, said, begins = "", b"", -1
    for first, start, end, depth in _tokens(inner):
        if depth == 1 and begins < 0 and first == b'"':
            said = inner[start + 1 : end - 1]
        elif depth == 1 and begins < 0 and first == b":":
            name, begins = said.decode("utf-8", "replace"), end
        elif begins >= 0 and ((depth == 1 and first == b",") or (depth == 0 and first == b"}")):
            found[name] = inner[begins:start].strip()
            begins = -1
    return found


def elements(text: bytes) -> list[bytes]:
    """The elements of a JSON array as they stand. BadRequest where it is none."""
    inner = text.strip()
    if inner[:1] != b"[" or inner[-1:] != b"]":
        raise BadRequest("batch must be a list", "malformed")
    found, begins = [], 1
    for first, start, _end, depth in _tokens(inner):
        if (depth == 1 and first == b",") or (depth == 0 and first == b"]"):
            found.append(inner[begins:start].strip())
            begins = start + 1
    return found if found != [b""] else []
