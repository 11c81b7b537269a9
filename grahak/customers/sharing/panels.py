"""What sharing hangs into a customer's page and into a person's day."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from grahak.core.access import SHARED
from grahak.core.registry import DayList, Panel, registry
from grahak.core.rights import shares
from grahak.customers.extras import ask, has
from grahak.customers.models import Customer, Share
from grahak.customers.sharing.actions import running


def with_me(customer: Customer, request: Any) -> dict[str, Any] | None:
    """Whether it is shared with who looks: known from memory."""
    line = next((one for one in shares.lines(request.user, SHARED) if one.pk == customer.pk), None)
    return {"line": line} if line else None


def with_others(customer: Customer, request: Any) -> dict[str, Any] | None:
    """With whom it is shared; asked only where anything is shared with anybody."""
    found = running(customer) if shares.is_used(SHARED) and has(customer, "shares") else []
    return {"shares": found} if found else None


def shared_with_me(user: Any, limit: int) -> list[dict[str, Any]]:
    """Customers shared with this person, for their day."""
    ids = [one.pk for one in shares.lines(user, SHARED)]
    if not ids:
        return []
    rows = Customer.objects.visible_to(user).active().filter(pk__in=ids[-200:]).order_by("name_sort", "pk")
    return [{"title": row.name, "text": row.city, "url": row.get_absolute_url()} for row in rows[:limit]]


def hang() -> None:
    """Called once, when the apps are ready."""
    shares.register(SHARED, Share, "customer_id")
    ask("shares", Share, "customer_id = %s AND ended_at IS NULL")
    registry.add(
        Panel("customers.shared_with_me", "head", "customers/sharing/_badge.html", with_me, order=40),
        Panel(
            "customers.shared", "related", "customers/sharing/_panel.html", with_others, order=70,
            action="customers.share",
        ),
        DayList(
            "shared", pgettext_lazy("list", "Shared with me"), shared_with_me,
            lambda: reverse("customers:shared"), "customers.view", order=80,
        ),
    )  # fmt: skip
