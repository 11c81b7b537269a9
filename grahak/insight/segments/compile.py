"""A condition tree as SQL, and what the warehouse answers to it: who is in it, and how many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from grahak.core import business
from grahak.insight.models import Segment
from grahak.insight.segments import conditions as _conditions  # noqa: F401  (they register themselves)
from grahak.insight.segments.context import EVERYBODY, Context, Known, OnDay, Target
from grahak.insight.segments.tree import Group, Leaf, Node, Tree, TreeError, parse

KEPT: Final = 2_000
DEEPEST: Final = 6  # segments that refer to segments that refer …
LONGEST: Final = 400_000  # characters of one text
_EVERYBODY, _NOBODY = Known("TRUE"), Known("FALSE")


@dataclass(frozen=True, eq=False)
class Compiled:
    """A boolean expression over `c` and its parameters, some of which depend on the day; TABLES are the tables of
    the star that it reads."""

    target: Target
    where: str
    params: tuple[tuple[str, Any], ...]
    tables: frozenset[str]
    customers: str  # what stands in FROM as c
    sums: str = ""  # the rules that are asked last, of the others' members only; WHERE is the others

    @cached_property
    def members(self) -> str:
        """The SELECT of the members' numbers."""
        return self.select()

    def select(self, what: str = "c.customer_id") -> str:
        """A SELECT over the members. Where some rules add up rows (GROUP BY), those are asked only of customers for
        whom the others hold: adding up for everybody costs more than all the rest."""
        if not self.sums:
            return f"SELECT {what} FROM {self.customers} c WHERE c.archived_at IS NULL AND {self.where}"
        return (
            f"WITH near AS MATERIALIZED (SELECT c.customer_id FROM {self.customers} c WHERE c.archived_at IS NULL "
            f"AND {self.where}) SELECT {what} FROM near c WHERE {self.sums}"
        )

    def bound(self, today: dt.date | None = None) -> dict[str, Any]:
        """The parameters as of a business day, today where none is given."""
        return dict(_bound(self, today or business.today(), str(business.zone())))


@lru_cache(maxsize=KEPT)
def _bound(text: Compiled, day: dt.date, zone: str) -> dict[str, Any]:
    """Kept by zone too: in another zone the same day begins at another moment."""
    return {name: value.of(day) if isinstance(value, OnDay) else value for name, value in text.params}


Trees = Callable[[int], Tree | None]


def tree_of(segment_id: int) -> Tree | None:
    """The rules of a segment in use; None where it is a list kept by hand. Raises TreeError where it is gone."""
    found = Segment.objects.active().filter(pk=segment_id).values_list("kind", "tree").first()
    if found is None:
        raise TreeError(_("A segment that these rules refer to is not there any more."))
    return None if found[0] == "static" else parse(found[1])


def compiled(tree: Tree, target: Target = EVERYBODY, trees: Trees = tree_of) -> Compiled:
    """The tree as SQL; the text is written once and kept. TREES gives the rules of segments it refers to. Raises
    TreeError for a circle of segments."""
    if tree.segments():
        return _compiled_with_segments(tree, target, trees)
    return _compiled_alone(tree.text, target)


@lru_cache(maxsize=KEPT)
def _compiled_alone(text: str, target: Target) -> Compiled:
    return _write(parse(text), target, tree_of)


@lru_cache(maxsize=KEPT)
def _compiled_spread(text: str, others: tuple[tuple[int, str | None], ...], target: Target) -> Compiled:
    known = {pk: None if other is None else parse(other) for pk, other in others}
    return _write(parse(text), target, known.__getitem__)


def _compiled_with_segments(tree: Tree, target: Target, trees: Trees) -> Compiled:
    """The trees of all segments that it leads to are part of the key: when one changes, the text is made anew."""
    known: dict[int, str | None] = {}
    waiting = sorted(tree.segments())
    while waiting:
        pk = waiting.pop()
        if pk not in known:
            other = trees(pk)
            known[pk] = None if other is None else other.text
            waiting += sorted(other.segments()) if other is not None else []
    return _compiled_spread(tree.text, tuple(sorted(known.items())), target)


def forget() -> None:
    """Forget all texts (between tests)."""
    _compiled_alone.cache_clear()
    _compiled_spread.cache_clear()


