"""What a strict JSON parser refuses: mended where its meaning is plain (letters that no database takes), refused
with the name of the field where it is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from grahak.connect.intake import splitting
from grahak.connect.intake.refusals import BadRequest, Refusal

DEEPEST = 100  # SQLite's JSON and Python's both end at about 1,000
LONGEST_NUMBER = 308
_LONE = re.compile("[\ud800-\udfff]")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")


class _Fault:
    """Stands in parsed JSON where a value can't be kept."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def refuse_deep(raw: bytes) -> None:
    """Refusal with the field's name where RAW is nested deeper than DEEPEST."""
    if splitting.depth_of(raw) <= DEEPEST:
        return
    try:
        parts = splitting.members(raw)
    except BadRequest:
        parts = {}
    name = next((name for name, value in parts.items() if splitting.depth_of(value) >= DEEPEST), "")
    raise Refusal("too_deep", name)


def mended(raw: bytes) -> bytes:
    """RAW as JSON that every parser and database takes: NUL letters left out, torn surrogates replaced.

    Raises Refusal for NaN, numbers beyond 64-bit floats and bytes that are not UTF-8, naming the field, and
    BadRequest where it is no JSON at all.
    """
    text, is_text = raw.decode("utf-8", "surrogateescape"), True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        is_text = False
    try:
        value = json.loads(text, parse_constant=_no_number, parse_int=_whole, parse_float=_broken)
    except (ValueError, RecursionError):
        raise BadRequest(splitting.BROKEN, "malformed") from None
    for path, leaf in _leaves(value, ""):
        if isinstance(leaf, _Fault):
            raise Refusal(leaf.reason, path)
        if not is_text and isinstance(leaf, str) and _ESCAPED_BYTE.search(leaf):
            raise Refusal("not_text", path)
    return json.dumps(_cleaned(value), ensure_ascii=False).encode()


def _no_number(word: str) -> _Fault:
    return _Fault("not_a_number")


def _whole(digits: str) -> int | _Fault:
    return int(digits) if len(digits) <= LONGEST_NUMBER else _Fault("too_big_number")


def _broken(digits: str) -> float | _Fault:
    number = float(digits)
    return number if abs(number) != float("inf") else _Fault("too_big_number")


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{path}.{name}" if path else name
            yield here, name
            yield from _leaves(inner, here)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}[{place}]")
    else:
        yield path, value


def clean_text(text: str) -> str:
    """Without NUL letters and torn surrogates: neither PostgreSQL nor UTF-8 knows them."""
    return _LONE.sub("\ufffd", text).replace("\x00", "")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(name): _cleaned(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_cleaned(inner) for inner in value]
    return value
