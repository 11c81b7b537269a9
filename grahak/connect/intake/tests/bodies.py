"""Requests for the intake's tests, and an intake that keeps nothing but what it was given."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
from typing import Any

from grahak.connect.intake import clock, reading
from grahak.connect.intake.app import Intake
from grahak.connect.intake.reading import Event, Reject
from grahak.connect.intake.sources import Known

KEY = "gw_testkey"
NOON = dt.datetime(2026, 11, 20, 12, 0, 0, tzinfo=dt.UTC)


class Keeper:
    """Stands where the writer does."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.rejects: list[Reject] = []
        self.fault: Exception | None = None

    async def kept(self, events: list[Event], rejects: list[Reject]) -> None:
        if self.fault is not None:
            raise self.fault
        self.events += events
        self.rejects += rejects

    def put(self, delivery: Any) -> None:
        self.rejects += delivery.rejects


class Keys:
    """Stands where the memory of sources does: one web shop, one server, one that was ended."""

    options: dict[str, Any] = {}

    async def find(self, key: str) -> Known | None:
        return {
            KEY: Known(7, "web", False, self.options),
            "gw_server": Known(8, "server", False, {}),
            "gw_over": Known(9, "web", True, {}),
        }.get(key)

    async def open_day(self, day: dt.date) -> None:
        pass


def an_intake() -> tuple[Intake, Keeper]:
    keeper = Keeper()
    return Intake(keeper, Keys()), keeper  # type: ignore[arg-type]


async def ask(
    intake: Any,
    path: str,
    body: Any = b"",
    *,
    method: str = "POST",
    key: str | None = KEY,
    headers: dict[str, str] | None = None,
    packed: bool = False,
) -> tuple[int, Any, dict[str, str]]:
    """(status, the JSON answered, headers) of one request."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    sent = {"host": "shop.example", "content-type": "application/json"} | (headers or {})
    if key is not None:
        sent["authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    if packed:
        raw, sent["content-encoding"] = gzip.compress(raw), "gzip"
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "scheme": "http",
        "client": ("203.0.113.77", 4000),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
    }
    said: list[dict[str, Any]] = []
    parts = [raw[at : at + 65536] for at in range(0, len(raw), 65536)] or [b""]

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await intake(scope, receive, send)
    answered = said[1]["body"]
    names = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return said[0]["status"], json.loads(answered) if answered else None, names


def read(event: dict[str, Any] | bytes, **more: Any) -> Event:
    """One event as the intake reads it, received at NOON."""
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    return reading.read(raw, reading.Request(7, more.pop("received", NOON), **more))


def column(event: Event, name: str) -> Any:
    from grahak.connect.intake.stores import EVENT

    return event.row[EVENT.index(name)]


def moment(text: str) -> dt.datetime:
    found = clock.read(text, "at")
    assert found is not None
    return found
