"""A rule tree while somebody writes it: as nodes with what was typed, read from a form and put back into it.

Every node has a path ("r", "r-0", "r-0-2"): form names are path~field, so the whole draft travels in the form
and the server keeps nothing between two presses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MATCHES: Final = ("all", "any", "none")
DEEPEST: Final = 5
MOST_NODES: Final = 60  # that the page adds; a tree of the API may hold more
READ_AT_MOST: Final = 200
LONGEST: Final = 400
_NAME: Final = re.compile(r"r((?:-\d{1,3}){0,8})~([a-z_]{1,40}(?:~[a-z_]{1,20})?)", re.ASCII)


@dataclass(eq=False)
class Node:
    """A group (MATCH and RULES) or one rule (CODE, and GIVEN: what was typed, part by part). PROBLEMS are
    sentences by field, "" for the node itself."""

    match: str = ""
    rules: list[Node] = field(default_factory=list)
    code: str = ""
    given: dict[str, list[str]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def is_group(self) -> bool:
        return bool(self.match)

    def one(self, part: str) -> str:
        """What was typed into a part, "" for nothing."""
        values = self.given.get(part)
        return values[0] if values else ""

    def walk(self, path: str = "r") -> Iterator[tuple[str, Node]]:
        """Itself and everything below it, with paths, in the order of the page."""
        yield path, self
        for index, rule in enumerate(self.rules):
            yield from rule.walk(f"{path}-{index}")

    @property
    def deep(self) -> int:
        """How many groups it holds inside each other, itself included."""
        return (1 + max((rule.deep for rule in self.rules), default=0)) if self.is_group else 0

    @property
    def has_problems(self) -> bool:
        return any(node.problems for _path, node in self.walk())


def group(match: str = "all", *rules: Node) -> Node:
    return Node(match=match, rules=list(rules))


def from_form(data: Mapping[str, Any]) -> Node:
    """The draft a form holds. Never fails: names that fit nothing are passed over, gaps close."""
    found: dict[tuple[int, ...], dict[str, list[str]]] = {}
    for name in data:
        fits = _NAME.fullmatch(name)
        if fits is None:
            continue
        place = tuple(int(part) for part in fits[1].split("-")[1:])
        values = data.getlist(name) if hasattr(data, "getlist") else [data[name]]
        typed = [str(value).replace("\x00", "")[:LONGEST] for value in values[:200]]
        found.setdefault(place, {})[fits[2]] = typed
        if len(found) > READ_AT_MOST * 2:
            break
    return _read(found, (), [READ_AT_MOST]) or group()


def _read(
    found: dict[tuple[int, ...], dict[str, list[str]]], place: tuple[int, ...], left: list[int]
) -> Node | None:
    parts = found.get(place)
    if parts is None or left[0] <= 0:
        return None
    left[0] -= 1
    code = (parts.get("is") or [""])[0]
    if code:
        kept = {name: values for name, values in parts.items() if name not in ("is", "new", "match")}
        return Node(code=code[:60], given=kept)
    match = (parts.get("match") or [""])[0]
    deeper = sorted(one for one in found if len(one) == len(place) + 1 and one[: len(place)] == place)
    rules = [node for one in deeper if (node := _read(found, one, left)) is not None]
    return Node(match=match if match in MATCHES else "all", rules=rules)


def place_of(path: str) -> list[int] | None:
    """The numbers of a path; None for one that is none."""
    if re.fullmatch(r"r(-\d{1,3}){0,7}", path, re.ASCII) is None:
        return None
    return [int(part) for part in path.split("-")[1:]]


def at(root: Node, path: str) -> Node | None:
    """The node at a path."""
    place = place_of(path)
    if place is None:
        return None
    node = root
    for index in place:
        if index >= len(node.rules):
            return None
        node = node.rules[index]
    return node


def _parent(root: Node, path: str) -> tuple[Node, int] | None:
    """The group a node stands in, and its place there; None for the root or no node."""
    above, _dash, index = path.rpartition("-")
    holder = at(root, above) if above else None
    if holder is None or at(root, path) is None:
        return None
    return holder, int(index)


def add(root: Node, path: str, new: Node) -> str:
    """Put NEW at the end of the group at PATH. Gives its path; "" where it does not fit."""
    holder = at(root, path)
    if holder is None or not holder.is_group or not _fits(root, path, new):
        return ""
    holder.rules.append(new)
    return f"{path}-{len(holder.rules) - 1}"


def _fits(root: Node, path: str, new: Node) -> bool:
    count = sum(1 for _one in root.walk()) + sum(1 for _one in new.walk())
    return count <= MOST_NODES and path.count("-") + 1 + new.deep <= DEEPEST


def remove(root: Node, path: str) -> None:
    found = _parent(root, path)
    if found:
        holder, index = found
        del holder.rules[index]


def move(root: Node, path: str, way: str) -> str:
    """Move a node one step: "up" or "down" among its neighbours, "in" to the group before it (a new one where
    there is none), "out" of its group. Gives its new path, the old one where it cannot go."""
    found = _parent(root, path)
    if found is None:
        return path
    holder, index = found
    above = path.rpartition("-")[0]
    node = holder.rules[index]
    if way in ("up", "down"):
        there = index + (1 if way == "down" else -1)
        if not 0 <= there < len(holder.rules):
            return path
        holder.rules.insert(there, holder.rules.pop(index))
        return f"{above}-{there}"
    if way == "out":
        outer = _parent(root, above)
        if outer is None:
            return path
        grand, at_index = outer
        grand.rules.insert(at_index + 1, holder.rules.pop(index))
        return f"{above.rpartition('-')[0]}-{at_index + 1}"
    return _into(root, holder, index, above, node) if way == "in" else path


def _into(root: Node, holder: Node, index: int, above: str, node: Node) -> str:
    """Into the group just before or after, else into a new group of the other word."""
    if above.count("-") + 2 + node.deep > DEEPEST:
        return f"{above}-{index}"
    if index > 0 and holder.rules[index - 1].is_group:
        target = holder.rules[index - 1]
        holder.rules.pop(index)
        target.rules.append(node)
        return f"{above}-{index - 1}-{len(target.rules) - 1}"
    holder.rules[index] = group("all" if holder.match == "any" else "any", node)
    return f"{above}-{index}-0"


def carry(root: Node, path: str, target: str, after: bool = False) -> str:
    """Take a node from PATH and put it before (or after) the node at TARGET; into a group where TARGET ends
    with "+". Gives its new path, the old one where it cannot go there."""
    inside = target.endswith("+")
    goal = at(root, target.removesuffix("+"))
    node, found = at(root, path), _parent(root, path)
    if goal is None or node is None or found is None or any(goal is one for _p, one in node.walk()):
        return path
    if inside:
        if not goal.is_group or target.count("-") + 1 + node.deep > DEEPEST:
            return path
        found[0].rules.remove(node)
        goal.rules.append(node)
    else:
        there = _parent(root, target)
        if there is None or target.count("-") + node.deep > DEEPEST:
            return path
        del found[0].rules[found[1]]
        holder = there[0]
        index = next(i for i, one in enumerate(holder.rules) if one is goal)
        holder.rules.insert(index + (1 if after else 0), node)
    return next(where for where, one in root.walk() if one is node)


def copied(node: Node) -> Node:
    """The same again, apart from it."""
    return load(dump(node))


def dump(node: Node) -> Any:
    """The draft as JSON, also where it could not be saved yet: what "take back" keeps in the form."""
    if node.is_group:
        return {"m": node.match, "r": [dump(rule) for rule in node.rules]}
    return {"i": node.code, "g": node.given}


def load(kept: Any) -> Node:
    """What `dump` gave. Never fails: what is no draft is an empty group."""
    if not isinstance(kept, dict):
        return group()
    code, typed, rules = kept.get("i"), kept.get("g"), kept.get("r")
    if isinstance(code, str):
        parts = typed.items() if isinstance(typed, dict) else ()
        lists = {str(name)[:70]: values for name, values in parts if isinstance(values, list)}
        return Node(
            code=code[:60], given={name: [str(one)[:LONGEST] for one in kept] for name, kept in lists.items()}
        )
    match = kept.get("m")
    return Node(
        match=match if match in MATCHES else "all",
        rules=[load(rule) for rule in rules] if isinstance(rules, list) else [],
    )
