"""Sums over very many customers, kept for a minute: a large shop's home page costs what a small one's
costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache

from grahak.core.access import scope_of
from grahak.core.models import Branch, User
from grahak.sales.models import CustomerFigures

MANY = 20_000  # customers
KEPT_FOR = 60  # seconds


def kept_in_a_large_shop(
    name: str, user: User, branch: Branch | None, count: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What COUNT gives. With up to 20,000 customers it is counted each time, so that a small shop's sums are
    always of this moment; with more it may be a minute old. Kept apart by what the person may see."""
    scope = f"{scope_of(user, 'customers.view')}-{scope_of(user, 'payments.view')}-{user.branch_id}"
    key = f"sales:{name}:{scope}:{branch.pk if branch else ''}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = count()
        if CustomerFigures.objects.order_by("pk")[MANY : MANY + 1].exists():
            cache.set(key, found, KEPT_FOR)
    return found
