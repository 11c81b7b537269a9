"""Addresses that are not written to: barred once, for good or until a moment, and allowed again by a person who says
why. A weaker reason never takes the place of a stronger one."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.utils import timezone

from grahak.channels.models import Message, Suppression
from grahak.core import audit
from grahak.core.models import User


@transaction.atomic
def bar(
    address: str,
    reason: str,
    *,
    channel: str = "email",
    message: Message | None = None,
    detail: str = "",
    until: dt.datetime | None = None,
    at: dt.datetime | None = None,
    by: User | None = None,
) -> Suppression | None:
    """Do not write to ADDRESS, for good or UNTIL a moment; rows that a worker holds for it are judged anew. Returns
    the row that is in force. Barred for good already: nothing changes. None where it would change nothing: UNTIL is
    over, or a person allowed the address again after AT, when this happened."""
    now = timezone.now()
    if not address or (until is not None and until <= now):
        return None
    held = (
        Suppression.objects.select_for_update()
        .filter(channel=channel, address=address, lifted_at=None)
        .first()
    )
    if held is not None and (held.until is None or (until is not None and held.until >= until)):
        return held
    if at is not None and _allowed_after(channel, address, at):
        return None
    if held is not None:
        Suppression.objects.filter(pk=held.pk).update(lifted_at=min(now, held.until or now))
    row, new = Suppression.objects.get_or_create(
        channel=channel,
        address=address,
        lifted_at=None,
        defaults={
            "reason": reason,
            "message": message,
            "detail": detail[:300],
            "until": until,
            "at": min(at or now, now),
            "by": by,
        },
    )
    if new:
        _out_of_hand(channel, address)
    return row


def _out_of_hand(channel: str, address: str) -> None:
    """Messages to it that a worker holds and has not attempted wait again, and are judged anew."""
    # by hand and without parameters: only so does SQLite see that the small index messages_in_hand is meant
    table = connection.ops.quote_name(Message._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET state = 'waiting', claimed_by = '', claimed_until = NULL "  # noqa: S608
            "WHERE state IN ('claimed', 'attempted', 'unknown') AND state = 'claimed' "
            "AND channel = %s AND address = %s",
            [channel, address],
        )


def _allowed_after(channel: str, address: str, at: dt.datetime) -> bool:
    """Whether a person allowed the address again after that moment: what is told late must not undo it."""
    return Suppression.objects.filter(
        channel=channel, address=address, lifted_at__gt=at, lifted_by__isnull=False
    ).exists()


@transaction.atomic
def lift(row: Suppression, *, by: User, why: str) -> bool:
    """Allow writing to the address again; WHY is kept. Consent is another matter and still needed. False where it
    was allowed already."""
    found = Suppression.objects.filter(pk=row.pk, lifted_at=None).update(
        lifted_at=timezone.now(), lifted_by=by, lifted_why=why[:300]
    )
    if found:
        audit.record("channels.address.allowed", row, by=by, label=row.address, why=why[:300])
    return bool(found)


@transaction.atomic
def put_back(row: Suppression, *, by: User) -> bool:
    """Undo a lift: the same row is in force again. False where it is, or the address was barred anew meanwhile."""
    row = Suppression.objects.select_for_update().get(pk=row.pk)
    others = Suppression.objects.filter(channel=row.channel, address=row.address, lifted_at=None)
    if row.lifted_at is None or row.lifted_by_id is None or others.exists():
        return False
    Suppression.objects.filter(pk=row.pk).update(lifted_at=None, lifted_by=None, lifted_why="")
    _out_of_hand(row.channel, row.address)
    audit.record("channels.address.barred", row, by=by, label=row.address, reason=row.reason)
    return True
