"""What the search box finds among items."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.catalogue.views.products import matching
from grahak.core.access import scope_of
from grahak.core.money import written


def items(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Items that match the typed text, at most LIMIT, as the search box shows them."""
    if scope_of(user, "catalogue.view") is None or len(text.strip()) < 2:
        return []
    found = matching(text.strip()[:100]).filter(archived_at=None).order_by("name", "id")
    return [
        {
            "group": _("Items"),
            "icon": "item",
            "title": product.name,
            "text": f"{product.code} · {written(product.price)}"
            if product.price is not None
            else product.code,
            "url": product.get_absolute_url(),
        }
        for product in found.only("pk", "code", "name", "price")[:limit]
    ]
