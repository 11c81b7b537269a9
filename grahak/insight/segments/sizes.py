"""How many members segments have, now and on each day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Count
from django.utils import timezone

from grahak.core import business
from grahak.insight.models import Membership, Segment, SegmentSize


def keep(members: dict[int, int], at: dt.datetime) -> None:
    """Write down how many members segments have at a moment: on the segment and for its business day. Runs in the
    caller's transaction."""
    for pk, count in members.items():
        Segment.objects.filter(pk=pk).update(members=count, counted_at=at)
    keep_day(members, at)


def keep_day(segment_ids: Collection[int], at: dt.datetime) -> None:
    """Write down for the business day of a moment what stands on the segments."""
    day = business.day_of(at)
    found = Segment.objects.filter(pk__in=list(segment_ids)).values_list("pk", "members")
    SegmentSize.objects.bulk_create(
        [SegmentSize(segment_id=pk, day=day, members=count) for pk, count in found],
        update_conflicts=True,
        unique_fields=["segment", "day"],
        update_fields=["members"],
    )


def recount() -> None:
    """Count the members of all segments in use anew: rows that went with an erased customer were not told to us."""
    counts = dict(
        Membership.objects.filter(segment__archived_at=None)
        .order_by()
        .values_list("segment_id")
        .annotate(many=Count("pk"))
    )
    changed = [
        pk
        for pk, members in Segment.objects.active().values_list("pk", "members")
        if counts.get(pk, 0) != members
    ]
    for pk in changed:
        Segment.objects.filter(pk=pk).update(members=counts.get(pk, 0))
    keep_day(changed, timezone.now())
