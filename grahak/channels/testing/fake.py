"""A FAKE provider: a small HTTP server on this machine that takes messages and sends them to nobody.

What it does with a number is planned: `plan["+919800000001"] = ["limit", "accept"]` is first too busy and then takes
it. It remembers what it took, by number and by our own id of the message.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

NOTE = "FAKE PROVIDER OF GRAHAK: nothing is sent to anybody"
Hook = Callable[[str, bytes, dict[str, str]], Any]  # (method, body, headers) of a webhook call


@dataclass
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass
class Reply:
    """What is answered. SILENT: the connection falls instead, BEFORE anything was taken or after."""

    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False


@dataclass
class FakeProvider:
    """The state of a fake. BEHAVIOURS of a number: "accept", "refuse" (for good), "bad" (no such number), "busy" (this
    one, for now), "limit" (429, Retry-After 1), "down" (503), "cut_before" and "cut_after" (the connection falls before
    or after it took the message), "slow_after" (it takes it and answers too late). After the planned ones come
    `accept`s."""

    name: ClassVar[str] = "FAKE"
    plan: dict[str, list[str]] = field(default_factory=dict)
    otherwise: str = "accept"
    retry_after: str = "1"
    slow: float = 1.0
    taken: list[tuple[str, str, str, Any]] = field(
        default_factory=list
    )  # (number, text, our id, what was asked)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    on_taken: Callable[[str, str, str, Any, str], None] | None = (
        None  # (number, text, our id, asked, its own id)
    )
    lock: threading.Lock = field(default_factory=threading.Lock)

    def counts(self) -> Counter[str]:
        """How often it took something for each number."""
        return Counter(number for number, *_rest in self.taken)

    def next_of(self, number: str) -> str:
        with self.lock:
            planned = self.plan.get(number)
            return planned.pop(0) if planned else self.otherwise

    def take(self, number: str, text: str, message_id: str, asked: Any) -> str:
        """Take it; gives the name that the provider has for it. It forgets nothing and knows no doubles: a second
        request is a second message, as with the real ones."""
        with self.lock:
            named = self.named(len(self.taken) + 1, number)
            self.taken.append((number, text, message_id, asked))
        if self.on_taken is not None:
            self.on_taken(number, text, message_id, asked, named)
        return named

    def named(self, n: int, number: str) -> str:
        return f"fake-{n}"

    def answer(self, asked: Asked) -> Reply:
        """What is answered to a request."""
        raise NotImplementedError


def _handler(provider: FakeProvider, stopped: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Grahak-FAKE"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            query = {
                name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            }
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, parts.path, query, headers, body)
            provider.asked.append(asked)
            reply = provider.answer(asked)
            if reply.silent:
                self.close_connection = True
                return
            if delay := float(reply.headers.pop("X-Slow", "0")):
                stopped.wait(delay)
            raw = reply.data if isinstance(reply.data, bytes) else json.dumps(reply.data).encode()
            with contextlib.suppress(OSError):
                self.send_response(reply.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.send_header("X-Fake", NOTE)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)

        do_GET = do_POST = _serve

        def log_message(self, *_args: Any) -> None:
            """Says nothing."""

    return Handler


class Running:
    """A fake that listens until it is closed."""

    def __init__(self, provider: FakeProvider, port: int = 0) -> None:
        self._stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(provider, self._stopped))
        self._server.daemon_threads = True
        provider.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextlib.contextmanager
def running(provider: FakeProvider) -> Iterator[FakeProvider]:
    """PROVIDER listening on a port of this machine until the block ends."""
    server = Running(provider)
    try:
        yield provider
    finally:
        server.close()
