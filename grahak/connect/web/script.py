"""Serves our web-shop script at /g.js: a bare ASGI answer without sessions, cookies or database, packed once,
kept by browsers for a day and asked for again by its ETag."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

PATH = "/g.js"
SOURCE = Path(__file__).with_name("data") / "g.js"
ALLOWED = {"GET", "HEAD", "OPTIONS"}
# a day fresh, a week usable while the new one is fetched: the address has no version in it
KEPT = b"public, max-age=86400, stale-while-revalidate=604800"

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Script(NamedTuple):
    """The script as sent, plain and packed."""

    plain: bytes
    packed: bytes
    etag: bytes


@lru_cache(maxsize=1)
def script() -> Script:
    """The script without its comment lines and indents (it has no text that runs over lines)."""
    lines = (line.strip() for line in SOURCE.read_text(encoding="utf-8").splitlines())
    plain = "\n".join(line for line in lines if line and not line.startswith("//")).encode()
    mark = hashlib.sha256(plain).hexdigest()[:20]
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'"{mark}"'.encode())


def answer(method: str, headers: dict[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """(status, headers, body) for a request of /g.js. Any shop's page may load it, also one that isolates
    itself (CORP) or asks for it by CORS."""
    if method not in ALLOWED:
        return 405, [(b"allow", b"GET, HEAD, OPTIONS")], b""
    found = script()
    packed = b"gzip" in headers.get(b"accept-encoding", b"")
    body = found.packed if packed else found.plain
    head = [
        (b"content-type", b"text/javascript; charset=utf-8"),
        (b"cache-control", KEPT),
        (b"etag", found.etag),
        (b"vary", b"Accept-Encoding"),
        (b"access-control-allow-origin", b"*"),
        (b"cross-origin-resource-policy", b"cross-origin"),
        (b"timing-allow-origin", b"*"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if method == "OPTIONS":
        return 204, [*head, (b"access-control-allow-methods", b"GET, HEAD")], b""
    known = [one.strip().removeprefix(b"W/") for one in headers.get(b"if-none-match", b"").split(b",")]
    if found.etag in known or b"*" in known:
        return 304, head, b""
    head.append((b"content-length", str(len(body)).encode()))
    if packed:
        head.append((b"content-encoding", b"gzip"))
    return 200, head, b"" if method == "HEAD" else body


async def application(scope: Any, receive: Any, send: Send) -> None:
    """The ASGI application of this one address."""
    status, head, body = answer(scope["method"], dict(scope["headers"]))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
