"""Keeps when messages were first opened, by a person and apart from that by a machine, a group at a time."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from grahak.channels import tokens
from grahak.channels.links_public import machines, tracking
from grahak.channels.links_public.hits import Hit, Kind
from grahak.channels.models import Message
from grahak.core.bulk import stored


def record(hits: Sequence[Hit], *, again: bool = False) -> list[str | bool | None]:
    """Keep HITS, whose keys are messages, in the caller's transaction: the first time each counts. A machine's is one
    that says so itself, one within ten seconds of sending, as mail gateways do, or before the message was known to be
    sent. Gives True for each message there is."""
    columns = ("first_opened_at", "machine_opened_at", "sent_at", "attempted_at", "contact_id", "channel")
    messages = Message.objects.only(*columns).in_bulk({hit.key for hit in hits})
    refused = tracking.refused(one.contact_id for one in messages.values())
    people: dict[int, Hit] = {}
    others: dict[int, Hit] = {}
    for hit in hits:
        message = messages.get(hit.key)
        if message is None or (message.contact_id, message.channel) in refused:
            continue
        sent = message.sent_at or message.attempted_at
        machine = hit.bot or sent is None or hit.at - sent < machines.SCANNED_WITHIN
        there = message.machine_opened_at if machine else message.first_opened_at
        if there is None:
            (others if machine else people).setdefault(hit.key, hit)
    _mark("first_opened_at", people)
    _mark("machine_opened_at", others)
    return [True if hit.key in messages else None for hit in hits]


def look(key: int) -> bool:
    """The dot is the same for everybody; a message that is gone is not asked for."""
    return True


def _mark(column: str, first: dict[int, Hit]) -> None:
    if not first:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE channels_message SET {column} = %s WHERE id = %s AND {column} IS NULL",  # noqa: S608
            [(stored(hit.at), message) for message, hit in first.items()],
        )


KIND = Kind("o", tokens.read_open, record, look, machines.opens_as_machine, lambda key: 0)
