"""What the deals of a stage add up to, kept in cells of (stage, month, person, branch, team) so that a board and a
forecast read a few rows however many deals there are. Cells are recounted from the deals, never adjusted."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Sum

from grahak.sales.models import NO_DAY, Deal, DealStage, StageFigures

NO_MONTH = 999912
Cell = tuple[int, int, int | None, int | None, int | None]  # stage, month, owner, branch, team


def month_of(day: dt.date) -> int:
    """A day's month as year × 100 + month; NO_MONTH for NO_DAY."""
    return day.year * 100 + day.month


def first_day(month: int) -> dt.date:
    """The first day of a month given as year × 100 + month."""
    return dt.date(month // 100, month % 100, 1)


def later(month: int, by: int) -> int:
    """The month BY months after (before, if negative) a month."""
    count = month // 100 * 12 + month % 100 - 1 + by
    return count // 12 * 100 + count % 12 + 1


def cell_of(deal: Deal) -> Cell:
    """Where a deal counts."""
    return deal.stage_id, month_of(deal.closes_on), deal.owner_id, deal.branch_id, deal.team_id


def cells_of(stage: int) -> set[Cell]:
    """The cells of a stage that hold deals."""
    rows = StageFigures.objects.filter(stage_id=stage)
    return set(rows.values_list("stage_id", "month", "owner_id", "branch_id", "team_id"))


def recount(cells: Iterable[Cell]) -> None:
    """Write these cells anew; an empty one has no row. Call it in the transaction that changed the deals, after the
    change: the stages stay locked until it ends, so that whoever changed another deal of the same cell counts ours."""
    wanted = set(cells)
    if not wanted:
        return
    stages = DealStage.objects.select_for_update(no_key=True).filter(pk__in={cell[0] for cell in wanted})
    there = set(stages.order_by("pk").values_list("pk", flat=True))
    StageFigures.objects.filter(cell__in=[_name(cell) for cell in wanted]).delete()
    StageFigures.objects.bulk_create(
        row for cell in sorted(wanted, key=_name) if cell[0] in there and (row := _counted(cell)) is not None
    )


def recount_all() -> int:
    """Write all cells anew from all deals. Returns how many there are."""
    sums: dict[Cell, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    with transaction.atomic():
        list(DealStage.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        groups = (
            Deal.objects.order_by()
            .values_list("stage_id", "closes_on", "owner_id", "branch_id", "team_id")
            .annotate(many=Count("pk"), worth=Sum("amount"))
        )
        for stage, day, owner, branch, team, many, worth in groups.iterator(5_000):
            found = sums[stage, month_of(day), owner, branch, team]
            found[0] += many
            found[1] += worth
        StageFigures.objects.all().delete()
        StageFigures.objects.bulk_create(
            (_row(cell, int(many), worth) for cell, (many, worth) in sums.items()), batch_size=500
        )
    return len(sums)


def _counted(cell: Cell) -> StageFigures | None:
    stage, month, owner, branch, team = cell
    rows = Deal.objects.filter(stage_id=stage)
    if month == NO_MONTH:
        rows = rows.filter(closes_on=NO_DAY)
    else:
        rows = rows.filter(closes_on__gte=first_day(month), closes_on__lt=first_day(later(month, 1)))
    for name, value in (("owner", owner), ("branch", branch), ("team", team)):
        rows = rows.filter(**({f"{name}__isnull": True} if value is None else {f"{name}_id": value}))
    found = rows.order_by().aggregate(many=Count("pk"), worth=Sum("amount"))
    return _row(cell, found["many"], found["worth"]) if found["many"] else None


def _row(cell: Cell, many: int, worth: Decimal) -> StageFigures:
    stage, month, owner, branch, team = cell
    return StageFigures(
        cell=_name(cell), stage_id=stage, month=month, owner_id=owner, branch_id=branch, team_id=team,
        deals=many, amount=worth,
    )  # fmt: skip


def _name(cell: Cell) -> str:
    return "-".join("" if part is None else str(part) for part in cell)
