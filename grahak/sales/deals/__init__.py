"""Deals: business that may come about, from the first word to an order, on boards of stages; what they may bring by
month, and what became of them. The definitions of every figure stand in docs/deals.md."""
