"""Asks one shop: its keys, its patience (429 and Retry-After), its pages."""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from grahak.connect.connectors.api.outbound import Answer, Origin, Unreachable
from grahak.connect.connectors.documents import Document

MOST_WAITS = 8
LONGEST_WAIT = 60.0  # seconds; a shop that asks for more is left for now
Sleep = Callable[[float], None]


class Stopped(Exception):
    """A person stopped the work while we waited."""


@dataclass
class Page:
    """One page of a shop's objects, each as documents or the error that reading it gave; CURSOR where to go on,
    None at the end."""

    items: list[Item]
    cursor: dict[str, Any] | None


@dataclass
class Item:
    """One object as it came, with the topic by which it would come as a delivery."""

    topic: str
    payload: Any
    read: Callable[[], list[Document]]


class ShopApi(Protocol):
    """What can be asked of every kind of shop."""

    asker: Asker

    def try_out(self) -> str: ...  # the shop's name or address, as it tells
    def count(self, kind: str, since: str) -> int | None: ...
    def page(self, kind: str, since: str, cursor: dict[str, Any]) -> Page: ...
    def register(self, url: str, secret: str) -> list[str]: ...  # the topics that are new
    def refunds(self, order_id: str) -> Iterator[Any]: ...


@dataclass
class Asker:
    """Sends requests to one shop and waits when it says so. SLEEP may raise Stopped."""

    origin: Origin
    headers: Mapping[str, str]
    sleep: Sleep = time.sleep
    requests: int = 0
    waited: float = 0.0
    last: Answer = field(default_factory=lambda: Answer(0))

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON of an answer. Raises Unreachable."""
        return self.send("GET", path, query=query)

    def send(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, content: Any = None
    ) -> Any:
        """The JSON of an answer with a status of 2xx; waits and asks again where the shop is busy. A request
        that was answered with 5xx or not at all is asked again only where that does no harm (GET)."""
        for attempt in range(MOST_WAITS):
            try:
                answer = self.origin.ask(method, path, query=query, headers=self.headers, content=content)
            except Unreachable as error:
                if error.code != "no_answer" or method != "GET" or attempt >= 3:
                    raise
                self._wait(2.0**attempt)
                continue
            finally:
                self.requests += 1
            self.last = answer
            if answer.status == 429 or answer.status == 503:
                self._wait(asked_to_wait(answer.headers, 2.0**attempt))
                continue
            if answer.status >= 500 and method == "GET" and attempt < 3:
                self._wait(2.0**attempt)
                continue
            return self._checked(answer)
        raise Unreachable("busy")

    def _wait(self, seconds: float) -> None:
        if seconds > LONGEST_WAIT * 10:
            raise Unreachable("busy")
        self.waited += min(seconds, LONGEST_WAIT)
        self.sleep(min(seconds, LONGEST_WAIT))

    @staticmethod
    def _checked(answer: Answer) -> Any:
        if 200 <= answer.status < 300:
            if answer.data is None and answer.status != 204:
                raise Unreachable("not_json")
            return answer.data
        told = answer.data if isinstance(answer.data, dict) else {}
        words = str(told.get("message") or told.get("errors") or "")[:200]
        if answer.status == 401:
            raise Unreachable("keys", status=answer.status)
        if answer.status in (402, 403):
            raise Unreachable("rights", status=answer.status, text=words)
        if answer.status == 404:
            raise Unreachable("not_there", status=answer.status)
        raise Unreachable("status", status=answer.status, text=words)


def asked_to_wait(headers: Mapping[str, str], otherwise: float) -> float:
    """Seconds by Retry-After (a number or a date, RFC 9110 §10.2.3)."""
    told = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(told).timestamp() - time.time())
    except (TypeError, ValueError):
        return otherwise
