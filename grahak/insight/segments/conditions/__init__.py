"""The conditions of the product, one module a noun; importing this makes them known."""

from grahak.insight.segments.conditions import about, orders

__all__ = ["about", "orders"]
