"""Events in a trader's words: Segment's names of what shoppers do, with an icon each; other names stay as sent."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

_PLAIN: dict[str, tuple[Any, str]] = {
    "page": (_("Opened a page"), "file"),
    "screen": (_("Opened a screen"), "file"),
    "identify": (_("Said who they are"), "user"),
    "group": (_("Belongs to a firm"), "building"),
    "alias": (_("Is also known by another name"), "link"),
    "order": (_("Order written"), "order"),
}
_NAMED: dict[str, tuple[Any, str]] = {
    "Products Searched": (_("Searched for items"), "search"),
    "Product List Viewed": (_("Looked at a list of items"), "item"),
    "Product Clicked": (_("Chose an item"), "item"),
    "Product Viewed": (_("Looked at an item"), "eye"),
    "Product Added": (_("Put into the basket"), "order"),
    "Product Removed": (_("Took out of the basket"), "minus"),
    "Product Added to Wishlist": (_("Put on the wish list"), "star"),
    "Cart Viewed": (_("Looked into the basket"), "order"),
    "Checkout Started": (_("Went to the till"), "card"),
    "Checkout Step Completed": (_("Went on at the till"), "card"),
    "Payment Info Entered": (_("Said how they pay"), "card"),
    "Coupon Applied": (_("Used a coupon"), "offer"),
    "Order Completed": (_("Ordered in the web shop"), "cash"),
    "Order Updated": (_("Changed the order"), "edit"),
    "Order Cancelled": (_("Cancelled the order"), "x"),
    "Order Refunded": (_("Was paid back"), "return"),
    "Product Reviewed": (_("Reviewed an item"), "star"),
    "Signed Up": (_("Signed up"), "user-plus"),
    "Signed In": (_("Logged in to the shop"), "login"),
}
OTHER = "bolt"


def what(kind: str, name: str) -> tuple[Any, str]:
    """(words, icon) for a happening of KIND with NAME; words is "" where the name itself must do."""
    if kind == "rejected":
        return _("Could not be read"), "alert"
    return (_NAMED if kind == "action" else _PLAIN).get(name, ("", OTHER))
