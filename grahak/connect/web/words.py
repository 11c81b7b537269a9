"""What a live row says was done, and its icon. The names of shoppers' deeds are those of the day book."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.customers.visit_words import NAMES

_PLAIN: dict[str, tuple[Any, str]] = {
    "page": (NAMES["Page Viewed"], "file"),
    "screen": (NAMES["Screen Viewed"], "file"),
    "identify": (_("Said who they are"), "user"),
    "group": (_("Belongs to a firm"), "building"),
    "alias": (_("Is also known by another name"), "link"),
    "order": (_("Order written"), "order"),
}
_ICONS = {
    "Products Searched": "search",
    "Product List Viewed": "item",
    "Product Viewed": "eye",
    "Product Added": "order",
    "Product Removed": "minus",
    "Cart Viewed": "order",
    "Checkout Started": "card",
    "Order Completed": "cash",
    "Order Cancelled": "x",
    "Order Refunded": "return",
    "Signed Up": "user-plus",
    "Signed In": "login",
    "Email Link Clicked": "mail",
}
OTHER = "bolt"


def what(kind: str, name: str) -> tuple[Any, str]:
    """(words, icon) for a happening of KIND with NAME; words is "" where the name itself must do."""
    if kind == "rejected":
        return _("Could not be read"), "alert"
    if kind == "action":
        return NAMES.get(name, ""), _ICONS.get(name, OTHER)
    return _PLAIN.get(name, ("", OTHER))
