"""Old values of rows that an import changes, for undo: the first value before the batch is kept."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from grahak.core.models import Batch, BatchChange


def remember(batch: Batch, subject: str, pk: int, before: dict[str, Any]) -> None:
    """Keep BEFORE for fields of a row that this batch did not make and has not changed yet."""
    kept, new = BatchChange.objects.get_or_create(
        batch=batch,
        subject=subject,
        subject_id=pk,
        defaults={"before": {name: plain(value) for name, value in before.items()}},
    )
    if not new:
        kept.before = {name: plain(value) for name, value in before.items()} | kept.before
        kept.save(update_fields=["before"])


def plain(value: Any) -> Any:
    """A JSON value that the field reads back."""
    if isinstance(value, Decimal | dt.date | dt.datetime):
        return str(value)
    return value
