"""The condition tree: read from JSON, checked, and walked.

    group = {"v": 1, "match": "all" | "any" | "none", "rules": [node, …]}
    leaf  = {"is": "<code of a condition>", …arguments}

"v" stands in the outermost group only. An empty group of kind "all" or "none" holds for everybody, an empty "any" for
nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grahak.insight.segments import registry
from grahak.insight.segments.fields import Wrong

VERSION: Final = 1
MATCHES: Final[dict[str, Any]] = {
    "all": gettext_lazy("all of these"),
    "any": gettext_lazy("any of these"),
    "none": gettext_lazy("none of these"),
}
MOST_RULES: Final = 200
DEEPEST: Final = 8


class TreeError(ValueError):
    """The tree can't be taken. SENTENCE names the rule; PATH leads to it: positions from the outermost group."""

    def __init__(self, sentence: Any, path: tuple[int, ...] = ()) -> None:
        self.sentence, self.path = sentence, path
        super().__init__(str(sentence))


@dataclass(frozen=True)
class Leaf:
    """One rule: a condition with its blanks filled in."""

    code: str
    args: dict[str, Any] = field(hash=False)
    path: tuple[int, ...] = ()

    @property
    def condition(self) -> registry.Condition:
        return registry.CONDITIONS[self.code]

    def says(self) -> str:
        return str(self.condition.says(self.args))

    def json(self) -> dict[str, Any]:
        return {"is": self.code, **self.args}


@dataclass(frozen=True)
class Group:
    """Rules and groups of which all, any or none must hold."""

    match: str
    rules: tuple[Node, ...]
    path: tuple[int, ...] = ()

    def json(self) -> dict[str, Any]:
        return {"match": self.match, "rules": [rule.json() for rule in self.rules]}


Node = Leaf | Group


@dataclass(frozen=True)
class Tree:
    """A checked tree."""

    root: Group

    def json(self) -> dict[str, Any]:
        """As kept in Segment.tree."""
        return {"v": VERSION, **self.root.json()}

    @cached_property
    def text(self) -> str:
        """The same tree always as the same text: the key under which compiled SQL is kept."""
        return json.dumps(self.json(), sort_keys=True, ensure_ascii=False)

    def leaves(self) -> Iterator[Leaf]:
        return _leaves(self.root)

    def segments(self) -> frozenset[int]:
        """Numbers of the segments that it refers to."""
        return self._segments

    @cached_property
    def _segments(self) -> frozenset[int]:
        return frozenset(self.rows_of("segment"))

    def rows_of(self, kind: str) -> Iterator[int]:
        """Numbers of the rows of a kind (tag, category, product, …) that it names."""
        for leaf in self.leaves():
            for blank in leaf.condition.fields:
                if blank.kind == kind and blank.name in leaf.args:
                    value = leaf.args[blank.name]
                    yield from value if isinstance(value, list) else [value]


def _leaves(node: Node) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    else:
        for rule in node.rules:
            yield from _leaves(rule)


def empty() -> Tree:
    """Everybody: the tree that a new segment begins with."""
    return Tree(Group("all", ()))


def parse(raw: Any) -> Tree:
    """The tree of a JSON text or of what JSON gave. Raises TreeError with a sentence that names the rule."""
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            raise TreeError(_("These rules can’t be read.")) from None
    if not isinstance(raw, dict):
        raise TreeError(_("These rules can’t be read."))
    if not raw:
        return empty()
    if raw.get("v") != VERSION:
        raise TreeError(_("These rules were written by another version of Grahak."))
    count = [0]
    node = _node({name: value for name, value in raw.items() if name != "v"}, (), count)
    if isinstance(node, Leaf):
        node = Group("all", (Leaf(node.code, node.args, (0,)),))
    return Tree(node)


def named(path: tuple[int, ...]) -> str:
    """What the rule at PATH is called: "Rule 2.1"."""
    return _("Rule %(number)s") % {"number": ".".join(str(step + 1) for step in path)}


def _wrong(path: tuple[int, ...], sentence: Any) -> TreeError:
    if not path:
        return TreeError(sentence)
    return TreeError(_("%(rule)s: %(sentence)s") % {"rule": named(path), "sentence": sentence}, path)


def _node(raw: Any, path: tuple[int, ...], count: list[int]) -> Node:
    count[0] += 1
    if count[0] > MOST_RULES:
        raise TreeError(_("These are more than %(most)s rules.") % {"most": MOST_RULES})
    if len(path) > DEEPEST:
        raise _wrong(path, _("it lies too deep inside other groups."))
    if not isinstance(raw, dict):
        raise _wrong(path, _("it can’t be read."))
    if "is" in raw:
        return _leaf(raw, path)
    rules = raw.get("rules", [])
    if raw.get("match") not in MATCHES or not isinstance(rules, list) or set(raw) - {"match", "rules"}:
        raise _wrong(path, _("it can’t be read."))
    return Group(
        raw["match"], tuple(_node(rule, (*path, index), count) for index, rule in enumerate(rules)), path
    )


def _leaf(raw: dict[str, Any], path: tuple[int, ...]) -> Leaf:
    condition = registry.CONDITIONS.get(raw["is"]) if isinstance(raw["is"], str) else None
    if condition is None:
        raise _wrong(path, _("there is no condition “%(code)s”.") % {"code": str(raw["is"])[:40]})
    try:
        return Leaf(condition.code, condition.clean(raw), path)
    except Wrong as wrong:
        raise _wrong(path, wrong.sentence) from None
