"""Works out everybody's stage and lapse risk in one pass over the order days, and keeps what changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grahak.core import bulk, business
from grahak.core.models import Setting
from grahak.customers.models import Customer
from grahak.insight import facts
from grahak.insight.lifecycle import few, risk
from grahak.insight.lifecycle.stages import NO_GAP, entered, stage_sql
from grahak.insight.models import CustomerStage

LAST_RUN = "insight.lifecycle"
AT_ONCE = 20_000
FIELDS = ("stage", "since", "gap", "own", "due_on", "risk", "pace", "counted_at")
YEAR = 365


def restage(*, today: dt.date | None = None) -> int:
    """Find the stage of all customers anew. Returns how many have one."""
    day = today or business.today()
    fresh = bulk.stored(timezone.now())
    with facts.reading(with_lines=False) as found:
        gap = build(found, day)
        many = 0
        for rows in found.rows(_RESULT, at_once=AT_ONCE):
            many += _keep(rows, fresh)
        source = found.source
        curves = "SELECT c.kind, c.gap, c.share FROM curve c JOIN known k USING (kind) ORDER BY c.kind, c.gap"
        few.keep(gap, found.db.execute(curves).fetchall())
    _forget_others()
    Setting.objects.update_or_create(
        name=LAST_RUN,
        defaults={
            "value": {"at": timezone.now().isoformat(), "customers": many, "shop_gap": gap, "from": source}
        },
    )
    return many


_RESULT = """
    SELECT s.customer_id, s.stage, s.gap, s.own, s.last + CAST(s.gap AS INTEGER) AS due_on,
        CAST(round(least(r.risk, 1) * 100) AS INTEGER) AS risk, s.pace
    FROM stages s JOIN risks r USING (customer_id) ORDER BY s.customer_id
"""


def build(found: facts.Facts, today: dt.date) -> int:
    """The temporary tables `days`, `now`, `gaps`, `risks` and `stages` as of a day. Returns the shop's usual gap."""
    db = found.db
    db.execute(
        """
        CREATE OR REPLACE TEMP TABLE days AS
        SELECT customer_id, day, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY day) AS nth
        FROM (SELECT DISTINCT customer_id, day FROM sold WHERE kind = 'sale' AND day <= $today)
        """,
        {"today": today},
    )
    db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE now AS
        SELECT d.customer_id, d.days, d.last, CAST($today AS DATE) - d.last AS silent, COALESCE(p.net, 0) AS year
        FROM (SELECT customer_id, COUNT(*) AS days, MAX(day) AS last FROM days GROUP BY customer_id) d
        LEFT JOIN (
            SELECT s.customer_id, SUM(s.net) AS net FROM sold s
            JOIN (SELECT customer_id, MAX(day) AS last FROM days GROUP BY customer_id) l USING (customer_id)
            WHERE s.day > l.last - {YEAR} AND s.day <= l.last GROUP BY s.customer_id
        ) p USING (customer_id)
        """,  # noqa: S608
        {"today": today},
    )
    risk.build(found)
    gap = found.one("SELECT CAST(floor(median(gap) + 0.5) AS INTEGER) FROM gaps")
    shop_gap = int(gap) if gap is not None else NO_GAP
    db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE stages AS
        WITH usual AS (
            SELECT customer_id, CAST(floor(median(gap) + 0.5) AS INTEGER) AS gap,
                arg_max(gap, nth) AS before, COUNT(*) AS many
            FROM (SELECT customer_id, nth, day - LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
                  FROM days)
            WHERE gap IS NOT NULL GROUP BY customer_id
        ),
        measured AS (
            SELECT n.customer_id, n.days, n.silent, n.last, u.before, COALESCE(u.many, 0) >= 2 AS own,
                CASE WHEN u.many >= 2 THEN u.gap ELSE {shop_gap} END AS gap,
                CAST(greatest(n.year, 0) * {risk.HORIZON} / {YEAR} AS DECIMAL(19,4)) AS pace
            FROM now n LEFT JOIN usual u USING (customer_id)
        )
        SELECT *, {stage_sql()} AS stage FROM measured
        """  # noqa: S608
    )
    return shop_gap


def _keep(rows: list[Any], fresh: Any) -> int:
    """Write those that differ. SINCE stays while the stage does."""
    ids = [row[0] for row in rows]
    lowest, highest = ids[0], ids[-1]
    there = set(Customer.objects.filter(pk__range=(lowest, highest)).values_list("pk", flat=True))
    kept = {
        row[0]: row[1:]
        for row in CustomerStage.objects.filter(pk__gte=lowest, pk__lte=highest).values_list(
            "pk", "stage", "since", "gap", "own", "due_on", "risk", "pace"
        )
    }
    changed = []
    for pk, stage, gap, own, due_on, risky, pace in rows:
        if pk not in there:
            continue
        before = kept.get(pk)
        since = (
            before[1] if before and before[0] == stage else entered(stage, due_on - dt.timedelta(gap), gap)
        )
        after = (stage, since, gap, own, due_on, risky, pace)
        if before != after:
            changed.append((pk, stage, since, gap, own, due_on, risky, int(pace * 10_000), fresh))
    _upsert(changed)
    return len(there.intersection(ids))


def _upsert(rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    names = ("customer_id", *FIELDS)
    marks = ", ".join(["%s"] * len(names))
    sets = ", ".join(f"{name} = excluded.{name}" for name in FIELDS)
    sql = (
        f"INSERT INTO {CustomerStage._meta.db_table} ({', '.join(names)}) VALUES ({marks}) "  # noqa: S608
        f"ON CONFLICT (customer_id) DO UPDATE SET {sets}"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _forget_others() -> None:
    """Whoever has no order left is in no stage."""
    stages = CustomerStage._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {stages} WHERE NOT EXISTS (SELECT 1 FROM sales_customerfigures f "  # noqa: S608
            f"WHERE f.customer_id = {stages}.customer_id AND f.orders > 0)"
        )
