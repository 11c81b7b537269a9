"""What became of deals in a stretch of days: conversion and days by stage, win rate, why deals were lost.

Definitions (docs/deals.md): a *stay* is the time a deal stands in a stage until it leaves it. *Conversion* of a stage =
stays that ended by going on (to a later stage or to won) ÷ stays that ended by going on or by being lost. *Win rate* =
deals won ÷ deals won or lost, by number and by amount. A deal counts on the day it was last closed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from grahak.core import business
from grahak.core.access import scoped
from grahak.core.models import User
from grahak.sales.deals.board import Whose
from grahak.sales.models import Deal, DealStage, LostReason, Pipeline, StageChange, StageKind

ZERO = Decimal(0)


@dataclass
class StageLine:
    """A stage's stays that ended in the stretch: gone ON, LOST, put BACK to an earlier stage or into
    another pipeline; SECONDS of all of them;
    ENTERED: how often a deal came in."""

    stage: DealStage
    entered: int = 0
    on: int = 0
    lost: int = 0
    back: int = 0
    seconds: int = 0

    @property
    def conversion(self) -> int | None:
        """Per cent; None where no stay ended so."""
        ended = self.on + self.lost
        return round(self.on * 100 / ended) if ended else None

    @property
    def days(self) -> Decimal | None:
        """Mean length of the stays that ended, in days with one place."""
        many = self.on + self.lost + self.back
        return (Decimal(self.seconds) / 86_400 / many).quantize(Decimal("0.1")) if many else None


@dataclass(frozen=True)
class Reason:
    """Why deals were lost, how many and how much."""

    reason: LostReason
    many: int
    amount: Decimal
    share: int  # per cent of all that was lost, by amount


@dataclass(frozen=True)
class Report:
    """All of it for one pipeline from FIRST to LAST, both days in it."""

    stages: list[StageLine]
    won: int
    won_amount: Decimal
    lost: int
    lost_amount: Decimal
    reasons: list[Reason]
    days_to_win: Decimal | None

    @property
    def win_rate(self) -> int | None:
        closed = self.won + self.lost
        return round(self.won * 100 / closed) if closed else None

    @property
    def win_rate_by_amount(self) -> int | None:
        closed = self.won_amount + self.lost_amount
        return round(self.won_amount * 100 / closed) if closed else None


def read(pipeline: Pipeline, user: User, whose: Whose, first: dt.date, last: dt.date) -> Report:
    """The report of what this person may see."""
    closed = whose.of(Deal.objects.filter(pipeline=pipeline, closes_on__range=(first, last)), user).order_by()
    sums = {
        state: (many, amount)
        for state, many, amount in closed.exclude(state=StageKind.OPEN)
        .values_list("state")
        .annotate(many=Count("pk"), worth=Sum("amount"))
    }
    won, lost = sums.get("won", (0, ZERO)), sums.get("lost", (0, ZERO))
    spans = closed.filter(state=StageKind.WON).values_list("created_at", "closed_at")
    days = [(end - start).total_seconds() / 86_400 for start, end in spans.iterator(5_000) if end]
    return Report(
        stages=_stages(pipeline, user, whose, first, last),
        won=won[0],
        won_amount=won[1],
        lost=lost[0],
        lost_amount=lost[1],
        reasons=_reasons(closed.filter(state=StageKind.LOST), lost[1]),
        days_to_win=Decimal(sum(days) / len(days)).quantize(Decimal("0.1")) if days else None,
    )


def _stages(pipeline: Pipeline, user: User, whose: Whose, first: dt.date, last: dt.date) -> list[StageLine]:
    stages = {one.pk: one for one in pipeline.stages.all()}
    lines = {pk: StageLine(one) for pk, one in stages.items() if one.kind == StageKind.OPEN}
    span = {"at__gte": business.day_start(first), "at__lt": business.day_start(last + dt.timedelta(days=1))}
    moves = _of(StageChange.objects.filter(**span), user, whose).order_by()
    for after, many in moves.filter(after__in=list(lines)).values_list("after_id").annotate(n=Count("pk")):
        lines[after].entered += many
    left = moves.filter(before__in=list(lines)).values_list("before_id", "after_id")
    for before, after, many, seconds in left.annotate(n=Count("pk"), s=Sum("seconds")):
        if before == after:  # stages that were made one
            continue
        line, to = lines[before], stages.get(after)
        line.seconds += seconds or 0
        if to is not None and to.kind == StageKind.LOST:
            line.lost += many
        elif to is not None and (to.kind == StageKind.WON or to.position > line.stage.position):
            line.on += many
        else:
            line.back += many
    return list(lines.values())


def _of(rows: Any, user: User, whose: Whose) -> Any:
    """Moves of the deals that this person may see and asks for."""
    rows = scoped(
        rows, user, "deals.view", owner="deal__owner", branch="deal__branch", shared="deal__customer_id"
    )
    if whose.who:
        rows = rows.filter(deal__owner_id=user.pk if whose.who == "me" else int(whose.who))
    if whose.team:
        rows = rows.filter(deal__team_id=int(whose.team))
    if whose.branch:
        rows = rows.filter(deal__branch_id=int(whose.branch))
    return rows


def _reasons(lost: Any, whole: Decimal) -> list[Reason]:
    groups = lost.values_list("lost_reason_id").annotate(many=Count("pk"), worth=Sum("amount"))
    names = LostReason.objects.in_bulk()
    found = [
        Reason(names[pk], many, worth, round(worth * 100 / whole) if whole else 0)
        for pk, many, worth in groups
    ]
    return sorted(found, key=lambda one: (-one.amount, -one.many, one.reason.position))
