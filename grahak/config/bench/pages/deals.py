"""Deals of the generated shop: a fifth of its customers have one, in two pipelines, open, won and lost."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from grahak.core import business
from grahak.sales.deals.actions.pipelines import add_pipeline
from grahak.sales.deals.counting import recount_all
from grahak.sales.models import DealStage, LostReason

EVERY: Final = 5  # one customer in so many has a deal
TABLES: Final = ("sales_deal", "sales_stagechange")
_DEAL: Final = (
    "id title customer_id pipeline_id stage_id state amount expected_on closes_on owner_id branch_id won_at lost_at "
    "closed_at lost_reason_id stage_since created_at updated_at"
)


def stages() -> list[DealStage]:
    """The stages of two pipelines, made where there are none."""
    if not DealStage.objects.exists():
        for start in ("shops", "orders"):
            add_pipeline("", by=None, start=start)
    return list(DealStage.objects.order_by("pipeline_id", "position"))


def rows(
    ids: range, known: list[DealStage], days: list[Any], owner: int, branches: list[int], reason: int
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """(deals, moves) of the customers IDS as they go into the tables."""
    today = business.today()
    deals: list[tuple[Any, ...]] = []
    moves: list[tuple[Any, ...]] = []
    span = len(days)
    for pk in ids:
        if pk % EVERY:
            continue
        number = pk // EVERY
        stage = known[number % len(known)]
        at = days[number * 7919 % span] if stage.kind != "open" else days[span - 1 - number * 31 % 60]
        day = dt.date.fromisoformat(str(at)[:10])
        expected = today + dt.timedelta(days=number * 37 % 200 - 20) if number % 10 else None
        closes = day if stage.kind != "open" else expected or dt.date(9999, 12, 31)
        moment = at if stage.kind != "open" else None
        deals.append(
            (pk, f"Order {number} of the season", pk, stage.pipeline_id, stage.pk, stage.kind,
             (5_000 + number * 131 % 400_000) * 10_000, expected, closes, owner if number % 3 else None,
             branches[number % len(branches)], moment if stage.kind == "won" else None,
             moment if stage.kind == "lost" else None, moment, reason if stage.kind == "lost" else None, at, at, at)
        )  # fmt: skip
        moves.append((pk, stage.pk, at))
    return deals, moves


def fill(insert: Any, size: int, part: int, days: list[Any], owner: int, branches: list[int]) -> None:
    """Fill the tables with INSERT(table, columns, rows), and count the figures of the stages."""
    known = stages()
    reason = LostReason.objects.all()[0].pk
    for start in range(1, size + 1, part):
        deals, moves = rows(range(start, min(start + part, size + 1)), known, days, owner, branches, reason)
        insert("sales_deal", _DEAL, deals)
        insert("sales_stagechange", "deal_id after_id at", moves)
    recount_all()
