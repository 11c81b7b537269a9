"""Fills what an SMS gateway is asked with the values of one message, so that no value can change anything but itself,
and reads its answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from django.utils.translation import gettext as _

NAMES = ("to", "plus", "text", "sender", "message_id", "key", "entity", "template", "unicode", "hook")
_PLACE = re.compile(r"\{(" + "|".join(NAMES) + r")\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def filled(text: str, values: Mapping[str, str]) -> str:
    """TEXT with its {places} filled; braces that are none of ours stay."""
    return _PLACE.sub(lambda place: values.get(place.group(1), ""), text)


def target(url: str, values: Mapping[str, str]) -> str:
    """Path and query of URL, each value written so that it stays one value."""
    parts = urlsplit(url)
    path = _PLACE.sub(lambda place: quote(values.get(place.group(1), ""), safe=""), parts.path) or "/"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([(filled(name, values), filled(value, values)) for name, value in pairs])
    return f"{path}?{query}" if query else path


def headers(text: str, values: Mapping[str, str]) -> dict[str, str]:
    """The lines "Name: value" of TEXT. Raises ValueError for a line that is none."""
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name.strip()):
            raise ValueError(_("“%(line)s” is not a header.") % {"line": line[:60]})
        found[name.strip()] = _CONTROL.sub("", filled(value.strip(), values))
    return found


def body(kind: str, text: str, values: Mapping[str, str]) -> tuple[str, bytes | None]:
    """(Content-Type, body). A form's lines are name=value. Raises ValueError where JSON or form cannot be read."""
    if kind == "json":
        try:
            return "application/json", json.dumps(_deep(json.loads(text), values)).encode()
        except ValueError as error:
            raise ValueError(_("What is sent is not JSON: %(why)s") % {"why": error}) from None
    if kind == "form":
        pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
        if any(not equals for _name, equals, _value in pairs):
            raise ValueError(_("What is sent has a line without “=”."))
        return "application/x-www-form-urlencoded", urlencode(
            [(name.strip(), filled(value.strip(), values)) for name, _equals, value in pairs]
        ).encode()
    return "", None


def _deep(value: Any, values: Mapping[str, str]) -> Any:
    match value:
        case str():
            return filled(value, values)
        case list():
            return [_deep(one, values) for one in value]
        case dict():
            return {name: _deep(one, values) for name, one in value.items()}
    return value


def stands_in(pattern: str, text: str) -> str | None:
    """Whether PATTERN stands in TEXT, * standing for anything on one line: what stood for the first * ("" without
    one), or None. In one pass over the text, however the pattern is written."""
    pieces = pattern.lower().split("*")
    at, first_star = 0, None
    lowered = text.lower()
    for piece in pieces:
        found = lowered.find(piece, at)
        if found < 0:
            return None
        if first_star is not None and first_star[1] < 0 and piece:
            first_star = (first_star[0], found)
        at = found + len(piece)
        if first_star is None and len(pieces) > 1:
            first_star = (at, -1)
    if first_star is None:
        return ""
    start, end = first_star
    return text[start : end if end >= 0 else None].split("\n")[0].strip()


def at_path(data: Any, path: str) -> str:
    """What stands at "data.0.id" in JSON, as text; "" where there is nothing."""
    for step in path.split(".") if path else ():
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list) and step.isascii() and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return ""
    return str(data) if isinstance(data, str | int) and not isinstance(data, bool) else ""
