"""Two records of one customer become one, and two again."""

from grahak.customers.merging.chain import kept_ids, kept_of, named_by
from grahak.customers.merging.merge import Plan, better, gather_strays, merge_customers, plan
from grahak.customers.merging.rights import hidden_from, locked_for
from grahak.customers.merging.undo import Look, look, undo_merge

__all__ = [
    "Look",
    "Plan",
    "better",
    "gather_strays",
    "hidden_from",
    "kept_ids",
    "kept_of",
    "locked_for",
    "look",
    "merge_customers",
    "named_by",
    "plan",
    "undo_merge",
]
