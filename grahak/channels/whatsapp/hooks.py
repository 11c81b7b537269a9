"""Reads the webhook calls of the WhatsApp Cloud API: statuses, what people wrote, what they switched off, and what
became of templates and number. Calls come in batches, mixed, late, twice and out of order.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from grahak.channels import incoming, reports
from grahak.channels.models import Message, MessageState, ReportKind, WhatsAppAccount, WhatsAppTemplate
from grahak.channels.numbers import in_e164
from grahak.channels.reports import Fact
from grahak.channels.whatsapp import codes

PROVIDER = "whatsapp"
_KINDS = {
    "sent": ReportKind.ACCEPTED,
    "delivered": ReportKind.DELIVERED,
    "read": ReportKind.READ,
    "played": ReportKind.READ,
    "deleted": ReportKind.READ,
}


def read(body: bytes) -> None:
    """Take over everything in one call. What is not for this shop's number, or of a kind unknown to us, is passed
    over. Raises ValueError for what is no JSON."""
    data = json.loads(body)
    account = WhatsAppAccount.objects.order_by("pk").first()
    if not isinstance(data, dict) or account is None:
        return
    for field, value in _changes(data):
        number = _dict(value.get("metadata")).get("phone_number_id")
        if number is not None and str(number) != account.phone_id:
            continue
        match field:
            case "messages":
                for status in _dicts(value.get("statuses")):
                    _status(status)
                for message in _dicts(value.get("messages")):
                    _message(message, account)
            case "user_preferences":
                for one in _dicts(value.get("user_preferences")):
                    _preference(one)
            case "message_template_status_update":
                _template(value)
            case "phone_number_quality_update":
                limit = str(value.get("current_limit", ""))[:30]
                WhatsAppAccount.objects.filter(pk=account.pk).update(**({"limit": limit} if limit else {}))


def _changes(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in _dicts(data.get("entry")):
        for change in _dicts(entry.get("changes")):
            yield str(change.get("field", "")), _dict(change.get("value"))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def moment(said: Any) -> dt.datetime | None:
    """A Unix time as Meta writes it, in seconds; None for what is none."""
    try:
        return dt.datetime.fromtimestamp(int(str(said)), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _status(status: dict[str, Any]) -> None:
    named, word = str(status.get("id", "")), str(status.get("status", ""))
    if not named or word not in (*_KINDS, "failed"):
        return
    ours = str(status.get("biz_opaque_callback_data") or "")
    code, said = _error(status)
    kind: str = _KINDS.get(word, "") or codes.kind(code)
    at = moment(status.get("timestamp"))
    number = in_e164(str(status.get("recipient_id", "")))
    new = reports.take(
        Fact(
            channel="whatsapp",
            provider=PROVIDER,
            event_id=f"{named}:{word}",
            kind=kind,
            message_id="" if Message.objects.filter(provider_id=named).exists() else ours,
            provider_id=named,
            address=number,
            code=str(code) if code else "",
            detail=codes.words(code, said) if code else "",
            at=at,
        )
    )
    if ours:  # its answer got lost: now we know the name that Meta has for it
        lost = Message.objects.filter(channel="whatsapp", message_id=ours, provider_id="")
        lost.exclude(message_id="").update(provider_id=named[:120])
    if new and codes.means(code) is codes.Means.STOPPED and number:
        incoming.take("whatsapp", f"stopped:{named}", number, "", kind="preference", at=at, stops=True)
    if new and word == "failed" and codes.means(code) is codes.Means.STOPPED:
        Message.objects.filter(provider_id=named, state=MessageState.SENT).update(
            state=MessageState.FAILED, reason="refused", detail=codes.words(code, said)
        )


def _error(status: dict[str, Any]) -> tuple[int, str]:
    errors = _dicts(status.get("errors"))
    if not errors:
        return 0, ""
    code = errors[0].get("code")
    said = _dict(errors[0].get("error_data")).get("details") or errors[0].get("title") or ""
    return (code if isinstance(code, int) else 0), str(said)


def _message(message: dict[str, Any], account: WhatsAppAccount) -> None:
    named, number = str(message.get("id", "")), in_e164(str(message.get("from", "")))
    kind = str(message.get("type", "text"))
    if not named or not number or kind in ("system", "reaction"):
        return
    incoming.take(
        "whatsapp",
        named,
        number,
        text_of(message, kind),
        kind=kind,
        at=moment(message.get("timestamp")),
        stop_words=account.stop_words.split(","),
    )


def text_of(message: dict[str, Any], kind: str) -> str:
    """What somebody wrote, pressed or put under a picture."""
    part = _dict(message.get(kind))
    match kind:
        case "text":
            return str(part.get("body", ""))
        case "button":
            return str(part.get("text", ""))
        case "interactive":
            for reply in ("button_reply", "list_reply"):
                if reply in part:
                    return str(_dict(part[reply]).get("title", ""))
            return ""
    return str(part.get("caption", ""))


def _preference(one: dict[str, Any]) -> None:
    """Somebody switched offers off in WhatsApp itself. Switching them on again is not a consent to us."""
    number = in_e164(str(one.get("wa_id", "")))
    if number and one.get("category") == "marketing_messages" and one.get("value") == "stop":
        at = moment(one.get("timestamp"))
        event = f"preference:{number}:{one.get('timestamp', '')}"
        incoming.take("whatsapp", event, number, "", kind="preference", at=at, stops=True)


def _template(value: dict[str, Any]) -> None:
    WhatsAppTemplate.objects.filter(
        name=str(value.get("message_template_name", "")),
        language=str(value.get("message_template_language", "")),
    ).update(
        status=str(value.get("event", ""))[:30],
        reason=str(value.get("reason") or "")[:300],
        fetched_at=timezone.now(),
    )
