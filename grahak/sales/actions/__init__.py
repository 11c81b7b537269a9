"""Everything that changes orders, payments and the khata: one transaction a verb, with its audit line,
its line on the timeline, and the figures of the customer and the day recounted."""

from grahak.sales.actions.lines import LineDraft
from grahak.sales.actions.orders import cancel_order, edit_order, place_order, restore_order
from grahak.sales.actions.payments import open_balance, receive_payment, void_payment
from grahak.sales.actions.reclassify import reclassify
from grahak.sales.actions.returns import left_to_return, lines_to_return, take_return

__all__ = [
    "LineDraft",
    "cancel_order",
    "edit_order",
    "left_to_return",
    "lines_to_return",
    "open_balance",
    "place_order",
    "receive_payment",
    "reclassify",
    "restore_order",
    "take_return",
    "void_payment",
]
