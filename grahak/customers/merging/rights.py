"""Which facts a person may not see or not change, so that a merge neither shows nor decides them."""

from __future__ import annotations

from typing import Any, Final

from grahak.core.rights import fields

SUBJECT: Final = "customers.customer"


def hidden_from(user: Any) -> frozenset[str]:
    """Names of facts that this person may not see."""
    return frozenset(fields.hidden(user, SUBJECT))


def locked_for(user: Any) -> frozenset[str]:
    """Names of facts that this person may see but not change."""
    return frozenset(fields.locked(user, SUBJECT))
