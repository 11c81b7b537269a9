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


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str]]:
    """The fields that differ, as {"field": [old, new]}, for an audit line."""
    return {
        name: [str(before.get(name, "")), str(value)] for name, value in after.items() if before.get(name) != value
    }
