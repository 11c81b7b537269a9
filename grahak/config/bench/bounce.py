"""Mail that comes back: delivery statuses a second, from their bytes to what the ledger says, committed with full sync.

`intake` parses mails as Postfix writes them (every fifth a complaint, every seventh the same mail again), finds the
message of each in a ledger of SIZE, moves it, bars addresses, withdraws consent, and commits in groups of 50 as the
reader of the mailbox does; beside it the standard library's bare parse of the same bytes. `parse` is our reading of
them alone, beside the same parse.
"""

from __future__ import annotations

import datetime as dt
import email
import time
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grahak.channels.bounces import intake, parse, reader
from grahak.channels.models import Dispatch, Message, Report, Suppression
from grahak.channels.testing.returned import arf, dsn
from grahak.config.bench import frame
from grahak.core import bulk
from grahak.core.models import Business
from grahak.customers.models import Activity, Consent, Contact, Customer, Identity

PIECE = 5_000
STATUSES = ("5.1.1", "5.2.2", "5.7.1", "4.4.7")


def cases(quick: bool) -> Iterator[dict[str, Any]]:
    size, many = (20_000, 2_000) if quick else (1_000_000, 5_000)
    with frame.scratch(f"bounce-{size}") as fresh:
        if fresh:
            _fill(size)
            frame.filled(f"bounce-{size}")
        _sweep()
        mails = _mails(size, many)
        bare = _bare(mails)
        reference = {
            "reference": "the standard library's parse of the same mails",
            "unit": "mails/s",
            "size": size,
        }
        yield {"case": "parse", "value": _parsed(mails), "reference_value": bare, **reference}
        value = _taken(mails)
        yield {"case": "intake", "value": value, "reference_value": (bare + _bare(mails)) / 2, **reference}
        _sweep()


def _address(n: int) -> str:
    return f"buyer{n}@shop.example"


def _message_id(n: int) -> str:
    return f"{n}.{n:020x}@bench.example"


def _fill(size: int) -> None:
    """SIZE people who said yes, each sent one mail, made from their numbers alone."""
    Business.objects.update_or_create(pk=1, defaults={"name": "Bench & Sons"})
    Dispatch.objects.create(
        pk=1, renderer="letter", subject_id=1, title="Letter", state="done", audience=size
    )
    now = bulk.stored(timezone.now() - dt.timedelta(hours=1))
    empty = ("tax_id", "address", "area", "region", "postcode", "other_names", "city", "country")
    for start in range(1, size + 1, PIECE):
        ids = range(start, min(start + PIECE, size + 1))
        with transaction.atomic():
            bulk.insert(
                Customer,
                ("id", "kind", "name", "name_sort", "language", "source", "created_at", "updated_at", *empty),
                [(n, "person", f"C {n}", f"{n:09}", "en", "bench", now, now, *_nothing(empty)) for n in ids],
            )
            bulk.insert(
                Contact,
                ("id", "customer", "name", "role", "language", "is_primary", "created_at"),
                [(n, n, f"Ayesha {n}", "", "en", True, now) for n in ids],
            )
            bulk.insert(
                Identity,
                ("contact", "kind", "value", "shown", "created_at"),
                [(n, "email", _address(n), "", now) for n in ids],
            )
            bulk.insert(
                Message,
                ("id", "dispatch", "customer", "contact", "channel", "address", "language", "state", "reason",
                 "detail", "message_id", "tries", "not_before", "claimed_by", "attempted_at", "sent_at"),
                [(n, 1, n, n, "email", _address(n), "en", "sent", "", "", _message_id(n), 0, now, "", now, now)
                 for n in ids],
            )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _nothing(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("{}" if name == "other_names" else "" for name in names)


def _sweep() -> None:
    """As if nothing had come back yet."""
    Report.objects.all().delete()
    Suppression.objects.all().delete()
    Consent.objects.all().delete()
    Activity.objects.all().delete()
    came = Message.objects.exclude(state="sent", bounced_at=None, complained_at=None)
    came.update(state="sent", reason="", detail="", bounced_at=None, complained_at=None, delivered_at=None)


def _mails(size: int, many: int) -> list[bytes]:
    """MANY mails about messages spread over the whole ledger."""
    when = format_datetime(timezone.now() - dt.timedelta(minutes=30))
    found: list[bytes] = []
    for turn in range(many):
        if turn % 7 == 6:
            found.append(found[-1])
            continue
        n, own = 1 + turn * 7919 % size, f"{turn}@mx.example"
        if turn % 5 == 4:
            found.append(arf(_address(n), message_id=_message_id(n), own_id=own, when=when))
            continue
        status = STATUSES[turn % len(STATUSES)]
        words = f"{status[0]}50 {status} said the other server"
        found.append(
            dsn(
                _address(n), message_id=_message_id(n), status=status, diagnostic=words, own_id=own, when=when
            )
        )
    return found


def _bare(mails: list[bytes]) -> float:
    began = time.perf_counter()
    for mail in mails:
        email.message_from_bytes(mail)
    return len(mails) / (time.perf_counter() - began)


def _parsed(mails: list[bytes]) -> float:
    began = time.perf_counter()
    for mail in mails:
        parse.read(mail)
    return len(mails) / (time.perf_counter() - began)


def _taken(mails: list[bytes]) -> float:
    began = time.perf_counter()
    for start in range(0, len(mails), reader.GROUP):
        intake.take(mails[start : start + reader.GROUP])
    took = time.perf_counter() - began
    if not Report.objects.exists():
        raise RuntimeError("bench bounce: nothing was taken over")
    return len(mails) / took
