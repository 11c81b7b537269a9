"""The ASGI application that granian serves: each request as one piece of ordinary work in a standing thread.

Django's own ASGI handler makes a thread, and on SQLite a connection, anew for every request, and hops
between them at each middleware; here threads and their connections stay (measured: benchmarks/README.md).
Sync streams are sent piece by piece, never gathered in memory. Async streams (live screens) run on the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import multiprocessing
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers import base
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.urls import set_script_prefix

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grahak.config.settings")

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class ThreadedHandler(ASGIHandler):
    """Django behind ASGI, run synchronously in settings.WEB_THREADS standing threads."""

    def __init__(self) -> None:
        base.BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(settings.WEB_THREADS, thread_name_prefix="web")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            raise ValueError(f"only HTTP is served, not {scope['type']}")
        try:
            body = await self.read_body(_no_more_than(settings.UPLOAD_LIMIT, scope, receive))
        except RequestAborted:
            return
        except TooLarge:
            await send({"type": "http.response.start", "status": 413, "headers": [(b"connection", b"close")]})
            await send({"type": "http.response.body", "body": b"The file is too large."})
            return
        loop = asyncio.get_running_loop()
        gone = asyncio.create_task(self._gone(receive))
        try:
            fresh = contextvars.copy_context()
            live = await loop.run_in_executor(
                self.threads, fresh.run, self._answer, scope, body, send, loop, gone
            )
            if live is not None:
                await self._send_live(live, send, gone)
        finally:
            gone.cancel()

    @staticmethod
    async def _gone(receive: Receive) -> None:
        """Returns when the reader has gone away."""
        with contextlib.suppress(Exception):
            while (await receive())["type"] != "http.disconnect":
                pass

    def _answer(
        self, scope: Any, body: Any, send: Send, loop: asyncio.AbstractEventLoop, gone: asyncio.Task[None]
    ) -> Any:
        """Answer a request in this thread; gives an async stream back, which only the loop can send."""

        def say(message: dict[str, Any]) -> None:
            async def sent() -> None:  # what the server's own `send` gives can be awaited but is no coroutine
                await send(message)

            asyncio.run_coroutine_threadsafe(sent(), loop).result()

        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, response = self._request_of(scope, body)
        if request is not None:
            response = self.get_response(request)
        if response.streaming and response.is_async:
            response._body_file = body
            return response
        try:
            if response.streaming:
                say(_head(response))
                for part in response:
                    if gone.done():
                        break
                    say({"type": "http.response.body", "body": part, "more_body": True})
                say({"type": "http.response.body"})
            else:
                asyncio.run_coroutine_threadsafe(_send_whole(response, send), loop).result()
        finally:
            response.close()  # announces the end of the request: connections are checked here
            body.close()
        return None

    def _request_of(self, scope: Any, body: Any) -> tuple[Any, Any]:
        """(request, None), or (None, the answer to a request that is no request)."""
        return self.create_request(scope, body)

    async def _send_live(self, response: Any, send: Send, gone: asyncio.Task[None]) -> None:
        """Send an async stream until it ends or its reader goes away."""

        async def flow() -> None:
            await send(_head(response))
            async with contextlib.aclosing(aiter(response)) as parts:
                async for part in parts:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body"})

        flowing = asyncio.create_task(flow())
        try:
            await asyncio.wait({flowing, gone}, return_when=asyncio.FIRST_COMPLETED)
            flowing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await flowing
        finally:
            await asyncio.get_running_loop().run_in_executor(self.threads, response.close)
            response._body_file.close()


class TooLarge(Exception):
    """A request's body passes settings.UPLOAD_LIMIT."""


def _no_more_than(limit: int, scope: Any, receive: Receive) -> Receive:
    """RECEIVE that raises TooLarge as soon as a body passes LIMIT bytes, before it fills the disk."""
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge
    taken = 0

    async def counted() -> dict[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge
        return message

    return counted


def _head(response: Any) -> dict[str, Any]:
    headers = [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()]
    headers += [
        (b"Set-Cookie", cookie.output(header="").encode("ascii").strip())
        for cookie in response.cookies.values()
    ]
    return {"type": "http.response.start", "status": response.status_code, "headers": headers}


async def _send_whole(response: Any, send: Send) -> None:
    await send(_head(response))
    await send({"type": "http.response.body", "body": response.content})


def _end_with_parent() -> None:
    """A server worker whose server was killed must not keep the port: it ends at once."""
    parent = multiprocessing.parent_process()
    if parent is not None:

        def watch() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=watch, name="parent", daemon=True).start()


def _application() -> Any:
    django.setup(set_prefix=False)
    handler: Any = ThreadedHandler()
    if settings.DEBUG:
        from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler

        handler = ASGIStaticFilesHandler(handler)
    return _beside(handler)


def _beside(pages: Any) -> Any:
    """PAGES (Django), and what is answered without it: the event intake, the scripts for other people's pages, and
    links out of messages. None has a session, a cookie or a thread of Django's, and the intake takes ten times what a
    view would."""
    from grahak.channels.links_public.app import Links
    from grahak.connect.intake.app import Intake
    from grahak.connect.web import script
    from grahak.marketing.forms_public import script as forms_script

    intake, links = Intake(), Links(pages)
    bare: dict[str, Any] = {one.PATH: one.application for one in (script, forms_script)}

    async def served(scope: Any, receive: Receive, send: Send) -> None:
        path = scope["path"] if scope["type"] == "http" else ""
        ours = bare.get(path) or (
            links if links.wants(path) else intake if path.startswith("/v1/") else pages
        )
        await ours(scope, receive, send)

    return served


_end_with_parent()
application = _application()
gc.freeze()  # what is loaded stays: the collector need not look at it again while events come in
