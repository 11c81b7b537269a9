"""The stage and risk of a few customers at once, from their own orders, when something was sold to them: the same rules
as for all, with the shop's gap and curves of the last night."""

from __future__ import annotations

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils import timezone

from grahak.core import business
from grahak.core.models import Setting
from grahak.insight.lifecycle.risk import ALL, GROUPS, HORIZON, WEIGHT
from grahak.insight.lifecycle.stages import NO_GAP, entered, stage_of
from grahak.insight.models import CustomerStage, Opportunity, OpportunityKind, OpportunityState
from grahak.sales.models import Order, OrderKind
from grahak.sales.recount import median

KEPT = "insight.lifecycle.curves"
YEAR = 365
Curves = dict[int, tuple[list[int], list[float]]]


def curves() -> tuple[int, Curves]:
    """The shop's usual gap and its curves by group, as the last night left them."""
    found = Setting.objects.filter(pk=KEPT).first()
    nothing: Curves = {ALL: ([-1], [1.0])}  # no night yet, or one that found nobody who ordered twice
    if found is None:
        return NO_GAP, nothing
    return found.value["gap"], nothing | {
        int(kind): ([gap for gap, _share in points], [share for _gap, share in points])
        for kind, points in found.value["curves"].items()
    }


def restage(customer_ids: Collection[int]) -> None:
    """Write the stages of these customers anew, and let go of what no longer holds of them. Five queries, however
    many."""
    today, zone = business.today(), business.zone()
    shop_gap, shares = curves()
    sold: dict[int, dict[dt.date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    days: dict[int, set[dt.date]] = defaultdict(set)
    rows = Order.objects.filter(customer_id__in=customer_ids, cancelled_at=None).order_by()
    for pk, kind, at, net in rows.values_list("customer_id", "kind", "placed_at", "net"):
        day = at.astimezone(zone).date()
        if pk is None or day > today:
            continue
        sold[pk][day] += net
        if kind == OrderKind.SALE:
            days[pk].add(day)
    kept = {row.pk: row for row in CustomerStage.objects.filter(pk__in=customer_ids)}
    CustomerStage.objects.filter(pk__in=[pk for pk in customer_ids if pk not in days]).delete()
    fresh = []
    for pk, mine in days.items():
        found = _stage(pk, sorted(mine), sold[pk], today, shop_gap, shares)
        before = kept.get(pk)
        if before and before.stage == found.stage:
            found.since = before.since
        fresh.append(found)
    CustomerStage.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=["stage", "since", "gap", "own", "due_on", "risk", "pace", "counted_at"],
    )
    lapsing = Opportunity.objects.filter(
        kind=OpportunityKind.LAPSING,
        customer_id__in=[row.customer_id for row in fresh if row.stage not in ("late", "lapsed")],
    )
    lapsing.filter(state=OpportunityState.OPEN).delete()
    lapsing.filter(holds=True).update(holds=False)


def _stage(
    pk: int,
    days: list[dt.date],
    sold: dict[dt.date, Decimal],
    today: dt.date,
    shop_gap: int,
    shares: Curves,
) -> CustomerStage:
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    own = len(gaps) >= 2
    usual = median(sorted(Decimal(gap) for gap in gaps)) if own else Decimal(0)
    gap = int(usual + Decimal("0.5")) if own else shop_gap
    last, silent = days[-1], (today - days[-1]).days
    year = sum((net for day, net in sold.items() if last - dt.timedelta(days=YEAR) < day <= last), Decimal(0))
    stage = stage_of(silent=silent, days=len(days), gap=gap, before=gaps[-1] if gaps else None)
    return CustomerStage(
        customer_id=pk,
        stage=stage,
        since=entered(stage, last, gap),
        gap=gap,
        own=own,
        due_on=last + dt.timedelta(days=gap),
        risk=round(risk_of(len(days), silent, gaps, shares) * 100),
        pace=max(year, Decimal(0)) * HORIZON / YEAR,
        counted_at=timezone.now(),
    )


def risk_of(days: int, silent: int, gaps: list[int], shares: Curves) -> float:
    """The lapse risk by the formula of lifecycle.risk."""
    group = max(least for least in GROUPS if least <= days)
    points = shares.get(group) or shares[ALL]

    def share(gap: int) -> float:
        return points[1][max(0, bisect.bisect_right(points[0], gap) - 1)]

    def own(gap: int) -> int:
        return sum(one > gap for one in gaps)

    now = own(silent) + WEIGHT * share(silent)
    return 1.0 if now <= 1e-9 else min(1.0, (own(silent + HORIZON) + WEIGHT * share(silent + HORIZON)) / now)


def keep(gap: int, rows: list[Any]) -> None:
    """Keep the curves of a night: (group, gap, share) in order, of the groups that have one."""
    found: dict[int, list[list[float]]] = defaultdict(list)
    for kind, at, share in rows:
        found[kind].append([at, round(share, 6)])
    Setting.objects.update_or_create(name=KEPT, defaults={"value": {"gap": gap, "curves": found}})
