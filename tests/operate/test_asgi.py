"""The server's way into Django: bodies are bounded, streams flow piece by piece, a reader who left stops them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.utils import translation

from grahak.config.asgi import ThreadedHandler

produced: list[int] = []


def plain(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(f"{request.method} {request.body.decode()} {threading.current_thread().name}")
    answer.set_cookie("kept", "yes")
    return answer


def leaves_urdu(request: HttpRequest) -> HttpResponse:
    before = translation.get_language()
    translation.activate("ur")
    return HttpResponse(before)


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        for number in range(1000):
            produced.append(number)
            yield f"{number}\n"

    return StreamingHttpResponse(parts())


def live(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[str]:
        for number in range(3):
            await asyncio.sleep(0)
            yield f"{number}\n"

    return StreamingHttpResponse(parts())


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("broken")


urlpatterns = [
    path("plain", plain),
    path("urdu", leaves_urdu),
    path("stream", stream),
    path("live", live),
    path("broken", broken),
]


@pytest.fixture
def handler(settings: Any) -> ThreadedHandler:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    settings.WEB_THREADS = 1
    produced.clear()
    return ThreadedHandler()


def ask(
    handler: ThreadedHandler,
    where: str,
    body: bytes = b"",
    *,
    leaves_after: int | None = None,
    **headers: str,
) -> list[dict[str, Any]]:
    """What the handler sends; the reader goes away after LEAVES_AFTER messages."""
    sent: list[dict[str, Any]] = []

    async def talk() -> None:
        left, given = asyncio.Event(), [False]

        async def receive() -> dict[str, Any]:
            if not given[0]:
                given[0] = True
                return {"type": "http.request", "body": body, "more_body": False}
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if leaves_after is not None and len(sent) == leaves_after:
                left.set()
            await asyncio.sleep(0)

        scope = {
            "type": "http",
            "method": "POST" if body else "GET",
            "path": where,
            "query_string": b"",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        await handler(scope, receive, send)

    asyncio.run(talk())
    return sent


def test_a_request_is_answered_in_a_standing_thread_with_its_cookies(handler: ThreadedHandler) -> None:
    head, body = ask(handler, "/plain", b"khata")
    assert head["status"] == 200
    assert any(name == b"Set-Cookie" and value.startswith(b"kept=yes") for name, value in head["headers"])
    assert body["body"] == b"POST khata web_0"


def test_nothing_of_one_request_is_left_for_the_next(handler: ThreadedHandler) -> None:
    assert [ask(handler, "/urdu")[1]["body"] for _turn in range(2)] == [b"en", b"en"]


def test_a_sync_stream_flows_piece_by_piece(handler: ThreadedHandler) -> None:
    sent = ask(handler, "/stream")
    assert len(sent) == 1002
    assert sent[1]["body"] == b"0\n"
    assert sent[-1].get("more_body", False) is False


def test_a_reader_who_left_stops_the_stream(handler: ThreadedHandler) -> None:
    ask(handler, "/stream", leaves_after=3)
    assert 2 <= len(produced) < 20


def test_an_async_stream_flows_too(handler: ThreadedHandler) -> None:
    sent = ask(handler, "/live")
    assert [message.get("body") for message in sent[1:]] == [b"0\n", b"1\n", b"2\n", None]


@pytest.mark.parametrize("announced", [{}, {"content_length": "11"}])
def test_a_body_over_the_limit_is_refused(
    handler: ThreadedHandler, settings: Any, announced: dict[str, str]
) -> None:
    settings.UPLOAD_LIMIT = 10
    assert ask(handler, "/plain", b"x" * 10)[0]["status"] == 200
    assert ask(handler, "/plain", b"x" * 11, **announced)[0]["status"] == 413


def test_a_fault_is_answered_and_the_next_request_too(handler: ThreadedHandler) -> None:
    assert ask(handler, "/broken")[0]["status"] == 500
    assert ask(handler, "/plain")[0]["status"] == 200
