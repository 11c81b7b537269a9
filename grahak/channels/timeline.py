"""Tells the customers' timelines what was sent, many at once. Telling twice changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from grahak.channels.models import Message, MessageState
from grahak.core import bulk
from grahak.customers.models import Activity

CATCH_UP = 1_000
_FIELDS = (
    *("customer", "contact", "at", "kind", "group", "channel", "by", "subject", "subject_id"),
    *("title", "text", "facts"),
)


def tell(ids: Sequence[int]) -> int:
    """An Activity for each of these messages that was sent or failed. Returns how many rows were looked
    at."""
    rows = (
        Message.objects.filter(
            pk__in=ids, state__in=(MessageState.SENT, MessageState.FAILED), customer__isnull=False
        )
        .order_by("pk")
        .values_list(
            *("pk", "customer_id", "contact_id", "state", "channel", "detail", "sent_at", "attempted_at"),
            *("dispatch_id", "dispatch__by_id", "dispatch__title"),
        )
    )
    told = [_line(*row) for row in rows]
    bulk.insert(Activity, _FIELDS, told, skip_known=True)
    return len(told)


def _line(
    pk: int, customer: int, contact: int | None, state: str, channel: str, detail: str, sent_at: Any,
    attempted_at: Any, dispatch: int, by: int | None, title: str,
) -> tuple[Any, ...]:  # fmt: skip
    kind = "channels.message.sent" if state == MessageState.SENT else "channels.message.failed"
    at = bulk.stored(sent_at or attempted_at)
    facts = json.dumps({"dispatch": dispatch})
    return (customer, contact, at, kind, "messages", channel, by, "message", pk, title, detail, facts)


def catch_up(dispatch_id: int, after: int) -> int:
    """Tell what is untold of a dispatch, a piece at a time: rows with ids above AFTER. Returns the id to go
    on from, or -1 at the end."""
    ids = list(
        Message.objects.filter(dispatch_id=dispatch_id, pk__gt=after)
        .order_by("pk")
        .values_list("pk", flat=True)[:CATCH_UP]
    )
    if not ids:
        return -1
    known = set(
        Activity.objects.filter(
            subject="message",
            subject_id__in=ids,
            kind__in=("channels.message.sent", "channels.message.failed"),
        ).values_list("subject_id", flat=True)
    )
    tell([pk for pk in ids if pk not in known])
    return ids[-1]
