"""Takes over what was read from mails: facts go to the reports, what nobody could read is set aside to be looked at.
Seen again, a mail changes nothing."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import OperationalError
from django.db.models import Q

from grahak.channels import reports
from grahak.channels.bounces import addresses, parse
from grahak.channels.bounces.parse import Reading, What
from grahak.channels.models import AsideReason, Message, SetAside
from grahak.channels.reports import Fact
from grahak.core.durable import durable

logger = logging.getLogger("grahak.bounces")
SOURCE = "mailbox"
MOST_BYTES = 262_144  # of one mail: a delivery status stands before the copy of what came back
_KNOWN_REASONS = set(AsideReason.values)


def take(raws: Sequence[bytes], then: Callable[[], object] = lambda: None) -> list[What]:
    """Take these mails over in one durable commit together with THEN (the place in the mailbox to go on from). Returns
    what each of them was. One that stumbles is set aside alone; the others are taken all the same. Raises
    OperationalError while the database is away: nothing is taken then."""
    readings = [parse.read(raw) for raw in raws]
    try:
        with durable():
            _take_all(readings, raws)
            then()
    except OperationalError:
        raise
    except Exception:
        logger.exception("a group of mails stumbled; taking them one by one")
        with durable():
            for reading, raw in zip(readings, raws, strict=True):
                _take_alone(reading, raw)
            then()
    return [reading.what for reading in readings]


def _take_all(readings: Sequence[Reading], raws: Sequence[bytes]) -> None:
    messages = _messages_of(readings)
    for reading, raw in zip(readings, raws, strict=True):
        _take_one(reading, raw, messages)


def _take_alone(reading: Reading, raw: bytes) -> None:
    try:
        with durable():  # inside another transaction: a savepoint
            _take_one(reading, raw, _messages_of([reading]))
    except OperationalError:
        raise
    except Exception as error:  # whatever it is, the mails behind it must not wait for ever
        logger.exception("a mail that came back could not be taken over")
        set_aside(SOURCE, reading.key, raw, AsideReason.FAULT, detail=f"{type(error).__name__}: {error}")


def _take_one(reading: Reading, raw: bytes, messages: dict[str, Message]) -> None:
    if reading.what == What.UNREADABLE:
        reason = reading.reason if reading.reason in _KNOWN_REASONS else AsideReason.BROKEN
        set_aside(
            *(SOURCE, reading.key, raw, reason),
            detail=reading.detail,
            sender=reading.sender,
            subject=reading.subject,
        )
        return
    about = next((messages[name] for name in _names(reading) if name in messages), None)
    for number, found in enumerate(reading.findings):
        fact = Fact(
            "email",
            SOURCE,
            f"{reading.key}:{number}",
            found.kind,
            message_id=reading.message_ids[0] if reading.message_ids else "",
            message=about,
            address=found.address,
            code=found.code,
            detail=found.words,
            at=reading.at,
        )
        reports.take(fact)


def _names(reading: Reading) -> list[str]:
    """What may name our message, the most trusted first."""
    return [*reading.message_ids[:10], *(f"+{tag}" for tag in reading.tags[:10])]


def _messages_of(readings: Sequence[Reading]) -> dict[str, Message]:
    """The messages that these mails name, by what names them."""
    ids = {name for reading in readings for name in reading.message_ids[:10] if len(name) <= 120}
    tags = {tag: addresses.read_tag(tag) for reading in readings for tag in reading.tags[:10]}
    found: dict[str, Message] = {}
    if ids:
        # written like the condition of the index
        rows = Message.objects.filter(~Q(message_id=""), channel="email", message_id__in=ids)
        found = {row.message_id: row for row in rows.only("id", "message_id")}
    if numbers := {pk for pk in tags.values() if pk is not None}:
        by_pk = {row.pk: row for row in Message.objects.filter(pk__in=numbers, channel="email").only("id")}
        found |= {f"+{tag}": by_pk[pk] for tag, pk in tags.items() if pk in by_pk}
    return found


def set_aside(
    source: str, key: str, raw: bytes, reason: str, *, detail: str = "", sender: str = "", subject: str = ""
) -> bool:
    """Keep what could not be read, once. False where it is there already."""
    _row, new = SetAside.objects.get_or_create(
        source=source,
        key=key or hashlib.sha256(raw).hexdigest(),
        defaults={
            "reason": reason,
            "detail": detail.replace("\x00", "")[:300],
            "sender": sender.replace("\x00", "")[:254],
            "subject": subject.replace("\x00", "")[:300],
            "content": raw[:MOST_BYTES],
        },
    )
    return new


def count(kinds: Sequence[What]) -> dict[str, int]:
    """How many mails were what."""
    return dict(Counter(str(kind) for kind in kinds))
