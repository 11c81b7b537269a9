"""Every write leaves a line: who, what, to which row, with what values."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from grahak.core.models import AuditEntry, User


def record(
    action: str, subject: Model | None = None, *, by: User | None, label: str = "", **detail: Any
) -> AuditEntry:
    """Write one audit line inside the caller's transaction. `by=None` means the system itself.
    ACTION is past tense with its room: "sales.order.added". DETAIL must be JSON values."""
    return AuditEntry.objects.create(
        by=by,
        actor=f"{by.name} <{by.email}>" if by else "grahak",
        action=action,
        subject=subject._meta.label if subject else "",
        subject_id=subject.pk if subject else None,
        label=(label or (str(subject) if subject else ""))[:200],
        detail=detail,
    )


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
