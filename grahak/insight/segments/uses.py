"""Where a segment is used. Rooms above say so by appending to USES; what is used can't be put away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grahak.insight.models import Segment
from grahak.insight.segments.tree import TreeError, parse


@dataclass(frozen=True)
class Use:
    """Something that a segment is used by: what it is called, where it is (a path, or ""), and what it is, as a
    word of one kind ("segment", "campaign")."""

    label: str
    url: str
    kind: str


USES: Final[list[Callable[[int], Iterable[Use]]]] = []
KINDS: Final[dict[str, Any]] = {"segment": _("Segment"), "campaign": _("Campaign")}


def uses(segment_id: int) -> list[Use]:
    """Everything that uses it."""
    return [use for find in USES for use in find(segment_id)]


def naming(kind: str, row_id: int) -> list[Segment]:
    """The segments in use whose rules name a row of a kind: (category, 4), (tag, 7), (segment, 2)."""
    found = []
    for segment in Segment.objects.ruled():
        try:
            tree = parse(segment.tree)
        except TreeError:
            continue
        if row_id in tree.rows_of(kind):
            found.append(segment)
    return found


def _by_segments(segment_id: int) -> Iterable[Use]:
    return [
        Use(segment.name, f"/segments/{segment.pk}/", "segment") for segment in naming("segment", segment_id)
    ]


USES.append(_by_segments)
