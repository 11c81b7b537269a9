"""The bare ASGI application behind /v1/: Segment's HTTP tracking API, in front of Django and without it.

200 {"success": true} means that every event of the request is on the disk, as an event or, with the reason, among
the rejects. 400 is for what would fail again (JSON, size, key), 429 and 503 with Retry-After for what would not.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import logging
import time
from collections import deque
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from grahak.connect.intake import clock, envelope, reading, repair
from grahak.connect.intake.reading import Event, Reject
from grahak.connect.intake.refusals import BadRequest, Refusal
from grahak.connect.intake.settings_file import settings_of
from grahak.connect.intake.sources import Known, Sources
from grahak.connect.intake.writer import Busy, Delivery, Unavailable, Writer
from grahak.connect.web.rules import NO_CONSENT, Gate, host_allowed

logger = logging.getLogger("grahak.intake")
SINGLE = {name: name for name in reading.TYPES} | {
    "i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias",
}  # fmt: skip
BATCH = frozenset({"batch", "b", "import"})
METRICS = frozenset({"m"})
WRONG_KEY = "An invalid write key was provided"
SUCCESS = b'{"success":true}'
FAULTS_KEPT = 60  # whole requests that were refused are kept to be looked at, this many a minute
BROWSERS = frozenset({"web", "app"})

Answer = tuple[int, bytes, list[tuple[bytes, bytes]]]
_CORS = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"Retry-After")]
_JSON = (b"content-type", b"application/json")
_ALLOWED = b"Authorization, Content-Type, Content-Encoding, X-Retry-Count"


def _says(status: int, message: str, **more: Any) -> Answer:
    return status, json.dumps({"success": False, "message": message} | more).encode(), []


class Intake:
    """The application. One writer and one memory of keys a process."""

    def __init__(self, writer: Writer | None = None, sources: Sources | None = None) -> None:
        self.writer = writer or Writer()
        self.sources = sources or Sources()
        self._faults: deque[float] = deque()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        try:
            status, body, more = await self._answer(scope, headers, receive)
        except BadRequest as wrong:
            status, body, more = _says(400, wrong.message)
        except Busy:
            status, body, more = _says(429, "Too many events are waiting; come again.")
            more = [(b"retry-after", b"1")]
        except Unavailable:
            status, body, more = _says(503, "Nothing can be kept now; come again.")
            more = [(b"retry-after", b"2")]
        except Exception:
            logger.exception("intake failed", extra={"path": scope["path"]})
            status, body, more = _says(503, "Nothing can be kept now; come again.")
            more = [(b"retry-after", b"5")]
        head = [*_CORS, *more]
        if status != 204:
            head += [_JSON, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Any, headers: dict[bytes, bytes], receive: Any) -> Answer:
        path, method = scope["path"].removeprefix("/v1/").rstrip("/"), scope["method"]
        if method == "OPTIONS":
            return _preflight(headers)
        if path.startswith("projects/") and path.endswith("/settings"):
            return await self._settings(unquote(path[9:-9]), scope, headers)
        if path not in SINGLE and path not in BATCH and path not in METRICS:
            return _says(404, "There is nothing here.")
        if method != "POST":
            status, body, _none = _says(405, "Use POST.")
            return status, body, [(b"allow", b"POST, OPTIONS")]
        body = await _body(headers, receive)
        if path in METRICS:  # the SDK's own figures about itself: nobody here wants them
            return 200, SUCCESS, []
        return await self._keep(path, body, scope, headers)

    async def _settings(self, key: str, scope: Any, headers: dict[bytes, bytes]) -> Answer:
        source = await self.sources.find(key)
        if source is None or source.ended:
            return _says(404, WRONG_KEY)
        body = json.dumps(settings_of(key, _base(scope, headers))).encode()
        return 200, body, [(b"cache-control", b"no-store")]

    async def _keep(self, path: str, body: bytes, scope: Any, headers: dict[bytes, bytes]) -> Answer:
        received = clock.now()
        is_batch = path in BATCH
        key = _basic(headers.get(b"authorization", b""))
        try:
            limit = envelope.LARGEST_BATCH if is_batch else envelope.LARGEST_SINGLE
            body = envelope.opened(
                body, headers.get(b"content-encoding", b"").decode("latin-1").lower(), limit
            )
            found = envelope.batch(body) if is_batch else envelope.single(body)
        except BadRequest as wrong:
            await self._note(key, wrong.reason, wrong.message, body, received)
            raise
        key = key or found.key
        source = await self.sources.find(key) if key else None
        if source is None or source.ended:
            reason = "unknown_key" if source is None else "ended"
            await self._note(key, reason, f"writeKey: {key[:40]}", body, received)
            raise BadRequest(WRONG_KEY)
        if not host_allowed(source.options, _origin(headers)):
            await self._note(key, "host", _origin(headers), b"", received)
            raise BadRequest("this page may not send")
        if found.left_out:
            raise BadRequest(f"a batch may bring {envelope.MOST_EVENTS} events")
        await self.sources.open_day(received.date())
        request = _request(source, found, received, "" if is_batch else SINGLE[path], scope, headers)
        try:
            events, rejects = read_all(found.events, request)
        except BadRequest as wrong:
            await self._note(key, wrong.reason, wrong.message, body, received)
            raise
        if events or rejects:
            await self.writer.kept(events, rejects)
        return 200, SUCCESS, []

    async def _note(self, key: str, reason: str, detail: str, body: bytes, received: dt.datetime) -> None:
        """Keep a refused request among the rejects, so that somebody sees it. Its sender was told; so it may also
        be left out where there are too many of them, or nothing can be written."""
        now = time.monotonic()
        while self._faults and self._faults[0] < now - 60:
            self._faults.popleft()
        if not reason or len(self._faults) >= FAULTS_KEPT:
            return
        self._faults.append(now)
        try:
            source = await self.sources.find(key) if key else None
            text = body_text(body)
            reject = Reject(
                source.id if source else None, reason, clean(detail), text, clock.stored(received)
            )
            self.writer.put(Delivery([], [reject], lambda _wrong: None))
        except Exception as fault:
            logger.info("a refused request was not kept", exc_info=fault)


def read_all(raws: list[bytes], request: reading.Request) -> tuple[list[Event], list[Reject]]:
    """Every event of a request as a row, or as a reject with the reason. BadRequest where one is no JSON."""
    events: list[Event] = []
    rejects: list[Reject] = []
    for raw in raws:
        try:
            events.append(reading.read(raw, request))
        except Refusal as wrong:
            # what was not agreed to is not kept
            kept = "" if wrong.reason == NO_CONSENT else body_text(_whole(raw, request))
            rejects.append(Reject(request.source, wrong.reason, clean(wrong.detail), kept, request.at))
    return events, rejects


def _whole(raw: bytes, request: reading.Request) -> bytes:
    """RAW with what its address and its batch said of it, so that it can be tried again by itself. What it says
    itself comes after and counts."""
    more = {"type": request.type, "sentAt": request.sent.isoformat() if request.sent else ""}
    said = json.dumps({name: value for name, value in more.items() if value}, separators=(",", ":")).encode()
    inner = raw.strip()
    if said == b"{}" or inner[:1] != b"{" or inner[1:].lstrip()[:1] == b"}":
        return raw
    return said[:-1] + b"," + inner[1:]


def body_text(raw: bytes) -> str:
    """What was sent, as text that both databases keep; at most 32 KB of it."""
    return clean(raw[: reading.LARGEST_EVENT].decode("utf-8", "replace"))


def clean(text: str) -> str:
    return repair.clean_text(text)


def _preflight(headers: dict[bytes, bytes]) -> Answer:
    wanted = headers.get(b"access-control-request-headers") or _ALLOWED
    return (
        204,
        b"",
        [
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", wanted),
            (b"access-control-max-age", b"86400"),
        ],
    )


def _base(scope: Any, headers: dict[bytes, bytes]) -> str:
    """Where browsers reach us: GRAHAK_URL, else as this request did."""
    if settings.PUBLIC_URL:
        return str(settings.PUBLIC_URL)
    scheme = headers.get(b"x-forwarded-proto", b"").decode("latin-1").split(",")[0].strip()
    if scheme not in ("http", "https"):
        scheme = scope.get("scheme", "http")
    host = headers.get(b"host", b"").decode("latin-1") or "localhost"
    return f"{scheme}://{host}"


def _basic(header: bytes) -> str:
    """The user name of HTTP Basic, which is the write key ("" where there is none); its colon may be missing."""
    kind, _space, value = header.partition(b" ")
    if kind.lower() != b"basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[0].strip()
    except (binascii.Error, UnicodeDecodeError):
        return ""


async def _body(headers: dict[bytes, bytes], receive: Any) -> bytes:
    """The body as sent. BadRequest past the largest batch, before it is taken in."""
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > envelope.LARGEST_BATCH:
        raise BadRequest(envelope.TOO_LARGE)
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest("the request ended early")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > envelope.LARGEST_BATCH:
            raise BadRequest(envelope.TOO_LARGE)
        more = message.get("more_body", False)
    return b"".join(parts)


def _request(
    source: Known,
    found: envelope.Envelope,
    received: dt.datetime,
    type_: str,
    scope: Any,
    headers: dict[bytes, bytes],
) -> reading.Request:
    request = reading.Request(source.id, received, reading.sent_moment(found.sent), type_, found.shared)
    if source.kind in BROWSERS:  # a server's own address and agent are not those of the person
        request.agent = _browser(headers)
        request.ip = _address(scope, headers)
        request.gate = Gate(source.id, source.options, request.ip, request.agent, received)
    return request


def _browser(headers: dict[bytes, bytes]) -> str:
    """The name of the browser that sent this, "" where a programme did (an SDK on a server, with a shop's key)."""
    agent = headers.get(b"user-agent", b"").decode("latin-1")
    return agent if agent.startswith("Mozilla/") or _origin(headers) else ""


def _origin(headers: dict[bytes, bytes]) -> str:
    """The site whose page sent this, "" where it was no page."""
    return (headers.get(b"origin") or headers.get(b"referer") or b"").decode("latin-1")


def _address(scope: Any, headers: dict[bytes, bytes]) -> str:
    """The browser's IP address. What a proxy says is believed where we stand behind one (GRAHAK_URL is https)."""
    forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
    if settings.BEHIND_HTTPS and forwarded:
        return forwarded.split(",")[0].strip()
    client = scope.get("client")
    return str(client[0]) if client else ""
