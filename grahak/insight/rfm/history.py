"""The classes of days gone by, worked out afterwards from the orders: so that a shop that brings in its books sees
from the first day how its customers moved. From then on insight.rfm.scoring keeps what happens day by day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from grahak.core import bulk, business
from grahak.customers.models import Customer
from grahak.insight import facts
from grahak.insight.models import CustomerScore, RfmMove, RfmSize
from grahak.insight.rfm import borders

WEEKS = 26
AT_ONCE = 20_000


def fill_back(*, today: dt.date | None = None, weeks: int = WEEKS) -> int:
    """Write sizes and moves of the last WEEKS weeks, one point a week, from the orders as they are now (what was
    cancelled since counts as never ordered). Only where nothing older than today is kept. Returns how many moves
    were written."""
    day = today or business.today()
    if RfmSize.objects.filter(day__lt=day).exists() or RfmMove.objects.filter(day__lt=day).exists():
        return 0
    if not CustomerScore.objects.exists():
        return 0
    days = [day - dt.timedelta(weeks=back) for back in range(weeks, 0, -1)]
    kept = borders.current()
    moved = 0
    with facts.reading(with_lines=False) as found:
        found.db.execute(
            "CREATE OR REPLACE TEMP TABLE points (point DATE, customer_id BIGINT, class VARCHAR, net DECIMAL(28,4))"
        )
        for point in days:
            _classes_on(found, kept, point)
        with transaction.atomic():
            _keep_sizes(found)
            moved = _keep_moves(found)
            moved += _keep_last_moves(found, days[-1], day)
    return moved


def _classes_on(found: facts.Facts, kept: borders.Borders, point: dt.date) -> None:
    """The classes at the end of a day."""
    until = business.day_start(point + dt.timedelta(days=1)).astimezone(dt.UTC).replace(tzinfo=None)
    figures = (
        "(SELECT customer_id, COUNT(*) FILTER (kind = 'sale') AS orders, SUM(net) AS net, "
        "MAX(moment) FILTER (kind = 'sale') AS last_at FROM sold WHERE moment < ? GROUP BY customer_id "
        "HAVING COUNT(*) FILTER (kind = 'sale') > 0) f"
    )
    sql, params = borders.scored_sql(kept, figures, point, moment="?", money_unit=1, divide="//")
    moments = [moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in params]
    found.db.execute(
        f"INSERT INTO points SELECT ?, customer_id, class, net FROM ({sql})",  # noqa: S608
        [point, *moments, until],
    )


def _keep_sizes(found: facts.Facts) -> None:
    rows = found.db.execute(
        "SELECT point, branch_id, class, COUNT(*), SUM(net) FROM points JOIN people USING (customer_id) "
        "GROUP BY ALL ORDER BY point"
    ).fetchall()
    RfmSize.objects.bulk_create(
        [RfmSize(day=day, branch_id=branch, rfm_class=code, customers=many, net=net)
         for day, branch, code, many, net in rows],
        batch_size=500,
    )  # fmt: skip


def _keep_moves(found: facts.Facts) -> int:
    sql = """
        SELECT customer_id, point, before, class FROM (
            SELECT customer_id, point, class,
                COALESCE(LAG(class) OVER (PARTITION BY customer_id ORDER BY point), '') AS before,
                (SELECT MIN(point) FROM points) AS first
            FROM points
        ) WHERE before <> class AND point > first ORDER BY point, customer_id
    """
    return sum(_write(rows) for rows in found.rows(sql, at_once=AT_ONCE))


def _keep_last_moves(found: facts.Facts, last: dt.date, today: dt.date) -> int:
    """From the last point to the scores of now."""
    then: dict[int, str] = {}
    for rows in found.rows("SELECT customer_id, class FROM points WHERE point = ?", [last], AT_ONCE):
        then.update(rows)
    scores = CustomerScore.objects.order_by("pk").values_list("customer_id", "rfm_class")
    moves = [
        (pk, today, then.get(pk, ""), code)
        for pk, code in scores.iterator(AT_ONCE)
        if then.get(pk, "") != code
    ]
    return _write(moves)


def _write(rows: list[Any]) -> int:
    """Leaves out customers who are no longer there: the warehouse may be seconds behind."""
    total = 0
    for piece in bulk.pieces(rows):
        there = set(Customer.objects.filter(pk__in=[row[0] for row in piece]).values_list("pk", flat=True))
        kept = [row for row in piece if row[0] in there]
        bulk.insert(RfmMove, ("customer", "day", "before", "after"), kept, skip_known=True)
        total += len(kept)
    return total
