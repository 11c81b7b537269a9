"""Addresses are added, changed, switched off and on, given new secrets, tried, and told again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.connect.webhooks import outbox, signing, wire
from grahak.connect.webhooks.kinds import KINDS
from grahak.connect.webhooks.models import Endpoint, Happening, Off, Telling, TellingState
from grahak.core import audit
from grahak.core.models import Branch, User

KEPT = dt.timedelta(days=30)
TEST = "test.ping"


def _checked(url: str, events: Iterable[str]) -> tuple[str, list[str]]:
    """ValidationError under url or events."""
    kept = url.strip()
    if len(kept) > 500:
        raise ValidationError({"url": _("At most 500 characters.")})
    try:
        wire.checked(kept)
    except wire.Refused as error:
        raise ValidationError({"url": str(error)}) from None
    chosen = [name for name in KINDS if name in set(events)]
    if not chosen:
        raise ValidationError({"events": _("Choose at least one event.")})
    return kept, chosen


@transaction.atomic
def add(
    *, by: User | None, name: str, url: str, events: Iterable[str], role: str, branch: Branch | None = None
) -> tuple[Endpoint, str]:
    """An address and its secret, which is shown to whoever may change addresses."""
    url, chosen = _checked(url, events)
    secret = signing.new_secret()
    endpoint = Endpoint.objects.create(
        name=" ".join(name.split())[:80] or url[:80], url=url, events=chosen, role=role, branch=branch,
        secret_sealed=signing.sealed(secret), by=by,
    )  # fmt: skip
    audit.record("connect.webhook.added", endpoint, by=by, url=url, events=chosen)
    transaction.on_commit(outbox.forget)
    outbox.forget()
    return endpoint, secret


@transaction.atomic
def change(endpoint: Endpoint, *, by: User | None, **fields: Any) -> Endpoint:
    """Change name, url, events, role or branch."""
    url, chosen = _checked(fields.get("url", endpoint.url), fields.get("events", endpoint.events))
    values = fields | {"url": url, "events": chosen}
    before = {name: getattr(endpoint, name) for name in values}
    for name, value in values.items():
        setattr(endpoint, name, value)
    changes = audit.changed(before, values)
    if changes:
        endpoint.save(update_fields=list(values))
        audit.record("connect.webhook.changed", endpoint, by=by, changes=changes)
        transaction.on_commit(outbox.forget)
        outbox.forget()
    return endpoint


@transaction.atomic
def switch_off(pk: int, why: Off, *, by: User | None = None) -> bool:
    """Send nothing more to an address; False where it was off before. The owner is told when it did not go off by
    hand."""
    if not Endpoint.objects.filter(pk=pk, off="").update(off=why, off_at=timezone.now()):
        return False
    endpoint = Endpoint.objects.get(pk=pk)
    audit.record("connect.webhook.off", endpoint, by=by, why=why.value)
    if why in (Off.GONE, Off.FAILING):
        from grahak.connect.webhooks.jobs import write_owner

        transaction.on_commit(lambda: write_owner.enqueue(pk))
    return True


@transaction.atomic
def switch_on(endpoint: Endpoint, *, by: User | None) -> None:
    """Send again; what waited goes on waiting its turn."""
    Endpoint.objects.filter(pk=endpoint.pk).exclude(off=Off.ENDED).update(
        off="", off_at=None, failing_since=None
    )
    audit.record("connect.webhook.on", endpoint, by=by)


@transaction.atomic
def end(endpoint: Endpoint, *, by: User | None) -> None:
    """Take an address off the list; its log stays until it is old."""
    Endpoint.objects.filter(pk=endpoint.pk).update(off=Off.ENDED, off_at=timezone.now())
    Telling.objects.filter(endpoint=endpoint, state=TellingState.WAITING).update(
        state=TellingState.FAILED, done_at=timezone.now(), why=_("The address was removed.")
    )
    audit.record("connect.webhook.ended", endpoint, by=by)
    transaction.on_commit(outbox.forget)
    outbox.forget()


@transaction.atomic
def rotate(endpoint: Endpoint, *, by: User | None) -> str:
    """A new secret; the old one signs beside it for a day."""
    secret = signing.new_secret()
    endpoint.old_secret_sealed = endpoint.secret_sealed
    endpoint.old_until = timezone.now() + signing.OVERLAP
    endpoint.secret_sealed = signing.sealed(secret)
    endpoint.save(update_fields=["old_secret_sealed", "old_until", "secret_sealed"])
    audit.record("connect.webhook.rotated", endpoint, by=by)
    return secret


@transaction.atomic
def ping(endpoint: Endpoint, *, by: User | None) -> Telling:
    """A message that says nothing, sent as any other."""
    from grahak.connect.webhooks.sending import GIVE_UP

    now = timezone.now()
    number = f"msg_test_{uuid.uuid4().hex}"
    body = {"type": TEST, "timestamp": now, "data": {"endpoint": endpoint.name}}
    audit.record("connect.webhook.tried", endpoint, by=by)
    return Telling.objects.create(
        endpoint=endpoint, message_id=number, event=TEST, about=number, body=msgspec.json.encode(body).decode(),
        give_up_at=now + GIVE_UP,
    )  # fmt: skip


@transaction.atomic
def replay(telling: Telling, *, by: User | None) -> bool:
    """Send one again, under its own id. False while it waits anyway."""
    done = _again(Telling.objects.filter(pk=telling.pk).exclude(state=TellingState.WAITING))
    if done:
        audit.record("connect.webhook.replayed", telling.endpoint, by=by, message=telling.message_id)
    return bool(done)


@transaction.atomic
def replay_since(endpoint: Endpoint, since: dt.datetime, *, by: User | None) -> int:
    """Tell everything since a moment again: what was given up, and what happened while the address was off (kept for
    thirty days). What was received is not sent again. Returns how many."""
    from grahak.connect.webhooks.sending import tell

    failed = Telling.objects.filter(endpoint=endpoint, created_at__gte=since, state=TellingState.FAILED)
    many = _again(failed)
    missed = Happening.objects.filter(at__gte=since, handed_out=True, event__in=endpoint.events)
    missed = missed.exclude(tellings__endpoint=endpoint).order_by("pk")
    last = 0
    while step := list(missed.filter(pk__gt=last)[:200]):
        many += tell(endpoint, step)
        last = step[-1].pk
    audit.record("connect.webhook.replayed", endpoint, by=by, since=since.isoformat(), tellings=many)
    return many


def _again(rows: Any) -> int:
    from grahak.connect.webhooks.sending import GIVE_UP

    now = timezone.now()
    return int(
        rows.update(
            state=TellingState.WAITING, attempts=0, try_at=now, give_up_at=now + GIVE_UP, claimed_until=None,
            done_at=None, why="",
        )
    )  # fmt: skip


def tidy() -> None:
    """Forget what is older than thirty days."""
    old = timezone.now() - KEPT
    Telling.objects.filter(created_at__lt=old).exclude(state=TellingState.WAITING).delete()
    Happening.objects.filter(at__lt=old, handed_out=True).exclude(
        tellings__state=TellingState.WAITING
    ).delete()
