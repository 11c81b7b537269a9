"""The bare ASGI application before /r/, /o/ and /l/: a redirect or a dot without Django's layers, recorded by the desk
before it is answered. What it does not know (a forged token, a link that is gone) is left to Django's pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import close_old_connections
from django.utils.encoding import iri_to_uri

from grahak.channels.links_public.desk import NOTHING, Desk, now
from grahak.channels.links_public.dot import DOT
from grahak.channels.links_public.hits import KINDS, Hit

logger = logging.getLogger("grahak.clicks")
App = Callable[[Any, Any, Any], Awaitable[None]]
LONGEST_TOKEN = 200
_PLAIN = [
    (b"cache-control", b"max-age=0, no-cache, no-store, must-revalidate, private"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


class Links:
    """The application; PAGES answers what is not answered here."""

    def __init__(self, pages: App, desk: Desk | None = None) -> None:
        self.pages, self.desk = pages, desk or Desk()

    @staticmethod
    def wants(path: str) -> bool:
        """Whether PATH is one that this application may answer."""
        return len(path) > 3 and path[2] == "/" and path[1] in KINDS and path[0] == "/"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        kind, token = KINDS[scope["path"][1]], scope["path"][3:]
        key = kind.read(token) if len(token) <= LONGEST_TOKEN else None
        if key is None or scope["method"] not in ("GET", "HEAD"):
            await self.pages(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        source = "qr" if scope.get("query_string") in (b"q", b"q=") else ""
        hit = Hit(kind.prefix, key, now(), kind.by_machine(scope["method"], headers), source)
        try:
            found = await self.desk.kept(hit)
            if found is NOTHING:
                found = await asyncio.to_thread(_looked_up, hit)
        except Exception:
            logger.exception("a link was not answered", extra={"path": scope["path"]})
            found = None
        if found is None:
            await self.pages(scope, receive, send)
        elif found is True:
            await _answer(send, 200, [(b"content-type", b"image/gif"), *_DOT_HEAD], DOT, scope["method"])
        else:
            to = iri_to_uri(str(found)).encode("ascii", "ignore")
            await _answer(send, 302, [(b"location", to)], b"", scope["method"])


_DOT_HEAD = [(b"cross-origin-resource-policy", b"cross-origin")]


async def _answer(send: Any, status: int, head: list[tuple[bytes, bytes]], body: bytes, method: str) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_PLAIN, *head, length]})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _looked_up(hit: Hit) -> str | bool | None:
    """Where a hit leads that lies in the spool: reading goes on while others write."""
    try:
        return KINDS[hit.kind].look(hit.key)
    finally:
        close_old_connections()
