"""The sending ledger as other rooms use it: launch a dispatch, hold it, stop it, count it.

The audience is frozen when a dispatch is launched, one row a contact. From then on every row is in exactly
one state, so the counts of `tally` always add up to the audience. What moves rows from state to state is in
turns.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.channels import renderers
from grahak.channels.models import Dispatch, DispatchState, FailReason, Message, MessageState, SkipReason
from grahak.channels.renderers import Recipient
from grahak.core import audit, bulk
from grahak.core.durable import durable
from grahak.core.events import announce
from grahak.core.jobs import task
from grahak.core.lean import lean
from grahak.core.models import User

FREEZE_BATCH = 2_000
_FIELDS = (
    *("dispatch", "customer", "contact", "channel", "language", "state", "not_before"),
    *("address", "reason", "detail", "message_id", "claimed_by", "tries"),
)
OPEN = (MessageState.WAITING, MessageState.CLAIMED, MessageState.ATTEMPTED)


class NotNow(ValueError):
    """The dispatch is not in a state where this can be done; the text says which."""


@dataclass(frozen=True)
class Tally:
    """How many of the audience are in which state, and why."""

    audience: int
    states: dict[str, int] = field(default_factory=dict)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)

    def __getitem__(self, state: str) -> int:
        # only states: a template asks for tally["audience"] before it asks for the attribute
        if state not in MessageState.values:
            raise KeyError(state)
        return self.states.get(state, 0)

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def adds_up(self) -> bool:
        return self.total == self.audience

    @property
    def still_open(self) -> int:
        return sum(self[state] for state in OPEN)

    def why(self, state: str) -> list[tuple[str, int]]:
        """The reasons within a state, most frequent first."""
        found = [(reason, n) for (of, reason), n in self.reasons.items() if of == state and reason]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def tally(dispatch: Dispatch) -> Tally:
    """Count the audience by state and reason. Counted from the rows each time (one pass over an index that
    holds all it needs), never kept beside them, so it cannot drift."""
    rows = (
        Message.objects.filter(dispatch=dispatch)
        .order_by("state", "reason")
        .values_list("state", "reason")
        .annotate(n=Count("pk"))
    )
    states: dict[str, int] = {}
    reasons: dict[tuple[str, str], int] = {}
    for state, reason, n in rows:
        states[state] = states.get(state, 0) + n
        reasons[state, reason] = n
    return Tally(dispatch.audience, states, reasons)


def order(dispatch: Dispatch, *, by: User | None) -> None:
    """Launch in the background: the dispatch is shown as counting its audience until a worker has frozen it.
    Doing it twice changes nothing."""
    with transaction.atomic():
        found = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.DRAFT).update(
            state=DispatchState.FREEZING, launched_at=timezone.now(), by=by
        )
        if not found:
            return
        audit.record("channels.dispatch.launched", dispatch, by=by, label=dispatch.title)
        freeze_audience.enqueue(dispatch.pk)
    dispatch.refresh_from_db()


@task(queue_name="sending")
def freeze_audience(dispatch_id: int) -> None:
    """Ask the renderer for the audience and write it down. Safe to repeat: it starts anew after a kill."""
    dispatch = Dispatch.objects.filter(pk=dispatch_id, state=DispatchState.FREEZING).first()
    if dispatch is None:
        return
    renderer = renderers.renderer_of(dispatch)
    if renderer.freeze is not None:
        freeze(dispatch, renderer.freeze)
    elif renderer.audience is not None:
        launch(dispatch, renderer.audience(dispatch))


class CalledOff(Exception):
    """The audience cannot be told now: the room that owns the dispatch has taken it back."""


def launch(dispatch: Dispatch, rows: Iterable[Recipient | tuple[int, int | None, str]]) -> int:
    """Freeze ROWS as the audience of DISPATCH and let it be sent. Memory stays flat however many they are;
    they are written in short transactions so that nobody else waits. Returns the size of the audience.
    Raises NotNow where the dispatch is already on its way."""

    def write(dispatch: Dispatch) -> None:
        launched_at = dispatch.launched_at or timezone.now()
        written = iter(rows)
        while batch := list(islice(written, FREEZE_BATCH)):
            with transaction.atomic():
                _write(dispatch.pk, dispatch.channel, launched_at, batch)

    return freeze(dispatch, write)


def freeze(dispatch: Dispatch, write: Callable[[Dispatch], None]) -> int:
    """Let WRITE put the audience of DISPATCH into the ledger, in short transactions, and let it be sent. Returns the
    size of the audience; 0 too where WRITE raised CalledOff.

    Until the last row is written the state is FREEZING and nothing is sent; a kill leaves it there and the
    next launch starts from an empty audience. Raises NotNow where the dispatch is already on its way.
    """
    began = Dispatch.objects.filter(
        pk=dispatch.pk, state__in=(DispatchState.DRAFT, DispatchState.FREEZING)
    ).update(state=DispatchState.FREEZING)
    if not began:
        raise NotNow(f"dispatch {dispatch.pk} is {dispatch.state}")
    lean(connection)
    _forget_audience(dispatch.pk)
    dispatch.launched_at = dispatch.launched_at or timezone.now()
    try:
        write(dispatch)
    except CalledOff:
        return 0
    with durable():
        audience = Message.objects.filter(dispatch_id=dispatch.pk).count()
        Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.FREEZING).update(
            state=DispatchState.SENDING, audience=audience, launched_at=dispatch.launched_at
        )
    dispatch.refresh_from_db()
    if not audience:
        close_if_done(dispatch.pk)
    return audience


def _write(dispatch_id: int, channel: str, at: dt.datetime, batch: list[Any]) -> None:
    moment = bulk.stored(at)
    rows = [
        (dispatch_id, customer, contact, channel, language, "waiting", moment, "", "", "", "", "", 0)
        for customer, contact, language in batch
    ]
    bulk.insert(Message, _FIELDS, rows, skip_known=True)


def _forget_audience(dispatch_id: int) -> None:
    """Remove what an interrupted freeze left. Only ever called in the state FREEZING, before anything is
    sent."""
    left = Message.objects.filter(dispatch_id=dispatch_id).order_by("pk").values_list("pk", flat=True)
    while ids := list(left[:500]):
        with transaction.atomic():
            rows = Message.objects.filter(pk__in=ids)
            rows._raw_delete(rows.db)  # type: ignore[attr-defined]


def pause(dispatch: Dispatch, *, by: User | None, because: str = "") -> bool:
    """Hold a dispatch: what is on the wire ends, nothing else begins. False where it was not being sent.
    BECAUSE stands on its page when nobody pressed the button."""
    with durable():
        held = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.SENDING).update(
            state=DispatchState.PAUSED, trouble=because[:300]
        )
        if held:
            put_back(dispatch.pk)
            audit.record("channels.dispatch.paused", dispatch, by=by, label=dispatch.title, because=because)
    dispatch.refresh_from_db()
    return bool(held)


def resume(dispatch: Dispatch, *, by: User | None) -> bool:
    """Go on with a held dispatch."""
    with durable():
        going = Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.PAUSED).update(
            state=DispatchState.SENDING, trouble=""
        )
        if going:
            audit.record("channels.dispatch.resumed", dispatch, by=by, label=dispatch.title)
    dispatch.refresh_from_db()
    return bool(going)


def stop(dispatch: Dispatch, *, by: User | None) -> bool:
    """End a dispatch: whoever's turn had not come is left out with that reason. False where it had ended."""
    with durable():
        ended = Dispatch.objects.filter(
            pk=dispatch.pk, state__in=(DispatchState.SENDING, DispatchState.PAUSED)
        ).update(state=DispatchState.STOPPED, trouble="", finished_at=timezone.now())
        if ended:
            put_back(dispatch.pk)
            leave_out_waiting(dispatch.pk)
            audit.record("channels.dispatch.stopped", dispatch, by=by, label=dispatch.title)
    dispatch.refresh_from_db()
    if ended:
        announce("channels.dispatch.finished", dispatch_id=dispatch.pk)
    return bool(ended)


