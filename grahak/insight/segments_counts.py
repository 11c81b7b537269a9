"""How many things use each segment: counted for all of them at once, for the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from grahak.insight.models import Segment
from grahak.insight.segments.tree import TreeError, parse

# Rooms above append theirs: () → segment number → how many of its things use it. One query each.
COUNTS: Final[list[Callable[[], dict[int, int]]]] = []


def used_by() -> dict[int, int]:
    """Segment number → how many things use it."""
    found: Counter[int] = Counter()
    for tree in Segment.objects.ruled().values_list("tree", flat=True):
        found.update(_named(tree))
    for count in COUNTS:
        found.update(count())
    return found


def _named(tree: Any) -> frozenset[int]:
    try:
        return parse(tree).segments()
    except TreeError:
        return frozenset()
