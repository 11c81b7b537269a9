"""A script of ours for other people's pages: a bare ASGI answer without sessions, cookies or database, packed once,
kept by browsers for a day and asked for again by its ETag."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Awaitable, Callable
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

ALLOWED = {"GET", "HEAD", "OPTIONS"}
# a day fresh, a week usable while the new one is fetched: the address has no version in it
KEPT = b"public, max-age=86400, stale-while-revalidate=604800"

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Script(NamedTuple):
    """The script as sent, plain and packed."""

    plain: bytes
    packed: bytes
    etag: bytes


class ServedScript:
    """One script, read from SOURCE the first time it is asked for."""

    def __init__(self, source: Path) -> None:
        self.source = source

    @cached_property
    def script(self) -> Script:
        """The script without its comment lines and indents (it has no text that runs over lines)."""
        lines = (line.strip() for line in self.source.read_text(encoding="utf-8").splitlines())
        plain = "\n".join(line for line in lines if line and not line.startswith("//")).encode()
        mark = hashlib.sha256(plain).hexdigest()[:20]
        return Script(plain, gzip.compress(plain, 9, mtime=0), f'"{mark}"'.encode())

    def answer(
        self, method: str, headers: dict[bytes, bytes]
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """(status, headers, body) for a request. Any page may load it, also one that isolates itself (CORP) or asks
        for it by CORS."""
        if method not in ALLOWED:
            return 405, [(b"allow", b"GET, HEAD, OPTIONS")], b""
        packed = b"gzip" in headers.get(b"accept-encoding", b"")
        body = self.script.packed if packed else self.script.plain
        head = [
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"cache-control", KEPT),
            (b"etag", self.script.etag),
            (b"vary", b"Accept-Encoding"),
            (b"access-control-allow-origin", b"*"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"timing-allow-origin", b"*"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if method == "OPTIONS":
            return 204, [*head, (b"access-control-allow-methods", b"GET, HEAD")], b""
        known = [one.strip().removeprefix(b"W/") for one in headers.get(b"if-none-match", b"").split(b",")]
        if self.script.etag in known or b"*" in known:
            return 304, head, b""
        head.append((b"content-length", str(len(body)).encode()))
        if packed:
            head.append((b"content-encoding", b"gzip"))
        return 200, head, b"" if method == "HEAD" else body

    async def application(self, scope: Any, receive: Any, send: Send) -> None:
        """The ASGI application of this one address."""
        status, head, body = self.answer(scope["method"], dict(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})
