"""How rows of the sending ledger move: claimed, attempted, settled, taken back after a crash.

Each function is one step inside a transaction that the caller opened (`core.durable.durable`), so that a
clerk can put many steps into one commit. A step never moves a row that somebody else has in hand: it names
the state and the owner it expects, and reports what it got.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from grahak.channels import checks, pace, quiet, reports, suppressions
from grahak.channels.models import (
    Dispatch,
    DispatchState,
    FailReason,
    Message,
    MessageState,
    SkipReason,
    UnknownReason,
)
from grahak.channels.renderers import Claimed
from grahak.channels.rules import rules
from grahak.core import bulk
from grahak.core.events import announce

_CAP_LOCK = 4_712_201  # any number that nothing else locks
CLAIM_LEASE = dt.timedelta(seconds=90)
ATTEMPT_LEASE = dt.timedelta(seconds=300)
# A refusal for now (4xx, or the connection fell before the text was handed over) is tried again after these
DELAYS = tuple(dt.timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt. RESULT: "sent", "failed" (for good), "later" (refused for now, certainly
    not accepted) or "unknown" (the connection broke after the text was handed over). PROVIDER_ID is the provider's
    own name of what it took, COST in the shop's currency. OFF: it was "later" for everybody, not for this one (too
    many a second, out of order, no credit): the try does not count; WAIT seconds were asked for (0: not said), and
    with HOLD nothing gets on until a person has looked."""

    id: int
    result: str
    reason: str = ""
    detail: str = ""
    tries: int = 0
    suppress: str = ""  # the address, where it must not be written to again
    provider_id: str = ""
    cost: Decimal | None = None
    off: bool = False
    wait: float = 0.0
    hold: bool = False


@dataclass(frozen=True)
class Turn:
    """The result of a claim: what is now in hand, and how many rows were looked at."""

    claimed: list[Claimed]
    looked_at: int


def claim(dispatch_id: int, most: int, worker: str, domain: str, *, now: dt.datetime | None = None) -> Turn:
    """Take up to MOST waiting rows of a dispatch that is being sent. Consent, suppression, same addresses and the
    frequency cap are checked here, in this transaction; who may not be written to is skipped with the reason. For
    whom it is quiet now, or whose domain has had its share, waits. DOMAIN is ours, for Message-IDs."""
    now = now or timezone.now()
    dispatch = Dispatch.objects.filter(pk=dispatch_id, state=DispatchState.SENDING).first()
    if dispatch is None:
        return Turn([], 0)
    held = rules()
    paces = pace.paces_of(dispatch, held.paces, now)
    if paces.most is not None:
        most = min(most, paces.most)
    cap = checks.cap_of(dispatch.purpose, held, now)
    if most <= 0:
        return Turn([], 0)
    if cap is not None:
        _one_at_a_time()
    waiting = Message.objects.select_for_update(skip_locked=True).filter(
        dispatch_id=dispatch_id, state=MessageState.WAITING, not_before__lte=now
    )
    looked_at = checks.with_facts(waiting.order_by("not_before", "id")[:most], dispatch, cap=cap, now=now)
    if not looked_at:
        return Turn([], 0)
    asleep = quiet.quiet_zones((row.zone for row in looked_at), quiet.quiet_hours(dispatch, held), now)
    if asleep:
        quiet.put_off(dispatch_id, asleep, now)
    rows = [row for row in looked_at if row.zone not in asleep]
    claimed, skipped, later = [], [], []
    verdicts = checks.judge(dispatch.purpose, rows, dispatch.channel, cap=cap)
    for row, verdict in zip(rows, verdicts, strict=True):
        if verdict.reason:
            # the worker stays: left out at its turn, after the lot, and not while the audience was frozen
            skipped.append(("skipped", verdict.reason, verdict.detail[:300], "", worker, None, row.id))
        elif (turn := paces.may_go(verdict.address)) is not None:
            later.append((bulk.stored(turn), row.id))
        else:
            named = row.message_id or checks.message_id(row.id, domain)
            claimed.append(
                Claimed(
                    row.id,
                    row.customer_id or 0,
                    row.contact_id or 0,
                    verdict.address,
                    row.language,
                    named,
                    row.tries,
                )
            )
    # an address of an earlier try may have moved to another row by now
    if any(row.kept_address for row in rows):
        Message.objects.filter(pk__in=[row.id for row in rows]).exclude(address="").update(address="")
    bulk.update(Message, ("state", "reason", "detail", "address", "claimed_by", "claimed_until"), skipped)
    bulk.update(Message, ("not_before",), later)
    _take(claimed, worker, now)
    paces.keep()
    return Turn(claimed, len(looked_at))


