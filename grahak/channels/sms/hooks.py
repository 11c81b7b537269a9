"""Reads what an SMS gateway tells by webhook: delivery reports and what people wrote. Gateways differ; the account says
how the fields are called, and where it does not, the usual names are tried.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any
from urllib.parse import parse_qs

from django.utils.dateparse import parse_datetime

from grahak.channels import incoming, reports
from grahak.channels.models import Message, ReportKind, SmsAccount
from grahak.channels.numbers import in_e164
from grahak.channels.reports import Fact
from grahak.channels.sms.filling import at_path
from grahak.core import business

PROVIDER = "sms"
# SMPP 3.4, appendix B, and the words that gateways make of it
STATUSES: dict[str, str] = {
    **dict.fromkeys(("delivrd", "delivered", "success", "dlvrd"), ReportKind.DELIVERED),
    **dict.fromkeys(("accepted", "acceptd", "sent", "queued", "enroute", "submitted"), ReportKind.ACCEPTED),
    **dict.fromkeys(("expired", "undeliv", "undelivered", "absent", "unknown"), ReportKind.SOFT),
    **dict.fromkeys(("rejectd", "rejected", "blocked", "dnd", "ndnc", "blacklisted"), ReportKind.BLOCKED),
    **dict.fromkeys(("failed", "deleted", "error"), ReportKind.FAILED),
    **dict.fromkeys(("invalid", "invalid_number", "nonexistent"), ReportKind.HARD),
}
_ID = ("id", "message_id", "messageId", "msgid", "MessageSid", "SmsSid", "uuid", "request_id")
_REF = ("ref", "reference", "client_ref", "clientRef", "custom", "userref", "correlationid")
_STATUS = ("status", "state", "dlr", "MessageStatus", "event", "report")
_FROM = ("from", "sender", "msisdn", "mobile", "From", "source")
_TO = ("to", "recipient", "number", "To", "destination")
_TEXT = ("text", "message", "body", "content", "Body", "msg")
_TIME = ("time", "timestamp", "at", "date", "done_date", "delivered_at")
_WHY = ("error", "reason", "description", "err", "error_code")


def read(body: bytes, came_at: dt.datetime) -> None:
    """Take over every event in one call: JSON (an object or a list of them), a form, or a query. Raises ValueError
    where there is none."""
    account = SmsAccount.objects.order_by("pk").first()
    if account is None:
        return
    for event in events_of(body):
        if _first(event, _TEXT) and not _first(event, (account.hook_status, *_STATUS)):
            _written(event, account, came_at)
        else:
            _report(event, account)


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The events in the body of a call."""
    text = body.decode("utf-8", "replace").strip()
    if text[:1] in ("{", "["):
        data = json.loads(text)
        if isinstance(data, dict):
            inside = [value for value in data.values() if isinstance(value, list) and value]
            rows = (
                inside[0] if len(inside) == 1 and all(isinstance(one, dict) for one in inside[0]) else [data]
            )
        else:
            rows = data
        return [row for row in rows if isinstance(row, dict)]
    found = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    if not found:
        raise ValueError("neither JSON nor a form")
    return [found]


def _first(event: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if name and (found := at_path(event, name)):
            return found
    return ""


def _report(event: dict[str, Any], account: SmsAccount) -> None:
    named = _first(event, (account.hook_id, *_ID))
    ours = _first(event, _REF)
    word = _first(event, (account.hook_status, *_STATUS)).strip()
    own = {str(key).lower(): str(value) for key, value in (account.statuses or {}).items()}
    kind = own.get(word.lower()) or STATUSES.get(word.lower().replace(" ", "_"))
    if kind not in ReportKind.values or not (named or ours):
        return
    by_name = (
        bool(named)
        and Message.objects.filter(channel="sms", provider_id=named).exclude(provider_id="").exists()
    )
    reports.take(
        Fact(
            channel="sms",
            provider=PROVIDER,
            event_id=f"{named or ours}:{word.lower()}"[:200],
            kind=kind,
            message_id="" if by_name else ours,
            provider_id=named,
            address=in_e164(_first(event, _TO)),
            code=word[:40],
            detail=_first(event, _WHY)[:300],
            at=moment(_first(event, _TIME)),
        )
    )
    if named and ours:
        lost = Message.objects.filter(channel="sms", message_id=ours, provider_id="")
        lost.exclude(message_id="").update(provider_id=named[:120])


def _written(event: dict[str, Any], account: SmsAccount, came_at: dt.datetime) -> None:
    number, text = in_e164(_first(event, _FROM)), _first(event, _TEXT)
    if not number:
        return
    said_at = _first(event, _TIME)
    at = moment(said_at) or came_at
    made = hashlib.sha256(f"{number}|{text}|{said_at or came_at}".encode()).hexdigest()[:40]
    named = _first(event, (account.hook_id, *_ID)) or made
    incoming.take("sms", named, number, text, at=at, stop_words=account.stop_words.split(","))


def moment(said: str) -> dt.datetime | None:
    """A time as gateways write it: Unix seconds or milliseconds, or ISO 8601 (the shop's clock where no zone
    stands); None for another."""
    if said.isascii() and said.isdigit():
        seconds = int(said) / (1000 if len(said) >= 13 else 1)
        try:
            return dt.datetime.fromtimestamp(seconds, dt.UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        found = parse_datetime(said)
    except ValueError:
        return None
    if found is not None and found.tzinfo is None:
        found = found.replace(tzinfo=business.zone())
    return found
