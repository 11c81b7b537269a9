"""One event as sent → one row as kept. Decoded once by msgspec, its properties encoded once more (so that equal names
and odd spacing are gone and every database reads the same), its context cut to what is of use."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from grahak.connect.intake import clock, context, repair
from grahak.connect.intake.refusals import BadRequest, Refusal
from grahak.connect.intake.subjects import money, subject_of_page, subject_of_track
from grahak.connect.web.rules import NO_CONSENT, Gate

LARGEST_EVENT = 32 * 1024
LONGEST_ID = 255
LONGEST_NAME, LONGEST_SUBJECT = 120, 200
TYPES = frozenset({"track", "page", "screen", "identify", "group", "alias"})
VIEWS = {"page": "Page Viewed", "screen": "Screen Viewed"}
# what scripts send where they meant to send an id
NOBODY = frozenset({"", "null", "undefined", "none", "nan", "true", "false", "[object object]", "{}", "[]"})

Scalar = str | int | float | None


class Sent(msgspec.Struct):
    """An event in Segment's words. What is not named here is not looked at."""

    type: str | None = None
    event: Scalar = None
    name: Scalar = None
    category: Scalar = None
    userId: Scalar = None
    anonymousId: Scalar = None
    previousId: Scalar = None
    groupId: Scalar = None
    messageId: Scalar = None
    timestamp: Scalar = None
    originalTimestamp: Scalar = None
    sentAt: Scalar = None
    writeKey: Scalar = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: context.Context | None = None


class Event(NamedTuple):
    """A row of events, all but its visitor, and who it says did it. ROW has its values in the order of
    `stores.EVENT`, the visitor's place empty."""

    row: list[Any]
    user: str
    anonymous: str
    previous: str = ""


class Reject(NamedTuple):
    source: int | None
    reason: str
    detail: str
    body: str
    at: str


@dataclass(slots=True)
class Request:
    """What is known of all events of one request. AGENT and IP are the browser's ("" from a server). GATE says what
    the options of the source let in, and as whom."""

    source: int
    received: dt.datetime
    sent: dt.datetime | None = None
    type: str = ""
    shared: context.Context | None = None
    agent: str = ""
    ip: str = ""
    gate: Gate | None = None
    at: str = ""
    hasher: Any = field(default=None)

    def __post_init__(self) -> None:
        self.at = clock.stored(self.received)
        self.hasher = _hasher(self.source)


@lru_cache(maxsize=1024)
def _hasher(source: int) -> Any:
    return blake2b(source.to_bytes(8, "big"), digest_size=8)


_decode = msgspec.json.Decoder(Sent).decode
_encode = msgspec.json.Encoder().encode


def once(source: int, message: str) -> int:
    """The 64-bit name of a message of a source, by which a second sending of it is known."""
    return _once(_hasher(source), message)


def _once(hasher: Any, message: str) -> int:
    ours = hasher.copy()
    ours.update(message.encode())
    return int.from_bytes(ours.digest(), "big", signed=True)


def decoded(raw: bytes) -> Sent:
    """RAW as an event. Raises Refusal naming the field, BadRequest where it is no JSON."""
    if len(raw) > LARGEST_EVENT:
        raise Refusal("too_large", f"{len(raw)} bytes")
    if raw.count(b"[") + raw.count(b"{") >= repair.DEEPEST:
        repair.refuse_deep(raw)
    try:
        if b"\\u0000" in raw:
            raw = repair.mended(raw)
        return _decode(raw)
    except msgspec.ValidationError as wrong:
        if "out of range" in str(wrong):
            repair.mended(raw)  # names the number
        raise _refusal(wrong) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raw = repair.mended(raw)
    try:
        return _decode(raw)
    except msgspec.ValidationError as wrong:
        raise _refusal(wrong) from None
    except msgspec.DecodeError:
        raise BadRequest("malformed JSON", "malformed") from None


def _refusal(wrong: msgspec.ValidationError) -> Refusal:
    """msgspec's complaint ("Expected `object`, got `int` - at `$.properties`") with the field first."""
    said, _at, path = str(wrong).partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    if "out of range" in said:
        return Refusal("too_big_number", path)
    if not path:
        return Refusal("not_object")
    return Refusal("wrong_type", f"{path}: {said.replace('`', '')}")