def _take(claimed: Sequence[Claimed], worker: str, now: dt.datetime) -> None:
    until = bulk.stored(now + CLAIM_LEASE)
    bulk.update(
        Message,
        ("state", "address", "message_id", "claimed_by", "claimed_until"),
        [("claimed", row.address, row.message_id, worker, until, row.id) for row in claimed],
    )


def _one_at_a_time() -> None:
    """Claims that count what somebody has had wait for each other, until the commit: else two workers with two
    campaigns could each count without the other's. (SQLite has one writer at a time anyhow.)"""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CAP_LOCK])


def _set(changes: str, values: list[Any], ids: Sequence[int], guard: str, guards: list[Any]) -> int:
    """UPDATE by hand: these two run for every mail, and building the query would cost more than running
    it."""
    table = connection.ops.quote_name(Message._meta.db_table)
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {changes} WHERE id IN ({marks}) AND {guard}",  # noqa: S608
            [*values, *ids, *guards],
        )
        return int(cursor.rowcount)


def attempt(ids: Sequence[int], worker: str, *, now: dt.datetime | None = None) -> set[int]:
    """Write down that these are about to be handed to the mail server. Returns those that may be: a row whose
    lease ran out, or that was taken back (pause, stop, unsubscribed), is not among them."""
    if not ids:
        return set()
    now = now or timezone.now()
    changed = _set(
        "state = 'attempted', attempted_at = %s, claimed_until = %s",
        [bulk.stored(now), bulk.stored(now + ATTEMPT_LEASE)],
        ids,
        "state = 'claimed' AND claimed_by = %s AND claimed_until > %s",
        [worker, bulk.stored(now)],
    )
    if changed == len(ids):
        return set(ids)
    return set(
        Message.objects.filter(
            pk__in=ids, state=MessageState.ATTEMPTED, claimed_by=worker, attempted_at=now
        ).values_list("pk", flat=True)
    )


def settle(outcomes: Iterable[Outcome], worker: str, *, now: dt.datetime | None = None) -> None:
    """Write down what became of attempts of this worker. Also those meanwhile held to be unknown: the worker
    was only slow, and it knows."""
    now = now or timezone.now()
    by_result: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_result.setdefault(outcome.result, []).append(outcome)
    taken = by_result.pop("sent", [])
    if sent := [outcome.id for outcome in taken]:
        _set(
            "state = 'sent', sent_at = %s, reason = '', detail = '', claimed_until = NULL",
            [bulk.stored(now)],
            sent,
            "state IN ('attempted', 'unknown') AND claimed_by = %s",
            [worker],
        )
        _name([outcome for outcome in taken if outcome.provider_id or outcome.cost is not None], worker)
        for pk in sent:
            announce("channels.message.sent", message_id=pk)
    for outcome in by_result.pop("failed", ()):
        _fail(outcome, worker, now)
    for outcome in by_result.pop("later", ()):
        _try_later(outcome, worker, now)
    for outcome in by_result.pop("unknown", ()):
        _mine([outcome.id], worker).update(
            state=MessageState.UNKNOWN,
            reason=UnknownReason.HUNG_UP,
            detail=outcome.detail[:300],
            not_before=now,
            claimed_until=None,
        )
    if by_result:
        raise ValueError(f"no such result: {', '.join(by_result)}")


