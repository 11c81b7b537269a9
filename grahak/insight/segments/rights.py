"""Which rules a person may write and whose figures they may read: a rule over a field that is kept from their role is
not offered, not counted, and tells no value."""

from __future__ import annotations

from typing import Any, Final

from grahak.core.rights import fields
from grahak.customers import custom
from grahak.customers.field_rights import SUBJECT
from grahak.insight.segments import registry
from grahak.insight.segments.registry import Args, Condition
from grahak.insight.segments.tree import Leaf, Node, Tree

_MONEY: Final = (
    "spent",
    "product_amount",
    "category_amount",
    "order_amount",
    "average",
    "returned_amount",
    "share",
)
_ORDERS: Final = (
    "orders", "product", "category", "product_quantity", "ordered_at", "returned", "first_order", "last_order",
    "first_product", "first_category", "gap", "silence", "due", "late", "lapsed",
)  # fmt: skip
# Condition -> the fields of a customer that it tells of; the others tell of nothing that can be kept from a role
TELLS: Final[dict[str, frozenset[str]]] = {
    "person": frozenset({"owner"}),
    "team": frozenset({"team"}),
    "branch": frozenset({"branch"}),
    "lifecycle": frozenset({"lifecycle"}),
    "balance": frozenset({"balance"}),
    "unpaid": frozenset({"balance"}),
    "overdue": frozenset({"balance", "credit_days"}),
    "credit": frozenset({"balance", "credit_limit"}),
    **dict.fromkeys(_MONEY, frozenset({"net"})),
    **dict.fromkeys(_ORDERS, frozenset({"orders"})),
}
_WAYS: Final = {"phone": "phone", "whatsapp": "phone", "sms": "phone", "email": "email"}


def told_by(code: str, args: Args) -> frozenset[str]:
    """The fields that a rule tells of, with its blanks filled in."""
    if code.startswith("own_"):
        return frozenset({f"{custom.PREFIX}{args.get('field', '')}"})
    if code == "way":
        return frozenset({_WAYS.get(str(args.get("way")), "")})
    return TELLS.get(code, frozenset())


def is_closed(code: str, args: Args, user: Any) -> bool:
    """Whether a rule tells of a field that is kept from USER."""
    return bool(told_by(code, args) & fields.hidden(user, SUBJECT))


def closed_leaf(node: Node | None, user: Any) -> bool:
    return isinstance(node, Leaf) and is_closed(node.code, node.args, user)


def first_closed(tree: Tree, user: Any) -> Leaf | None:
    """The first rule of a tree that USER may not ask."""
    return next((leaf for leaf in tree.leaves() if is_closed(leaf.code, leaf.args, user)), None)


def offered(user: Any) -> list[tuple[Any, list[Condition]]]:
    """The conditions that USER may ask, under their headings."""
    shelf = [
        (heading, [one for one in found if not is_closed(one.code, {}, user)])
        for heading, found in registry.grouped()
    ]
    return [(heading, found) for heading, found in shelf if found]
