"""Which segments may be out of date, why and since when."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.insight.models import Segment
from grahak.insight.segments.tree import TreeError, parse

REASONS: Final[dict[str, Any]] = {
    "new": _("It is new and is being counted."),
    "changed": _("Its rules changed and it is being counted anew."),
    "behind": _("The warehouse is behind; this is as of the last count."),
    "broken": _("Its rules can’t be followed any more; change them."),
    "failed": _("Counting it failed; it is tried again."),
}
TO_DO: Final = ("new", "changed", "failed")  # those that a recount puts right


def mark(segment_ids: Iterable[int], reason: str) -> None:
    """Say that segments may be out of date, since now; one that was already keeps its moment."""
    for segment in Segment.objects.filter(pk__in=list(segment_ids)):
        if segment.stale_reason != reason:
            Segment.objects.filter(pk=segment.pk).update(
                stale_reason=reason, stale_since=segment.stale_since or timezone.now()
            )


def clear(segment_ids: Collection[int]) -> None:
    """Say that they are up to date."""
    Segment.objects.filter(pk__in=list(segment_ids)).exclude(stale_reason="").update(
        stale_reason="", stale_since=None
    )


def with_dependents(segment_ids: set[int]) -> set[int]:
    """These segments, and those in use whose rules lead to one of them."""
    leads: dict[int, frozenset[int]] = {}
    for pk, raw in Segment.objects.ruled().values_list("pk", "tree"):
        try:
            leads[pk] = parse(raw).segments()
        except TreeError:
            leads[pk] = frozenset()
    found = set(segment_ids)
    while more := {pk for pk, names in leads.items() if names & found} - found:
        found |= more
    return found
