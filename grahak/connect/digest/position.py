"""How far the digest has come: the number of the last event, which commits with what was made of the events up to
it. A kill at any moment neither loses an event nor counts one twice."""

from __future__ import annotations

from typing import Final

from grahak.core import changes
from grahak.core.models import Setting
from grahak.customers.models import Event

NAME: Final = "digest.position"


def reached() -> int:
    """The number of the last event that was digested; 0 before the first."""
    found = Setting.objects.filter(pk=NAME).values_list("value", flat=True).first()
    return int(found or 0)


def settled() -> int:
    """Up to which number events can be read without missing one that commits later."""
    return changes.settled_id(Event)


def take(after: int, upto: int) -> bool:
    """In the caller's transaction: go on from AFTER to UPTO. False where another digest was quicker."""
    row, _new = Setting.objects.select_for_update().get_or_create(name=NAME, defaults={"value": 0})
    if int(row.value) != after:
        return False
    row.value = upto
    row.save(update_fields=["value", "updated_at"])
    return True
