"""The conditions of the product, one module a noun; importing this makes them known."""

from grahak.insight.segments.conditions import (
    about,
    behaviour,
    khata,
    messages,
    orders,
    own,
    reach,
    rhythm,
    scores,
    shares,
    standing,
)

__all__ = [
    "about",
    "behaviour",
    "khata",
    "messages",
    "orders",
    "own",
    "reach",
    "rhythm",
    "scores",
    "shares",
    "standing",
]
