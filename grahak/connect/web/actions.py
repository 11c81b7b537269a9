"""Sources of events: made, changed, ended and taken up again; each in one transaction with its line in the log."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from grahak.core import audit
from grahak.core.models import User
from grahak.customers.models import Source

PREFIX = "gw_"


@transaction.atomic
def add_source(*, by: User, name: str, kind: str, options: dict[str, Any] | None = None) -> Source:
    """A new place where events come from, with a write key of its own."""
    source = Source.objects.create(
        name=name, kind=kind, write_key=PREFIX + secrets.token_urlsafe(24), options=options or {}
    )
    audit.record("connect.source.added", source, by=by, kind=kind)
    return source


@transaction.atomic
def change_source(source: Source, *, by: User, name: str, options: dict[str, Any]) -> Source:
    """Rename a source or change how its pages behave. Options that are not given stay as they are."""
    before = {"name": source.name, **source.options}
    source.name, source.options = name, source.options | options
    source.save(update_fields=["name", "options"])
    changes = audit.changed(before, {"name": name, **source.options})
    if changes:
        audit.record("connect.source.changed", source, by=by, **changes)
    return source


@transaction.atomic
def end_source(source: Source, *, by: User) -> None:
    """Let nothing in from this source any more; what came stays. Safe to repeat."""
    if source.ended_at is None:
        source.ended_at = timezone.now()
        source.save(update_fields=["ended_at"])
        audit.record("connect.source.ended", source, by=by)


@transaction.atomic
def resume_source(source: Source, *, by: User) -> None:
    """Let events in again, by the same key. Safe to repeat."""
    if source.ended_at is not None:
        source.ended_at = None
        source.save(update_fields=["ended_at"])
        audit.record("connect.source.resumed", source, by=by)
