"""The conditions of the product, one module a noun; importing this makes them known.

Fields that a shop invents will add theirs in the same way: a Condition a field, made when the field is.
"""

from grahak.insight.segments.conditions import (
    about,
    behaviour,
    khata,
    messages,
    orders,
    reach,
    rhythm,
    scores,
    shares,
)

__all__ = ["about", "behaviour", "khata", "messages", "orders", "reach", "rhythm", "scores", "shares"]
