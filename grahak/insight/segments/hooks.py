"""What segments listen to, and what the log calls what is done to them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from grahak.core.audit import describe
from grahak.core.events import on
from grahak.insight.segments import conditions, tables


def hang() -> None:
    """Called once, when the apps are ready."""
    tables.register()
    tables.follow_changes()
    assert conditions.__all__  # importing them made them known
    on("core.day.began", count_daily)
    describe(
        {
            "insight.segment.made": _("Segment made"),
            "insight.segment.changed": _("Segment changed"),
            "insight.segment.archived": _("Segment put away"),
            "insight.segment.restored": _("Segment brought back"),
            "insight.segment.list": _("Customers put into a list or taken out"),
            "insight.segments.told": _("Segments of the demo made"),
        }
    )


def count_daily(day: dt.date) -> None:
    """Windows move with the day: all segments are counted anew."""
    from grahak.insight.jobs import recount_soon

    transaction.on_commit(recount_soon)
