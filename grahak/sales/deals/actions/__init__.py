"""Everything that changes deals, pipelines and what orders came of them: one transaction a verb, with its audit line,
its line on the customer's timeline, its announcement, and the figures of the stages recounted."""

from grahak.sales.deals.actions.adding import DealDraft, add_deal, add_deals
from grahak.sales.deals.actions.editing import LineDraft, edit_deal, remove_deal, set_lines
from grahak.sales.deals.actions.linking import (
    link_order,
    offer_orders,
    order_of_lines,
    refuse_order,
    unlink_order,
)
from grahak.sales.deals.actions.moving import Overtaken, lose, move, reopen, take_back, win

__all__ = [
    "DealDraft",
    "LineDraft",
    "Overtaken",
    "add_deal",
    "add_deals",
    "edit_deal",
    "link_order",
    "lose",
    "move",
    "offer_orders",
    "order_of_lines",
    "refuse_order",
    "remove_deal",
    "reopen",
    "set_lines",
    "take_back",
    "unlink_order",
    "win",
]
