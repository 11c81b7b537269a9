"""A FAKE of the WhatsApp Cloud API: it answers as Meta's documentation says, and signs its webhooks as Meta does. It is
not Meta's, nothing was recorded from Meta, and nothing is sent to anybody."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

from grahak.channels.testing.fake import NOTE, Asked, FakeProvider, Reply

TOKEN, APP_SECRET, VERIFY = "fake-token", "fake-app-secret", "fake-verify-word"
PHONE_ID, BUSINESS_ID = "100000000000001", "200000000000002"


def _template(name: str, language: str, body: str, **more: Any) -> dict[str, Any]:
    components: list[dict[str, Any]] = [{"type": "BODY", "text": body}]
    if "header" in more:
        components.insert(0, more.pop("header"))
    if footer := more.pop("footer", ""):
        components.append({"type": "FOOTER", "text": footer})
    if buttons := more.pop("buttons", None):
        components.append({"type": "BUTTONS", "buttons": buttons})
    base = {
        "id": f"3{abs(hash((name, language))) % 10**14:014}",
        "category": "MARKETING",
        "status": "APPROVED",
    }
    return {**base, "name": name, "language": language, "components": components, **more}


TEMPLATES = [
    _template(
        "new_stock", "en", "Dear {{1}}, the new stock has come in. We have put some aside for {{2}}.",
        header={"type": "HEADER", "format": "TEXT", "text": "New at {{1}}"},
        footer="Reply STOP to stop these messages",
        buttons=[{"type": "URL", "text": "Have a look", "url": "https://shop.example/{{1}}"}],
    ),
    _template("new_stock", "ur", "محترم {{1}}، نیا مال آ گیا ہے۔ {{2}} کے لیے الگ رکھا ہے۔"),
    _template("new_stock", "hi", "प्रिय {{1}}, नया माल आ गया है। {{2}} के लिए अलग रखा है।"),
    _template("order_ready", "en", "Dear {{1}}, your order is ready.", category="UTILITY"),
    _template("eid_card", "en", "Eid Mubarak, {{1}}!", header={"type": "HEADER", "format": "IMAGE"}),
    _template("big_sale", "en", "Sale! Sale! {{1}}", status="REJECTED", rejected_reason="PROMOTIONAL"),
    _template("price_list", "en", "Prices of {{1}}", status="PENDING"),
]  # fmt: skip


@dataclass
class FakeWhatsApp(FakeProvider):
    """The fake's state: the number's quality and tier, and the templates it holds (three a page)."""

    name: ClassVar[str] = "FAKE WhatsApp Cloud API"
    templates: list[dict[str, Any]] = field(default_factory=lambda: [dict(one) for one in TEMPLATES])
    a_page: int = 3
    token: str = TOKEN
    quality: str = "GREEN"
    tier: str = "TIER_1K"
    status: str = "CONNECTED"

    def named(self, n: int, number: str) -> str:
        return f"wamid.FAKE{n:06}"

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return error(401, 190, "Error validating access token: the session has expired")
        parts = asked.path.strip("/").split("/")
        if asked.method == "POST" and parts[-1] == "messages":
            return self._message(asked.data if isinstance(asked.data, dict) else {})
        if parts[-1] == "message_templates":
            return self._list(asked.query)
        if parts[-1] == PHONE_ID:
            return Reply(200, {
                "id": PHONE_ID, "display_phone_number": "+91 98250 00000", "verified_name": "FAKE shop",
                "quality_rating": self.quality, "messaging_limit_tier": self.tier, "status": self.status,
                "note": NOTE,
            })  # fmt: skip
        return error(400, 100, "Unsupported get request", subcode=33)

    def _list(self, query: dict[str, str]) -> Reply:
        start = int(query.get("after", "0"))
        rows = self.templates[start : start + self.a_page]
        end = start + len(rows)
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(self.templates):
            paging["next"] = f"{self.url}/next?after={end}"
        return Reply(200, {"data": rows, "paging": paging, "note": NOTE})

    def _message(self, data: dict[str, Any]) -> Reply:
        number = f"+{data.get('to', '')}"
        template = data.get("template", {})
        text = data.get("text", {}).get("body", "") or template.get("name", "")
        ours = str(data.get("biz_opaque_callback_data", ""))
        match self.next_of(number):
            case "refuse":
                return error(400, 131009, "Parameter value is not valid")
            case "bad":
                return error(400, 131026, "Message undeliverable")
            case "busy":
                return error(400, 131056, "(Business Account, Consumer Account) pair rate limit hit")
            case "limit":
                headers = {"Retry-After": self.retry_after}
                return error(429, 130429, "Rate limit hit", headers=headers)
            case "down":
                return Reply(503, b"Service Unavailable")
            case "token":
                return error(401, 190, "Error validating access token")
            case "template":
                return error(404, 132001, "Template name does not exist in the translation")
            case "cut_before":
                return Reply(silent=True)
            case "cut_after":
                self.take(number, text, ours, data)
                return Reply(silent=True)
            case "slow_after":
                named = self.take(number, text, ours, data)
                return Reply(200, _taken(number, named), {"X-Slow": str(self.slow)})
        return Reply(200, _taken(number, self.take(number, text, ours, data)))


def _taken(number: str, named: str) -> dict[str, Any]:
    digits = number.lstrip("+")
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": digits, "wa_id": digits}],
        "messages": [{"id": named, "message_status": "accepted"}],
        "note": NOTE,
    }


def error(
    status: int, code: int, message: str, *, subcode: int = 0, headers: dict[str, str] | None = None
) -> Reply:
    """An error in the form of the Graph API."""
    told: dict[str, Any] = {
        "message": f"(#{code}) {message}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": message},
        "fbtrace_id": "FAKE",
    }
    if subcode:
        told["error_subcode"] = subcode
    return Reply(status, {"error": told, "note": NOTE}, dict(headers or {}))


# What the webhooks bring


def status(
    named: str, word: str, number: str, *, ref: str = "", at: int = 0, code: int = 0, title: str = ""
) -> dict[str, Any]:
    """An entry of `statuses`: sent, delivered, read or failed (with CODE)."""
    told: dict[str, Any] = {
        "id": named, "status": word, "timestamp": str(at or int(time.time())), "recipient_id": number.lstrip("+"),
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "marketing"},
    }  # fmt: skip
    if ref:
        told["biz_opaque_callback_data"] = ref
    if code:
        told["errors"] = [{"code": code, "title": title, "message": title, "error_data": {"details": title}}]
    return told


def wrote(number: str, text: str, named: str, *, at: int = 0, kind: str = "text") -> dict[str, Any]:
    """An entry of `messages`: somebody wrote to the shop, or pressed a button of a template."""
    told: dict[str, Any] = {
        "from": number.lstrip("+"), "id": named, "timestamp": str(at or int(time.time())), "type": kind,
    }  # fmt: skip
    match kind:
        case "text":
            told["text"] = {"body": text}
        case "button":
            told["button"] = {"payload": text, "text": text}
        case "interactive":
            told["interactive"] = {"type": "button_reply", "button_reply": {"id": "1", "title": text}}
        case _:
            told[kind] = {"caption": text}
    return told


def body_of(
    *, statuses: list[dict[str, Any]] | None = None, messages: list[dict[str, Any]] | None = None,
    field: str = "messages", value: dict[str, Any] | None = None, phone_id: str = PHONE_ID,
) -> bytes:  # fmt: skip
    """The body of one webhook call, with both kinds mixed as Meta mixes them."""
    inside = value or {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "919825000000", "phone_number_id": phone_id},
    }
    if messages:
        inside["contacts"] = [{"profile": {"name": "Fake"}, "wa_id": one["from"]} for one in messages]
        inside["messages"] = messages
    if statuses:
        inside["statuses"] = statuses
    change = {"field": field, "value": inside}
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": BUSINESS_ID, "changes": [change]}]}
    ).encode()


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    """The header with which Meta signs: HMAC-SHA256 of the raw body with the app secret."""
    return {"X-Hub-Signature-256": "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()}
