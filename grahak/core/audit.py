"""Every write leaves a line: who, what, to which row, with what values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model

from grahak.core.models import AuditEntry
from grahak.core.rights.principals import KeyUser

# From where the request of this moment came; empty for jobs and commands
asked_from: ContextVar[str] = ContextVar("audit_asked_from", default="")

# The key that does what is done just now: actions of the rooms write people into their rows, and a key is none
_acting: ContextVar[KeyUser | None] = ContextVar("audit_acting", default=None)


@contextmanager
def acting(key: KeyUser) -> Iterator[None]:
    """What is done inside and by nobody (by=None) is done by this key, and the log says so."""
    before = _acting.set(key)
    try:
        yield
    finally:
        _acting.reset(before)


def record(
    action: str, subject: Model | None = None, *, by: Any, label: str = "", **detail: Any
) -> AuditEntry:
    """Write one audit line inside the caller's transaction. BY: a colleague, a key (core.rights.KeyUser), or None
    for the system itself. ACTION is past tense with its room: "sales.order.added". DETAIL must be JSON values; a
    pair [before, after] says that the field of that name changed."""
    owner = getattr(by, "seen_by", None)  # an owner who looks at the shop as this colleague does it, not they
    if owner is not None:
        detail, by = detail | {"seen_as": by.name}, owner
    by = by or _acting.get()
    is_key = isinstance(by, KeyUser)
    return AuditEntry.objects.create(
        by=None if is_key else by,
        key=by.key if is_key else None,
        actor=_actor(by),
        address=asked_from.get() or None,
        action=action,
        subject=subject._meta.label if subject else "",
        subject_id=subject.pk if subject else None,
        label=(label or (str(subject) if subject else ""))[:200],
        detail=detail,
        fields=named_fields(detail),
    )


def record_many(
    action: str, model: type[Model], lines: Iterable[tuple[int, str, dict[str, Any]]], *, by: Any
) -> None:
    """Lines about many rows of MODEL at once, each (primary key, label, detail); as `record` in all else."""
    owner = getattr(by, "seen_by", None)
    seen_as = {"seen_as": by.name} if owner is not None else {}
    by = owner or by or _acting.get()
    is_key = isinstance(by, KeyUser)
    common: dict[str, Any] = {
        "by": None if is_key else by,
        "key": by.key if is_key else None,
        "actor": _actor(by),
        "address": asked_from.get() or None,
        "action": action,
        "subject": model._meta.label,
    }
    AuditEntry.objects.bulk_create(
        (
            AuditEntry(
                subject_id=pk, label=label[:200], detail=detail | seen_as, fields=named_fields(detail), **common
            )
            for pk, label, detail in lines
        ),
        batch_size=500,
    )  # fmt: skip


def _actor(by: Any) -> str:
    if by is None:
        return "grahak"
    if isinstance(by, KeyUser):
        return f"{by.name} <{by.key.prefix}…>"[:160]
    return f"{by.name} <{by.email}>"[:160]


def named_fields(detail: dict[str, Any]) -> str:
    """The names of what changed, each between bars ("|city|credit_limit|"), as the log is searched by them."""
    inner = detail.get("changes")
    pairs = detail | inner if isinstance(inner, dict) else detail
    names = [
        name.replace("|", " ") for name, value in pairs.items() if isinstance(value, list) and len(value) == 2
    ]
    return f"|{'|'.join(sorted(names))}|"[:400] if names else ""


_SENTENCES: dict[str, Any] = {}


def describe(sentences: dict[str, Any]) -> None:
    """What the log calls an action, for the reader: {"sales.order.added": _("Order written")}."""
    _SENTENCES.update(sentences)


def sentence(action: str) -> Any:
    """The words for an action; its code where nobody wrote them."""
    return _SENTENCES.get(action) or action


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The fields that differ, as {"field": [old, new]}, for an audit line."""
    return {
        name: ["" if one is None else str(one) for one in (before.get(name), value)]
        for name, value in after.items()
        if before.get(name) != value
    }
