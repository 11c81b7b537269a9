"""Sums over very many customers, kept for a minute: a large shop's home page costs what a small one's
costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache

from grahak.core.access import scope_of
from grahak.core.models import Branch, User

MANY = 5_000
KEPT_FOR = 60  # seconds


def kept_if_many(
    name: str, user: User, branch: Branch | None, count: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What COUNT gives: a dict with "many". Below 5,000 it is counted each time, so that a small shop's
    sums are always of this moment; above, it may be a minute old. Kept apart by what the person may see."""
    scope = f"{scope_of(user, 'customers.view')}-{scope_of(user, 'payments.view')}-{user.branch_id}"
    key = f"sales:{name}:{scope}:{branch.pk if branch else ''}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = count()
        if found["many"] >= MANY:
            cache.set(key, found, KEPT_FOR)
    return found
