"""Hands messages to the WhatsApp Cloud API, and says exactly what became of each.

The API has no idempotency key. Our own id of a message travels along as biz_opaque_callback_data and comes back with
every status, so that a message whose answer got lost is found again by the first webhook about it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from grahak.channels.renderers import Claimed, Short
from grahak.channels.turns import Outcome
from grahak.channels.whatsapp import codes
from grahak.channels.whatsapp.accounts import Account
from grahak.channels.whatsapp.codes import Means
from grahak.channels.wire import Answer, HttpTransport


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to be handed over: CONTENT is the body of the request."""

    id: int
    dispatch_id: int
    address: str
    content: bytes
    tries: int = 0
    cost: Decimal | None = None


def build(account: Account, words: Short, row: Claimed, dispatch_id: int) -> Parcel:
    """The request for a claimed row: an approved template with its values, or, without one, the text itself."""
    said = payload(row.address, words, row.message_id)
    return Parcel(row.id, dispatch_id, row.address, json.dumps(said).encode(), row.tries, words.cost)


def payload(address: str, words: Short, message_id: str) -> dict[str, Any]:
    """What the API is asked (Cloud API, POST /PHONE_ID/messages)."""
    head: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": address.lstrip("+"),
        "biz_opaque_callback_data": message_id[:512],
    }
    if not words.template:
        return {**head, "type": "text", "text": {"preview_url": True, "body": words.text[:4096]}}
    template: dict[str, Any] = {"name": words.template, "language": {"code": words.language}}
    if words.components:
        template["components"] = list(words.components)
    return {**head, "type": "template", "template": template}


class WhatsAppTransport(HttpTransport):
    """A connection to the Cloud API for a number."""

    def __init__(self, account: Account) -> None:
        super().__init__(account.origin, own=account.is_fake)
        self.account = account

    def request(self, parcel: Parcel) -> tuple[str, str, dict[str, str], bytes | None]:
        target = f"/{self.account.version}/{self.account.phone_id}/messages"
        return "POST", target, self.account.headers, parcel.content

    def outcome(self, parcel: Parcel, answer: Answer) -> Outcome:
        data = answer.data if isinstance(answer.data, dict) else {}
        error = data.get("error")
        if isinstance(error, dict):
            return _refused(parcel, error, answer)
        named = _name(data)
        if 200 <= answer.status < 300 and named:
            return Outcome(parcel.id, "sent", provider_id=named, cost=parcel.cost)
        said = f"{answer.status} {answer.text.strip()[:200]}"
        if answer.status in (429, 503):
            return Outcome(
                parcel.id, "later", detail=said, tries=parcel.tries, off=True, wait=answer.retry_after
            )
        if 300 <= answer.status < 500:  # not the API's own words: a proxy, a wrong address
            return Outcome(parcel.id, "later", detail=said, tries=parcel.tries, off=True, wait=60, hold=True)
        return Outcome(parcel.id, "unknown", detail=said)


def _name(data: dict[str, Any]) -> str:
    """The wamid of what was taken."""
    messages = data.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    return str(first.get("id", ""))[:120] if isinstance(first, dict) else ""


def _refused(parcel: Parcel, error: dict[str, Any], answer: Answer) -> Outcome:
    code = error.get("code")
    code = code if isinstance(code, int) else 0
    details = error.get("error_data")
    more = details.get("details", "") if isinstance(details, dict) else ""
    said = codes.words(code, str(more or error.get("message", "")))
    match codes.means(code):
        case Means.OFF:
            return Outcome(
                parcel.id, "later", detail=said, tries=parcel.tries, off=True, wait=answer.retry_after
            )
        case Means.SHOP:
            return Outcome(parcel.id, "later", detail=said, tries=parcel.tries, off=True, wait=60, hold=True)
        case Means.BUSY:
            return Outcome(parcel.id, "later", detail=said, tries=parcel.tries)
    return Outcome(parcel.id, "failed", codes.reason(code), said)
