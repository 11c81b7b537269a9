"""What the search box finds among orders: numbers, from their beginning."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.core.access import scope_of
from grahak.core.money import written
from grahak.core.templatetags.ui import day
from grahak.sales.models import Order


def orders(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Orders whose number begins with the text, newest first, at most LIMIT."""
    typed = text.strip()[:60]
    if scope_of(user, "orders.view") is None or len(typed) < 3 or not any(char.isdigit() for char in typed):
        return []
    rows = Order.objects.visible_to(user).numbered(typed)
    found = rows.select_related("customer").order_by("number")[:limit]
    return [
        {
            "group": _("Orders"),
            "icon": "return" if order.is_return else "order",
            "title": order.number,
            "text": " · ".join(
                part
                for part in (
                    order.customer.name if order.customer else "",
                    day(order.placed_at),
                    written(order.total),
                )
                if part
            ),
            "url": order.get_absolute_url(),
        }
        for order in found
    ]
