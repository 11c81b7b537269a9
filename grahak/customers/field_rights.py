"""Which facts of a customer a person may not see, or see and not change."""

from __future__ import annotations

from typing import Any


def hidden(user: Any, subject: str) -> frozenset[str]:
    """The fields of SUBJECT ("customers.customer") that this person may not see."""
    return frozenset()


def locked(user: Any, subject: str) -> frozenset[str]:
    """Those that this person may not change, the hidden ones among them."""
    return frozenset()
