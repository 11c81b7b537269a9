"""The bare ASGI application before /r/, /o/ and /l/: a redirect or a dot without Django's layers, in the journal before
it is answered. What it does not know (a forged token, a link that is gone) is left to Django's pages."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import close_old_connections
from django.utils.encoding import iri_to_uri

from grahak.channels.links_public import machines
from grahak.channels.links_public.dot import DOT
from grahak.channels.links_public.hits import KINDS, Hit, Kind
from grahak.channels.links_public.journal import Journal

logger = logging.getLogger("grahak.clicks")
App = Callable[[Any, Any, Any], Awaitable[None]]
LONGEST_TOKEN = 200
KNOWN_FOR = 30.0  # seconds that an address is used without looking it up
MOST_KNOWN = 20_000
_PLAIN = [
    (b"cache-control", b"max-age=0, no-cache, no-store, must-revalidate, private"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
_DOT_HEAD = [(b"content-type", b"image/gif"), (b"cross-origin-resource-policy", b"cross-origin")]


class Links:
    """The application; PAGES answers what is not answered here."""

    def __init__(self, pages: App, journal: Journal | None = None) -> None:
        self.pages, self.journal = pages, journal or Journal()
        self._known: dict[Any, tuple[float, str | bool]] = {}
        machines.is_robot("Mozilla/5.0")  # its patterns are made ready before anybody waits for them

    @staticmethod
    def wants(path: str) -> bool:
        """Whether PATH is one that this application may answer."""
        return len(path) > 3 and path[2] == "/" and path[0] == "/" and path[1] in KINDS

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        kind, token, method = KINDS[scope["path"][1]], scope["path"][3:], scope["method"]
        key = kind.read(token) if len(token) <= LONGEST_TOKEN and method in ("GET", "HEAD") else None
        try:
            found = None if key is None else await self._leads_to(kind, key)
            if found is not None:
                headers = {
                    name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
                }
                source = "qr" if scope.get("query_string") in (b"q", b"q=") else ""
                bot = kind.by_machine(method, headers)
                self.journal.write(Hit(kind.prefix, key, dt.datetime.now(dt.UTC), bot, source))
        except Exception:
            logger.exception("a link was left to the pages", extra={"path": scope["path"]})
            found = None
        if found is None:
            await self.pages(scope, receive, send)
        elif found is True:
            await _answer(send, 200, _DOT_HEAD, DOT, method)
        else:
            to = iri_to_uri(str(found)).encode("ascii", "ignore")
            await _answer(send, 302, [(b"location", to)], b"", method)

    async def _leads_to(self, kind: Kind, key: Any) -> str | bool | None:
        """What KEY leads to, as it was at most KNOWN_FOR seconds ago."""
        name = (kind.prefix, kind.same(key))
        kept = self._known.get(name)
        if kept is not None and kept[0] > time.monotonic():
            return kept[1]
        found = await asyncio.to_thread(_looked_up, kind, key)
        if found is None:
            self._known.pop(name, None)
            return None
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[name] = (time.monotonic() + KNOWN_FOR, found)
        return found


async def _answer(send: Any, status: int, head: list[tuple[bytes, bytes]], body: bytes, method: str) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*_PLAIN, *head, length]})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _looked_up(kind: Kind, key: Any) -> str | bool | None:
    try:
        return kind.look(key)
    finally:
        close_old_connections()
