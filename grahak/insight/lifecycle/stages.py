"""The stages of a customer's life.

Everything follows from the *order days* of a customer (business days with a sale that was not cancelled) and from one
figure, their *usual gap*: the median of the days between one order day and the next from three order days on (the one
that sales.recount keeps), else the median of all such gaps in the shop. From the last order day on:

- not yet due, until three days before the usual gap has passed: *new* with one order day only; *won back* where the
  silence before the last order was so long that they had lapsed; else *active*;
- *due* from three days before until the day itself, *late* after it;
- *lapsed* once two usual gaps have passed, and a fortnight at least (a shop that buys daily does not lapse over a
  holiday);
- *lost* once four usual gaps have passed, and half a year at least.

Who never ordered is in no stage.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DUE_BEFORE = 3  # days
LAPSED_AFTER, LAPSED_AT_LEAST = 2, 14  # usual gaps; days
LOST_AFTER, LOST_AT_LEAST = 4, 182
NO_GAP = 30  # days between orders in a shop in which nobody ever ordered twice


@dataclass(frozen=True)
class Stage:
    """A stage, what it is called, what it means, and the tone of its badge."""

    code: str
    label: Any
    says: Any
    tone: str = ""


STAGES: dict[str, Stage] = {
    one.code: one
    for one in (
        Stage("new", _("New"), _("Ordered on one day only, and is not due yet."), "pen"),
        Stage("active", pgettext_lazy("stage", "Active"), _("Orders by their rhythm, and is not due yet."), "paid"),
        Stage("won_back", _("Won back"), _("Had lapsed, and ordered again."), "paid"),
        Stage("due", pgettext_lazy("stage", "Due"), _("The next order is due about now."), "wait"),
        Stage("late", pgettext_lazy("stage", "Late"), _("The day of the next order has passed."), "wait"),
        Stage("lapsed", _("Lapsed"), _("Silent for more than two usual gaps."), "owed"),
        Stage("lost", pgettext_lazy("stage", "Lost"), _("Silent for more than four usual gaps and half a year."), ""),
    )
}  # fmt: skip


def stage_of(*, silent: int, days: int, gap: int, before: int | None) -> str:
    """The stage of a customer with that many order DAYS, SILENT for so many days, with this usual GAP; BEFORE is the
    gap before their last order day, None with one order day only."""
    lapsed = max(LAPSED_AFTER * gap, LAPSED_AT_LEAST)
    if silent > max(LOST_AFTER * gap, LOST_AT_LEAST):
        return "lost"
    if silent > lapsed:
        return "lapsed"
    if silent > gap:
        return "late"
    if silent >= gap - DUE_BEFORE and silent > 0:
        return "due"
    if before is None:
        return "new"
    return "won_back" if before > lapsed else "active"


def entered(stage: str, last: dt.date, gap: int) -> dt.date:
    """The day on which somebody came into a stage who has not ordered since LAST."""
    after = {
        "due": max(gap - DUE_BEFORE, 1),
        "late": gap + 1,
        "lapsed": max(LAPSED_AFTER * gap, LAPSED_AT_LEAST) + 1,
        "lost": max(LOST_AFTER * gap, LOST_AT_LEAST) + 1,
    }.get(stage, 0)
    return last + dt.timedelta(days=after)


def stage_sql() -> str:
    """The same rules as SQL for DuckDB over silent, days, gap and before."""
    lapsed = f"greatest({LAPSED_AFTER} * gap, {LAPSED_AT_LEAST})"
    return (
        f"CASE WHEN silent > greatest({LOST_AFTER} * gap, {LOST_AT_LEAST}) THEN 'lost' "
        f"WHEN silent > {lapsed} THEN 'lapsed' WHEN silent > gap THEN 'late' "
        f"WHEN silent >= gap - {DUE_BEFORE} AND silent > 0 THEN 'due' "
        f"WHEN before IS NULL THEN 'new' WHEN before > {lapsed} THEN 'won_back' ELSE 'active' END"
    )
