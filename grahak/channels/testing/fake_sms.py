"""A FAKE SMS gateway, of no maker: JSON in, JSON out, statuses by a signed webhook. It sends nothing to anybody."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, ClassVar

from grahak.channels.testing.fake import NOTE, Asked, FakeProvider, Reply

KEY, HOOK_KEY = "fake-key", "fake-hook-key"
HEADER = "X-Fake-Signature"
# how the shop would set the gateway up
SETTINGS: dict[str, Any] = {
    "name": "FAKE gateway (nothing is sent)",
    "method": "POST",
    "headers": "Authorization: Bearer {key}",
    "body_kind": "json",
    "body": '{"to": "{plus}", "text": "{text}", "from": "{sender}", "ref": "{message_id}", '
    '"entity": "{entity}", "template": "{template}", "hook": "{hook}"}',
    "ok_pattern": '"status": "queued"',
    "bad_number_pattern": "invalid number",
    "id_path": "data.0.id",
    "sender": "KAPASI",
    "hook_header": HEADER,
    "hook_id": "id",
    "hook_status": "status",
    "statuses": {},
}


@dataclass
class FakeSms(FakeProvider):
    """The fake gateway's state; KEY opens it."""

    name: ClassVar[str] = "FAKE SMS gateway"

    def named(self, n: int, number: str) -> str:
        return f"FAKESMS{n:06}"

    def answer(self, asked: Asked) -> Reply:
        if asked.path != "/send":
            return Reply(404, {"error": "no such address", "note": NOTE})
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return Reply(401, {"error": "wrong key", "note": NOTE})
        data = asked.data if isinstance(asked.data, dict) else {}
        number, text = str(data.get("to", "")), str(data.get("text", ""))
        match self.next_of(number):
            case "refuse":
                return Reply(200, {"status": "rejected", "error": "sender not registered", "note": NOTE})
            case "bad":
                return Reply(400, {"status": "rejected", "error": "invalid number", "note": NOTE})
            case "busy":
                return Reply(408, {"status": "error", "error": "try again", "note": NOTE})
            case "limit":
                return Reply(429, {"error": "slow down", "note": NOTE}, {"Retry-After": self.retry_after})
            case "down":
                return Reply(503, {"error": "out of order", "note": NOTE})
            case "cut_before":
                return Reply(silent=True)
            case "cut_after":
                self.take(number, text, str(data.get("ref", "")), data)
                return Reply(silent=True)
            case "slow_after":
                named = self.take(number, text, str(data.get("ref", "")), data)
                return Reply(200, self._taken(named), {"X-Slow": str(self.slow)})
        return Reply(200, self._taken(self.take(number, text, str(data.get("ref", "")), data)))

    @staticmethod
    def _taken(named: str) -> dict[str, Any]:
        return {"status": "queued", "data": [{"id": named}], "note": NOTE}


def signed(body: bytes, key: str = HOOK_KEY) -> dict[str, str]:
    """The headers of a webhook call with BODY: HMAC-SHA256 in hexadecimal, as many gateways sign."""
    return {HEADER: hmac.digest(key.encode(), body, hashlib.sha256).hex()}


def status(named: str, word: str, *, ref: str = "", at: str = "", why: str = "") -> dict[str, str]:
    """What the gateway tells of a message; WORD as in SMPP (DELIVRD, UNDELIV, EXPIRED …)."""
    return {"id": named, "ref": ref, "status": word, "time": at, "error": why}


def wrote(number: str, text: str, named: str, at: str = "") -> dict[str, str]:
    """What the gateway tells when somebody wrote to the shop."""
    return {"id": named, "from": number, "text": text, "time": at}


def body_of(*events: dict[str, str]) -> bytes:
    """The body of one webhook call: one event, or a list of them."""
    return json.dumps(events[0] if len(events) == 1 else list(events)).encode()
