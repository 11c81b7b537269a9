"""A request's body → the events in it, as they stand. Gzip is opened no further than the limit allows."""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

import msgspec

from grahak.connect.intake import context, splitting
from grahak.connect.intake.refusals import BadRequest

LARGEST_BATCH = 500 * 1024
LARGEST_SINGLE = 32 * 1024
MOST_EVENTS = 2500
TOO_LARGE = "request too large"


class Envelope(NamedTuple):
    """EVENTS as they stand; LEFT_OUT is how many came after the first 2,500."""

    key: str
    sent: Any
    shared: context.Context | None
    events: list[bytes]
    left_out: int = 0


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]
    writeKey: Any = None
    sentAt: Any = None
    context: context.Context | None = None


class _Single(msgspec.Struct):
    writeKey: Any = None
    sentAt: Any = None


_batch = msgspec.json.Decoder(_Batch).decode
_single = msgspec.json.Decoder(_Single).decode


def opened(body: bytes, encoding: str, limit: int) -> bytes:
    """BODY without its compression. BadRequest past LIMIT bytes, or where it is compressed otherwise or torn."""
    if encoding in ("", "identity"):
        if len(body) > limit:
            raise BadRequest(TOO_LARGE, "too_large")
        return body
    if encoding != "gzip":
        raise BadRequest("content encoding must be gzip", "malformed")
    unpacker = zlib.decompressobj(wbits=31)
    try:
        text = unpacker.decompress(body, limit + 1)
    except zlib.error:
        raise BadRequest("malformed gzip", "malformed") from None
    if len(text) > limit:
        raise BadRequest(TOO_LARGE, "too_large")
    if not unpacker.eof:
        raise BadRequest("malformed gzip", "malformed")
    return text


def batch(body: bytes) -> Envelope:
    """A body of many events. BadRequest where it is no JSON object with a list named batch."""
    try:
        found = _batch(body)
        key, sent, shared = found.writeKey, found.sentAt, found.context
        events = [bytes(one) for one in found.batch]
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
    ):  # one event may spoil the whole to a parser
        parts = splitting.members(body)
        if "batch" not in parts:
            raise BadRequest("batch is missing", "malformed") from None
        key, sent = _plain(parts.get("writeKey")), _plain(parts.get("sentAt"))
        shared, events = _shared(parts.get("context")), splitting.elements(parts["batch"])
    return Envelope(
        _text(key), _scalar(sent), shared, events[:MOST_EVENTS], max(0, len(events) - MOST_EVENTS)
    )


def single(body: bytes) -> Envelope:
    """A body that is one event."""
    try:
        found = _single(body)
        key, sent = found.writeKey, found.sentAt
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        parts = splitting.members(body)
        key, sent = _plain(parts.get("writeKey")), _plain(parts.get("sentAt"))
    return Envelope(_text(key), _scalar(sent), None, [body])


def _plain(raw: bytes | None) -> Any:
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _shared(raw: bytes | None) -> context.Context | None:
    try:
        return msgspec.json.decode(raw, type=context.Context | None) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _scalar(value: Any) -> Any:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None
