"""Resolves mails that a crash left unknown, from the mail server's log or the built-in mailbox. What is unknown of
other channels their providers tell by webhook.

Seen there: sent (or come back). Not seen, though the log speaks of that time and nothing of ours can be on
its way any more: it was never taken, so it waits again. Where the log proves neither, it stays unknown and
nobody is written to twice.
"""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from django.utils import timezone

from grahak.channels import ledger, maillog, reports
from grahak.channels.bounces import status
from grahak.channels.maillog import Evidence, Fate
from grahak.channels.models import BoxedMail, Dispatch, DispatchState, Message, MessageState
from grahak.channels.reports import Fact
from grahak.core.durable import durable

# How long after a mail left our hands the server may still log it for the first time, and how long one that
# it began to read (its Message-ID is in the log) may take to be accepted
GRACE = dt.timedelta(seconds=float(os.environ.get("GRAHAK_MAILLOG_GRACE", "5")))
GRACE_BEGUN = dt.timedelta(minutes=2)


@dataclass
class Resolved:
    """How many unknown messages were found sent, failed (came back), waiting again, and left unknown."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    unknown: int = 0


class Unknown(NamedTuple):
    """An unknown message: when it was attempted, and since when it is out of our hands."""

    id: int
    dispatch_id: int
    message_id: str
    address: str
    attempted_at: dt.datetime
    gone_at: dt.datetime


def any_left() -> bool:
    """Whether anything is unknown."""
    return Message.objects.in_hand().filter(state=MessageState.UNKNOWN, channel="email").exists()


def _unknown() -> list[Unknown]:
    unknown = Message.objects.in_hand().filter(state=MessageState.UNKNOWN, channel="email")
    rows = unknown.filter(attempted_at__isnull=False).order_by("pk")
    return [
        Unknown(*row)  # type: ignore[arg-type]  # attempted_at is set, says the filter
        for row in rows.values_list(
            "pk", "dispatch_id", "message_id", "address", "attempted_at", "not_before"
        )
    ]


def ripe_at() -> dt.datetime | None:
    """From when on a log decides all that is unknown now; None where nothing is."""
    return max((row.gone_at + GRACE for row in _unknown()), default=None)


def read_log(path: str, *, copy: bool = False) -> Evidence:
    """What the log at PATH, with what was rotated out of it, says of the unknown messages. COPY: this file
    alone, taken from another machine some time ago: it speaks from its first line to its last. A log that is
    missing or may not be read says nothing."""
    now = timezone.now()
    wanted = {row.message_id for row in _unknown()}
    try:
        paths = [Path(path)] if copy else maillog.family(Path(path))
        evidence = maillog.parse(maillog.lines_of(paths), wanted)
    except (OSError, EOFError):
        return Evidence()
    evidence.whole = not copy and len(paths) == 1
    evidence.until = evidence.last if copy else now
    return evidence


def resolve(evidence: Evidence, *, now: dt.datetime | None = None) -> Resolved:
    """Move every unknown message that EVIDENCE decides."""
    now = now or timezone.now()
    done = Resolved()
    with durable():
        for row in _unknown():
            fate = evidence.fates.get(row.message_id)
            if fate is not None and fate.taken and not fate.bounced:
                done.sent += _set(
                    row.id, state=MessageState.SENT, sent_at=row.attempted_at, reason="", detail=""
                )
            elif fate is not None and fate.taken:
                said = Fact(
                    *("email", "log", f"{row.message_id}:{fate.words}"[:200], status.verdict("", fate.words)),
                    message_id=row.message_id,
                    address=row.address,
                    code=status.status_in(fate.words),
                    detail=fate.words,
                    at=now,
                )
                done.failed += reports.take(said)
            elif evidence.covers(row.attempted_at, row.gone_at, _patience(fate)):
                done.waiting += _wait_again(row.id, row.dispatch_id, now)
            else:
                done.unknown += 1
    return done


def _patience(fate: Fate | None) -> dt.timedelta:
    return GRACE if fate is None or fate.refused else GRACE_BEGUN


def resolve_from_mailbox(*, now: dt.datetime | None = None) -> Resolved:
    """The same from the built-in mailbox, which answers 250 only when a mail is committed."""
    now = now or timezone.now()
    wanted = [row.message_id for row in _unknown()]
    boxed = BoxedMail.objects.filter(message_id__in=wanted).values_list("message_id", flat=True)
    fates = {message_id: Fate(taken=True) for message_id in boxed}
    return resolve(Evidence(fates, first=now, last=now, until=now, whole=True), now=now)


def _set(pk: int, **changes: object) -> int:
    return Message.objects.filter(pk=pk, state=MessageState.UNKNOWN).update(**changes)


def _wait_again(pk: int, dispatch_id: int, now: dt.datetime) -> int:
    """It was never taken. A stopped dispatch writes to nobody any more; one that was done goes on for this
    one."""
    moved = _set(pk, state=MessageState.WAITING, not_before=now, reason="", detail="", claimed_by="")
    Dispatch.objects.filter(pk=dispatch_id, state=DispatchState.DONE).update(
        state=DispatchState.SENDING, finished_at=None
    )
    if Dispatch.objects.filter(pk=dispatch_id, state=DispatchState.STOPPED).exists():
        ledger.leave_out_waiting(dispatch_id)
    return moved
