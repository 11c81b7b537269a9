"""A real SMTP server in a thread of the test, on a free port, with whatever manners the test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.smtp import SMTP


@contextmanager
def listening(handler: Any, **manners: Any) -> Iterator[int]:
    """Serve HANDLER (aiosmtpd's handle_RCPT, handle_DATA, …); gives the port. MANNERS go to aiosmtpd's SMTP, but
    `protocol` is a factory that replaces it altogether, `port` a port instead of a free one."""
    loop = asyncio.new_event_loop()
    protocol, port = manners.pop("protocol", None), manners.pop("port", 0)
    ready: list[asyncio.Server] = []

    async def begin() -> None:
        make = protocol or (lambda: SMTP(handler, hostname="mail.test", loop=loop, **manners))
        ready.append(await loop.create_server(make, "127.0.0.1", port))

    def end() -> None:
        for server in ready:
            server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.call_soon(loop.stop)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        # begun in the loop's own thread: a browser test's thread has a loop running already
        asyncio.run_coroutine_threadsafe(begin(), loop).result(timeout=30)
        yield int(ready[0].sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(end)
        thread.join(timeout=10)
        loop.close()
