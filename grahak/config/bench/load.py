"""The load on a web process: ready-made requests over kept-open connections, each sent as soon as the last was
answered. It runs in a process of its own, so that the server's cores are the server's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator


class _Kept(asyncio.Protocol):
    """One kept-open connection. An answer that does not begin with BEGINS ends it all; one is whole at ENDS."""

    def __init__(
        self, requests: Iterator[bytes], done: asyncio.Future[None], begins: bytes, ends: bytes
    ) -> None:
        self.requests, self.done = requests, done
        self.begins, self.ends, self.got = begins, ends, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.next()

    def next(self) -> None:
        request = next(self.requests, None)
        if request is not None:
            self.transport.write(request)
        elif not self.done.done():
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.got += data
        if b"\r\n\r\n" in self.got and not self.got.startswith(self.begins):
            self.done.set_exception(RuntimeError(self.got.decode("latin-1")))
        elif self.got.endswith(self.ends):
            self.got = b""
            self.next()

    def connection_lost(self, wrong: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(wrong or RuntimeError("the server hung up"))


def put_on(port: int, requests: list[bytes], connections: int, *, begins: bytes, ends: bytes) -> float:
    """The seconds until all REQUESTS were answered at 127.0.0.1:PORT. RuntimeError with the answer that was not as
    it should be."""
    return asyncio.run(_all(port, iter(requests), connections, begins, ends))


async def _all(port: int, requests: Iterator[bytes], connections: int, begins: bytes, ends: bytes) -> float:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    open_ones = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(
            lambda done=done: _Kept(requests, done, begins, ends),  # type: ignore[misc]
            "127.0.0.1",
            port,
        )
        open_ones.append(done)
    await asyncio.gather(*open_ones)
    return time.perf_counter() - began