def _write(tree: Tree, target: Target, trees: Trees) -> Compiled:
    ctx = Context(target, segments=trees, write=expression)
    where, sums = _two_steps(tree.root, ctx)
    customers = ctx.table("customers")
    if len(where) > LONGEST:
        raise TreeError(_("These rules have become too long: segments inside segments count as well."))
    return Compiled(target, where, tuple(ctx.params.items()), frozenset(ctx.tables), customers, sums)


def _two_steps(root: Group, ctx: Context) -> tuple[str, str]:
    """The expression, and "" or those of its rules that are asked last (see Compiled.select)."""
    if ctx.target != EVERYBODY or root.match != "all":
        return expression(root, ctx), ""
    last = {rule.path for rule in root.rules if isinstance(rule, Leaf) and _adds_up(rule, ctx)}
    first = tuple(rule for rule in root.rules if rule.path not in last)
    if not last or not first:
        return expression(root, ctx), ""
    where = expression(Group("all", first), ctx)
    ctx.near = True
    sums = expression(Group("all", tuple(rule for rule in root.rules if rule.path in last)), ctx)
    return where, sums


def _adds_up(leaf: Leaf, ctx: Context) -> bool:
    """Whether a rule only asks which customers' rows add up to something."""
    trial = Context(ctx.target, segments=ctx.segments, write=expression)
    sql = leaf.condition.sql(leaf.args, trial)
    return leaf.code != "segment" and " HAVING " in sql


def expression(node: Node, ctx: Context, *, denied: bool = False) -> Known | str:
    """A node as a boolean expression. DENIED inside a "none": there what is not known must be written out as
    false, so that its contrary is true."""
    if isinstance(node, Leaf):
        sql = node.condition.sql(node.args, ctx)
        if isinstance(sql, Known) or not denied:
            return sql
        return Known(f"COALESCE({sql}, FALSE)")
    return _group(node, ctx, denied)


def _group(group: Group, ctx: Context, denied: bool) -> Known | str:
    none = group.match == "none"
    parts = [expression(rule, ctx, denied=denied or none) for rule in sorted(group.rules, key=cost)]
    if not parts:
        return _NOBODY if group.match == "any" else _EVERYBODY
    known = all(isinstance(part, Known) for part in parts)
    if none:
        text = f"NOT ({' OR '.join(_wrapped(part) for part in parts)})"
    elif len(parts) == 1:
        text = _wrapped(parts[0])
    else:
        word = " AND " if group.match == "all" else " OR "
        text = f"({word.join(_wrapped(part) for part in parts)})"
    return Known(text) if known else text


def _wrapped(part: str) -> str:
    return part if part.startswith("(") and part.endswith(")") and _is_one(part) else f"({part})"


def _is_one(part: str) -> bool:
    """Whether the first bracket closes with the last."""
    depth = 0
    for index, char in enumerate(part):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return index == len(part) - 1
    return False


def cost(node: Node) -> int:
    """What a node costs one customer: the cheap ones are asked first."""
    if isinstance(node, Leaf):
        return node.condition.cost
    return max((cost(rule) for rule in node.rules), default=0)


def members_sql(
    tree: Tree, dialect: str = "duckdb", today: dt.date | None = None
) -> tuple[str, dict[str, Any]]:
    """The SELECT of the members' numbers with its parameters, for everybody. Other dialects of sqlglot ("spark",
    "postgres" over a copy of the star) are translated from DuckDB's."""
    found = compiled(tree)
    text = found.select()
    if dialect != "duckdb":
        text = _translated(text, dialect)
    return text, found.bound(today)


@lru_cache(maxsize=200)
def _translated(text: str, dialect: str) -> str:
    import sqlglot

    return sqlglot.transpile(text, read="duckdb", write=dialect)[0]


def count(tree: Tree, today: dt.date | None = None) -> int:
    """How many are in it, by the warehouse."""
    from grahak.warehouse import lake

    found = compiled(tree)
    with lake.reading() as duck:
        row = duck.execute(found.select("COUNT(*)"), found.bound(today)).fetchone()
    return int(row[0]) if row else 0


def members(tree: Tree, today: dt.date | None = None) -> list[int]:
    """The numbers of those who are in it, by the warehouse, in order."""
    from grahak.warehouse import lake

    found = compiled(tree)
    with lake.reading() as duck:
        rows: Iterable[tuple[int]] = duck.execute(found.select(), found.bound(today)).fetchall()
    return sorted(row[0] for row in rows)