def read(raw: bytes, request: Request) -> Event:
    """RAW as a row. Raises Refusal with the reason and the field, BadRequest where it is no JSON."""
    sent = decoded(raw)
    said = context.merged(sent.context, request.shared)
    gate = request.gate
    if gate is not None and not gate.may_keep(said):
        raise Refusal(NO_CONSENT)
    type_ = request.type or sent.type
    if type_ not in TYPES:
        raise Refusal("no_type", f"type: {type_}" if type_ else "type")
    user, anonymous = _id(sent.userId, "userId"), _id(sent.anonymousId, "anonymousId")
    if gate is not None:
        anonymous = gate.anonymous(anonymous, bool(user), said)
    previous = _id(sent.previousId, "previousId") if type_ == "alias" else ""
    if not user and not anonymous:
        raise Refusal("no_id", "userId")
    if type_ == "alias" and not (user and previous):
        raise Refusal("missing", "userId" if previous else "previousId")
    original = clock.read(sent.timestamp, "timestamp") or clock.read(
        sent.originalTimestamp, "originalTimestamp"
    )
    at = request.at
    if original is not None:
        sent_at = request.sent if sent.sentAt is None else sent_moment(sent.sentAt)
        at = clock.stored(clock.happened(original, sent_at, request.received))
    cut = context.cut(said, request.agent, request.ip)
    name, subject, value, properties = _CONTENT[type_](sent, cut)
    message = sent.messageId
    row = [
        _once(request.hasher, str(message) if message not in (None, "") else uuid.uuid4().hex),
        0,
        type_,
        name,
        subject,
        value,
        at,
        request.at,
        request.source,
        cut.robot,
        _encode(properties).decode() if properties else "{}",
        cut.text,
    ]
    return Event(row, user, anonymous, previous)


def sent_moment(value: Any) -> dt.datetime | None:
    """sentAt, where it can be read; without it the sender's clock is believed."""
    try:
        return clock.read(value, "sentAt")
    except Refusal:
        return None


def _id(value: Scalar, field_name: str) -> str:
    """An id as text; "" where there is none or a script sent "undefined"."""
    if value is None:
        return ""
    if isinstance(value, float):
        value = int(value) if value.is_integer() and abs(value) < 2**53 else repr(value)
    text = str(value)
    if text.lower() in NOBODY if len(text) < 16 else text.isspace():
        return ""
    if len(text) > LONGEST_ID:
        raise Refusal("too_long", field_name)
    return "" if text.isspace() else text


def _text(value: Scalar) -> str:
    return "" if value is None else str(value).strip()


Content = tuple[str, str, int | None, dict[str, Any] | None]


def _track(sent: Sent, cut: context.Cut) -> Content:
    name = _text(sent.event)
    if not name:
        raise Refusal("missing", "event")
    properties = sent.properties or {}
    subject = subject_of_track(name, properties)
    return name[:LONGEST_NAME], subject[:LONGEST_SUBJECT], money(properties), properties


def _view(sent: Sent, cut: context.Cut, type_: str) -> Content:
    properties = sent.properties or {}
    for key, value in (("name", sent.name), ("category", sent.category)):
        if value not in (None, "") and key not in properties:
            properties[key] = value
    if type_ == "page":
        subject = subject_of_page(properties, cut.page)
    else:
        subject = _text(sent.name)
    return VIEWS[type_], subject[:LONGEST_SUBJECT], None, properties


def _page(sent: Sent, cut: context.Cut) -> Content:
    return _view(sent, cut, "page")


def _screen(sent: Sent, cut: context.Cut) -> Content:
    return _view(sent, cut, "screen")


def _identify(sent: Sent, cut: context.Cut) -> Content:
    return "", "", None, sent.traits if sent.traits is not None else sent.properties


def _group(sent: Sent, cut: context.Cut) -> Content:
    group = _text(sent.groupId)
    if not group:
        raise Refusal("missing", "groupId")
    if len(group) > LONGEST_SUBJECT:
        raise Refusal("too_long", "groupId")
    return "", group, None, sent.traits if sent.traits is not None else sent.properties


def _alias(sent: Sent, cut: context.Cut) -> Content:
    return "", _text(sent.previousId)[:LONGEST_SUBJECT], None, sent.traits or sent.properties


_CONTENT: dict[str, Callable[[Sent, context.Cut], Content]] = {
    "track": _track,
    "page": _page,
    "screen": _screen,
    "identify": _identify,
    "group": _group,
    "alias": _alias,
}