def send_again(dispatch: Dispatch, reasons: Collection[str], *, by: User | None) -> int:
    """Let those who certainly did not get it (failed, for one of REASONS) wait for their turn again, in the same rows:
    everything is checked anew when it comes. Never those of whom we do not know. Returns how many. Raises NotNow where
    the dispatch was stopped or is still being counted."""
    wanted = sorted(set(reasons) & set(FailReason.values))
    if dispatch.state not in (DispatchState.SENDING, DispatchState.PAUSED, DispatchState.DONE):
        raise NotNow(
            _("Only what was sent to its end, or is being sent, can be sent again to those who failed.")
        )
    with durable():
        again = Message.objects.filter(
            dispatch_id=dispatch.pk, state=MessageState.FAILED, reason__in=wanted
        ).update(
            state=MessageState.WAITING, reason="", tries=0, not_before=timezone.now(), claimed_by="",
            claimed_until=None, sent_at=None, bounced_at=None, delivered_at=None, provider_id="",
        )  # fmt: skip
        if again:
            Dispatch.objects.filter(pk=dispatch.pk, state=DispatchState.DONE).update(
                state=DispatchState.SENDING, finished_at=None
            )
            audit.record(
                "channels.dispatch.repeated",
                dispatch,
                by=by,
                label=dispatch.title,
                reasons=wanted,
                messages=again,
            )
    dispatch.refresh_from_db()
    return again


def put_back(dispatch_id: int) -> int:
    """Take rows out of the hands of workers: an attempt of theirs will find the row gone and let it be."""
    return Message.objects.filter(dispatch_id=dispatch_id, state=MessageState.CLAIMED).update(
        state=MessageState.WAITING, claimed_by="", claimed_until=None
    )


def leave_out_waiting(dispatch_id: int) -> int:
    """In a stopped dispatch nobody waits."""
    return Message.objects.filter(dispatch_id=dispatch_id, state=MessageState.WAITING).update(
        state=MessageState.SKIPPED, reason=SkipReason.STOPPED, address=""
    )


def close_if_done(dispatch_id: int) -> bool:
    """A dispatch with nobody waiting or in hand is done (some may be unknown). True when this call ended
    it."""
    with durable():
        if Message.objects.filter(dispatch_id=dispatch_id, state__in=OPEN).exists():
            return False
        done = Dispatch.objects.filter(pk=dispatch_id, state=DispatchState.SENDING).update(
            state=DispatchState.DONE, finished_at=timezone.now(), trouble=""
        )
        if done:
            announce("channels.dispatch.finished", dispatch_id=dispatch_id)
    return bool(done)
