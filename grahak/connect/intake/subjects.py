"""What an event was done to, and the money in it, found where Segment's e-commerce spec puts them.

Subject: of a page its path; of "Order …" the order_id; of other actions product_id, else sku, else those of the only
entry of `products`, else order_id. Value: the first of revenue, value, total, price that is an amount.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

_AMOUNTS = ("revenue", "value", "total", "price")
_UNIT = 10_000  # amounts are kept in ten-thousandths
_MOST = 10**12  # what is more is no amount of a shop
_PLAIN, _NEAR = 10**7, 1e-4


def subject_of_track(name: str, properties: dict[str, Any]) -> str:
    order = _word(properties.get("order_id"))
    if order and name.startswith("Order "):
        return order
    return _product(properties) or _only_product(properties.get("products")) or order


def _product(properties: dict[str, Any]) -> str:
    return _word(properties.get("product_id")) or _word(properties.get("sku"))


def _only_product(products: Any) -> str:
    if isinstance(products, list) and len(products) == 1 and isinstance(products[0], dict):
        return _product(products[0])
    return ""


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def subject_of_page(properties: dict[str, Any], page: dict[str, Any]) -> str:
    """The path of the page: said, or that of its address."""
    for said in (properties, page):
        path = said.get("path")
        if isinstance(path, str) and path:
            return path
    for said in (properties, page):
        url = said.get("url")
        if isinstance(url, str) and url:
            try:
                return urlsplit(url).path or "/"
            except ValueError:
                return ""
    return ""


def money(properties: dict[str, Any]) -> int | None:
    """The money in it, in ten-thousandths; None where there is none."""
    for name in _AMOUNTS:
        if name in properties:
            found = ten_thousandths(properties[name])
            if found is not None:
                return found
    return None


def ten_thousandths(value: Any) -> int | None:
    """A number, or text that is one, in ten-thousandths, halves rounded up; None where it is no amount below 10¹²."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int):
        return value * _UNIT if abs(value) < _MOST else None
    if isinstance(value, float) and -_PLAIN < value < _PLAIN:
        units = value * _UNIT
        whole = round(units)
        if -_NEAR < units - whole < _NEAR:  # a float's error is far below this: the decimal way says the same
            return whole
    try:
        exact = Decimal(value.strip() if isinstance(value, str) else repr(value))
        if not exact.is_finite() or abs(exact) >= _MOST:
            return None
        return int((exact * _UNIT).to_integral_value(ROUND_HALF_UP))
    except InvalidOperation:
        return None
