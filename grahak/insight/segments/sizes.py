"""How many members segments have, now and on each day."""

from __future__ import annotations

import datetime as dt

from grahak.core import business
from grahak.insight.models import Segment, SegmentSize


def keep(members: dict[int, int], at: dt.datetime) -> None:
    """Write down how many members segments have at a moment: on the segment and for its business day. Runs in the
    caller's transaction."""
    day = business.day_of(at)
    for pk, count in members.items():
        Segment.objects.filter(pk=pk).update(members=count, counted_at=at)
    SegmentSize.objects.bulk_create(
        [SegmentSize(segment_id=pk, day=day, members=count) for pk, count in members.items()],
        update_conflicts=True,
        unique_fields=["segment", "day"],
        update_fields=["members"],
    )