def _name(outcomes: Sequence[Outcome], worker: str) -> None:
    """Keep what the provider calls these, and what they cost; mail has neither and asks nothing here."""
    for one in outcomes:
        Message.objects.filter(pk=one.id, claimed_by=worker).update(
            provider_id=one.provider_id[:120], cost=one.cost
        )


def _mine(ids: Sequence[int], worker: str) -> Any:
    return Message.objects.filter(
        pk__in=ids, state__in=(MessageState.ATTEMPTED, MessageState.UNKNOWN), claimed_by=worker
    )


def _fail(outcome: Outcome, worker: str, now: dt.datetime) -> None:
    reason = outcome.reason or FailReason.REFUSED
    moved = _mine([outcome.id], worker).update(
        state=MessageState.FAILED, reason=reason, detail=outcome.detail[:300], claimed_until=None
    )
    if moved:
        reports.note_refusal(
            outcome.id, dead=bool(outcome.suppress), reason=reason, detail=outcome.detail, at=now
        )


def _try_later(outcome: Outcome, worker: str, now: dt.datetime) -> None:
    if outcome.tries >= len(DELAYS) and not outcome.off:
        _fail(Outcome(outcome.id, "failed", FailReason.BUSY, outcome.detail), worker, now)
        return
    delay = dt.timedelta(seconds=outcome.wait) if outcome.off else DELAYS[outcome.tries]
    _mine([outcome.id], worker).update(
        state=MessageState.WAITING,
        tries=outcome.tries + (not outcome.off),
        not_before=now + delay,
        reason="",
        detail=outcome.detail[:300],
        claimed_by="",
        claimed_until=None,
    )


def suppress(
    address: str, reason: str, *, detail: str = "", at: dt.datetime | None = None, channel: str = "email"
) -> None:
    """Never write to this address again until somebody lifts it. Doing it twice changes nothing."""
    suppressions.bar(address, reason, channel=channel, detail=detail, at=at)


def skip(rows: Sequence[tuple[int, str] | tuple[int, str, str]], worker: str) -> None:
    """The text of these (id, detail) could not be made, or there is another reason (id, detail, SkipReason): left
    out. Only what is still in this worker's hand."""
    for pk, detail, *reason in rows:
        Message.objects.filter(pk=pk, state=MessageState.CLAIMED, claimed_by=worker).update(
            state=MessageState.SKIPPED,
            reason=reason[0] if reason else SkipReason.TEMPLATE,
            detail=detail[:300],
            address="",
            claimed_by="",
            claimed_until=None,
        )


def release(worker: str, channel: str = "") -> int:
    """Put back what this worker holds (of one CHANNEL, or all) and has not attempted: it is going home."""
    held = Message.objects.in_hand().filter(state=MessageState.CLAIMED, claimed_by=worker)
    return (held.filter(channel=channel) if channel else held).update(
        state=MessageState.WAITING, claimed_by="", claimed_until=None
    )


def take_back(is_dead: Callable[[str], bool], *, now: dt.datetime | None = None) -> tuple[int, int]:
    """After a crash: what was claimed was never attempted and waits again; what was attempted is unknown. A
    row is an orphan when its lease ran out or IS_DEAD(worker). NOT_BEFORE of an unknown one is the moment
    from which the mail server cannot be getting it any more. Returns (put back, unknown)."""
    now = now or timezone.now()
    held = Message.objects.in_hand().exclude(state=MessageState.UNKNOWN)
    owners = held.order_by("claimed_by").values_list("claimed_by", flat=True).distinct()
    dead = [owner for owner in owners if is_dead(owner)]
    orphans = held.filter(Q(claimed_until__lt=now) | Q(claimed_by__in=dead))
    back = orphans.filter(state=MessageState.CLAIMED).update(
        state=MessageState.WAITING, claimed_by="", claimed_until=None
    )
    unknown = orphans.filter(state=MessageState.ATTEMPTED).update(
        state=MessageState.UNKNOWN, reason=UnknownReason.CRASH, not_before=now, claimed_until=None
    )
    return back, unknown
