"""Who was reached by the same campaigns, and which segments a campaign reached: asked of the warehouse."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from grahak.insight.models import Segment
from grahak.marketing.models import Campaign
from grahak.warehouse import lake

MOST = 6


@dataclass(frozen=True)
class Group:
    """Customers that are looked at together: those whom a campaign was sent to, or the members of a segment."""

    code: str
    name: str
    customers: int
    url: str


@dataclass(frozen=True)
class Cell:
    """Two groups: how many are in BOTH, and what part of the first (the row's) that is, in per cent."""

    both: int
    percent: int | None
    same: bool


def overlap(campaigns: list[Campaign], segments: list[Segment]) -> tuple[list[Group], list[list[Cell]]]:
    """The groups, and a row of cells for each, in the same order. Raises lake.Unavailable while the warehouse is being
    made."""
    codes = {f"c{one.dispatch_id}": one for one in campaigns} | {f"s{one.pk}": one for one in segments}
    if not codes:
        return [], []
    dispatches = [one.dispatch_id for one in campaigns]
    numbers = [one.pk for one in segments]
    rows = lake.ask(
        """WITH groups AS (
            SELECT DISTINCT 'c' || dispatch_id AS code, customer_id FROM lake.messages
            WHERE state = 'sent' AND customer_id IS NOT NULL AND dispatch_id IN (SELECT UNNEST(?::BIGINT[]))
            UNION ALL
            SELECT 's' || segment_id, customer_id FROM lake.segment_membership
            WHERE segment_id IN (SELECT UNNEST(?::BIGINT[])))
        SELECT a.code, b.code, COUNT(*) FROM groups a JOIN groups b USING (customer_id) GROUP BY 1, 2""",
        [dispatches, numbers],
    )
    found = {(one, two): many for one, two, many in rows}
    groups = [Group(code, one.name, found.get((code, code), 0), _url(one)) for code, one in codes.items()]
    cells = [
        [
            _cell(found.get((row.code, column.code), 0), row.customers, row.code == column.code)
            for column in groups
        ]
        for row in groups
    ]
    return groups, cells


def _cell(both: int, whole: int, same: bool) -> Cell:
    return Cell(both, round(both * 100 / whole) if whole else None, same)


def _url(one: Campaign | Segment) -> str:
    return one.get_absolute_url() if isinstance(one, Campaign) else reverse("segments:segment", args=[one.pk])
