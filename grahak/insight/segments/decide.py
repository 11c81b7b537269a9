"""One customer, now, from the records: whether they are in a segment, and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.insight.models import Segment
from grahak.insight.segments.compile import compiled
from grahak.insight.segments.context import Context, OnDay, Target, records
from grahak.insight.segments.tree import MATCHES, Group, Leaf, Node, Tree, parse

Asked = Segment | Tree


def decide(asked: Asked, customer_id: int, today: dt.date | None = None) -> bool:
    """Whether a customer belongs, by the rules and the records of this moment; for a list kept by hand, whether
    they are on it. One query."""
    if isinstance(asked, Segment) and asked.is_static:
        return asked.memberships.filter(customer_id=customer_id).exists()
    found = compiled(_tree(asked), records("one"))
    return bool(run(found.members, found.bound(today) | {"customer": customer_id}))


def decided(asked: Asked, customer_ids: Sequence[int], today: dt.date | None = None) -> set[int]:
    """Which of a few customers (at most some hundreds) belong. One query."""
    if isinstance(asked, Segment) and asked.is_static:
        rows = asked.memberships.filter(customer_id__in=list(customer_ids))
        return set(rows.values_list("customer_id", flat=True))
    target = records("few")
    found = compiled(_tree(asked), target)
    return {row[0] for row in run(found.members, found.bound(today) | few(target, customer_ids))}


def few(target: Target, customer_ids: Iterable[int]) -> dict[str, Any]:
    """The parameter that names a few customers."""
    ids = sorted(set(customer_ids))
    return {"customers": ids if target.dialect == "postgres" else json.dumps(ids)}


def _tree(asked: Asked) -> Tree:
    return asked if isinstance(asked, Tree) else parse(asked.tree)


def run(text: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a compiled text from the records. On SQLite the driver is asked itself: it keeps the text
    prepared, and nothing in it needs Django's rewriting."""
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return list(connection.connection.execute(text, params).fetchall())
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())


# Why


@dataclass(frozen=True)
class Why:
    """A node and what was found: SENTENCE is the rule, HOLDS whether it does for this customer (a group of kind
    "none" holds where none of its rules does), FOUND what was found of them, "" for groups."""

    sentence: str
    holds: bool
    found: str
    rules: tuple[Why, ...] = ()
    match: str = ""


def why(asked: Asked, customer_id: int, today: dt.date | None = None) -> Why:
    """Each rule with whether it holds for a customer and the figure that was found. The answer of the whole is
    that of `decide`; a customer who is put away is in nothing and the first sentence says so."""
    day = today or business.today()
    if isinstance(asked, Segment) and asked.is_static:
        entered = (
            asked.memberships.filter(customer_id=customer_id).values_list("entered_at", flat=True).first()
        )
        found = _("put there on %(day)s") % {"day": _day(entered)} if entered else _("not on the list")
        return Why(_("This is a list kept by hand"), entered is not None, found)
    answer = _why(_tree(asked).root, customer_id, day)
    if _is_away(customer_id):
        away = _("This customer is put away, and in no segment that follows rules")
        return Why(away, False, "", (answer,), "all")
    return answer


def _day(moment: dt.datetime) -> str:
    from grahak.insight.segments import words

    return words.day(moment)


def _is_away(customer_id: int) -> bool:
    from grahak.customers.models import Customer

    return not Customer.objects.active().filter(pk=customer_id).exists()


def _why(node: Node, customer_id: int, day: dt.date) -> Why:
    if isinstance(node, Leaf):
        return _why_leaf(node, customer_id, day)
    rules = tuple(_why(rule, customer_id, day) for rule in node.rules)
    found = [rule.holds for rule in rules]
    holds = {"all": all(found), "any": any(found), "none": not any(found)}[node.match]
    return Why(str(MATCHES[node.match]), holds, "", rules, node.match)


def _why_leaf(leaf: Leaf, customer_id: int, day: dt.date) -> Why:
    holds = decide(Tree(Group("any", (leaf,))), customer_id, day) if not _is_away(customer_id) else False
    return Why(leaf.says(), holds, figure(leaf, customer_id, day))


def figure(leaf: Leaf, customer_id: int, day: dt.date) -> str:
    """What was found of a customer for a rule, as words; "" where the condition has none."""
    condition = leaf.condition
    if condition.figure is None or condition.actual is None:
        return ""
    ctx = Context(records("one"))
    text = condition.figure(leaf.args, ctx)
    params = {
        name: value.of(day) if isinstance(value, OnDay) else value for name, value in ctx.params.items()
    }
    rows = run(text, params | {"customer": customer_id})
    value = rows[0][0] if rows else None
    return str(condition.actual(leaf.args, value))
