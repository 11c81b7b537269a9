"""Tells the customers' timelines what was sent, many at once. Telling twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from grahak.channels.models import Dispatch, Message
from grahak.customers.models import Activity

CATCH_UP = 1_000


def tell(ids: Sequence[int]) -> int:
    """An Activity for each of these messages that was sent or failed and is not told yet. Returns how many.
    It is done inside the database: a line for each mail must not cost a trip there and back."""
    if not ids:
        return 0
    quote = connection.ops.quote_name
    facts = "CAST('{}' AS jsonb)" if connection.vendor == "postgresql" else "'{}'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {quote(Activity._meta.db_table)}
              (customer_id, contact_id, at, kind, {quote("group")}, channel, by_id,
               subject, subject_id, title, text, facts)
            SELECT m.customer_id, m.contact_id, COALESCE(m.sent_at, m.attempted_at),
              CASE m.state WHEN 'sent' THEN 'channels.message.sent' ELSE 'channels.message.failed' END,
              'messages', m.channel, d.by_id, 'message', m.id, d.title, m.detail, {facts}
            FROM {quote(Message._meta.db_table)} m
            JOIN {quote(Dispatch._meta.db_table)} d ON d.id = m.dispatch_id
            WHERE m.id IN ({", ".join(["%s"] * len(ids))}) AND m.state IN ('sent', 'failed')
              AND m.customer_id IS NOT NULL
            ON CONFLICT DO NOTHING
            """,  # noqa: S608
            list(ids),
        )
        return int(cursor.rowcount)


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
