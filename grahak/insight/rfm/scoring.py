"""Scores all customers and keeps what changed: the scores, who moved from class to class, and the classes' sizes.

The rules, so that every engine and every run gives the same scores:

- Who: every customer with at least one sale that was not cancelled (CustomerFigures.orders > 0).
- Recency by the moment of the last order (later is better), frequency by the number of orders, monetary by net
  revenue after returns; all of them ever, from CustomerFigures.
- By fifths: score = 1 + ⌊5 × (customers with a strictly lower value) ÷ (all customers)⌋. So the same value always
  gets the same score, and ties fall into the lower fifth: where most bought once, all of those have frequency 1.
- By hand: score = 1 + how many of the shop's four borders are reached; recency in whole business days.
- FM = (frequency + monetary) ÷ 2, halves up. The class follows from recency and FM by GRID; whoever has ordered
  only once and lately (recency 4 or 5) is "new" whatever they spent.
- A move is a class at the end of a business day that differs from the one before that day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from grahak.core import bulk, business
from grahak.core.models import Setting
from grahak.customers.models import Customer
from grahak.insight.models import CustomerScore, RfmMove, RfmSize
from grahak.insight.rfm import borders
from grahak.sales.models import CustomerFigures

AT_ONCE = 50_000
LAST_RUN = "insight.rfm"
MOVES_KEPT = dt.timedelta(days=400)
FRESH = "rfm_fresh"
_SCORES = CustomerScore._meta.db_table
_MOVES = RfmMove._meta.db_table
_FIGURES = CustomerFigures._meta.db_table


def rescore(*, today: dt.date | None = None) -> int:
    """Score all customers anew and keep what changed. Returns how many were scored. The ranking is made in a
    temporary table, so that on SQLite others may write meanwhile; the changes are written in pieces."""
    day = today or business.today()
    had_scores = CustomerScore.objects.exists()
    sql, params = borders.scored_sql(borders.current(), f"{_FIGURES} WHERE orders > 0", day)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {FRESH}")
        cursor.execute(f"CREATE TEMPORARY TABLE {FRESH} AS {sql}", [bulk.stored(moment) for moment in params])
        try:
            cursor.execute(f"SELECT COUNT(*), MAX(customer_id) FROM {FRESH}")  # noqa: S608
            many, highest = cursor.fetchone()
            _forget_others(cursor, day)
            for start in range(0, (highest or 0) + 1, AT_ONCE):
                with transaction.atomic():
                    if had_scores:  # who is scored for the first time has not moved, everybody is new here
                        _note_moves(cursor, start, day)
                    _write(cursor, start, day)
            _note_sizes(cursor, day)
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {FRESH}")
    Setting.objects.update_or_create(
        name=LAST_RUN, defaults={"value": {"at": timezone.now().isoformat(), "customers": many}}
    )
    return int(many)


def _forget_others(cursor: Any, day: dt.date) -> None:
    """Take the scores of customers away who no longer have an order."""
    gone = f"NOT EXISTS (SELECT 1 FROM {_FIGURES} t WHERE t.customer_id = {{}}.customer_id AND t.orders > 0)"  # noqa: S608
    with transaction.atomic():
        cursor.execute(
            f"INSERT INTO {_MOVES} (customer_id, day, before, after) "  # noqa: S608
            f"SELECT o.customer_id, %s, o.rfm_class, '' FROM {_SCORES} o WHERE {gone.format('o')} "
            "ON CONFLICT (customer_id, day) DO UPDATE SET after = excluded.after",
            [day],
        )
        cursor.execute(f"DELETE FROM {_SCORES} WHERE {gone.format(_SCORES)}")  # noqa: S608
        RfmMove.objects.filter(day__lt=day - MOVES_KEPT).delete()


def _note_moves(cursor: Any, start: int, day: dt.date) -> None:
    """Keep who moves; whoever moves back on the same day has not moved."""
    cursor.execute(
        f"""
        INSERT INTO {_MOVES} (customer_id, day, before, after)
        SELECT n.customer_id, %s, COALESCE(o.rfm_class, ''), n.class FROM {FRESH} n
        LEFT JOIN {_SCORES} o ON o.customer_id = n.customer_id
        WHERE n.customer_id >= %s AND n.customer_id < %s AND (o.customer_id IS NULL OR o.rfm_class <> n.class)
        ON CONFLICT (customer_id, day) DO UPDATE SET after = excluded.after
        """,  # noqa: S608
        [day, start, start + AT_ONCE],
    )
    cursor.execute(
        f"DELETE FROM {_MOVES} WHERE day = %s AND customer_id >= %s AND customer_id < %s AND before = after",  # noqa: S608
        [day, start, start + AT_ONCE],
    )


def _note_sizes(cursor: Any, day: dt.date) -> None:
    sizes, customers = RfmSize._meta.db_table, Customer._meta.db_table
    with transaction.atomic():
        RfmSize.objects.filter(day=day).delete()
        cursor.execute(
            f"INSERT INTO {sizes} (day, branch_id, rfm_class, customers, net) "  # noqa: S608
            f"SELECT %s, c.branch_id, n.class, COUNT(*), SUM(n.net) FROM {FRESH} n "
            f"JOIN {customers} c ON c.id = n.customer_id WHERE c.archived_at IS NULL GROUP BY c.branch_id, n.class",
            [day],
        )


def _write(cursor: Any, start: int, day: dt.date) -> None:
    cursor.execute(
        f"""
        INSERT INTO {_SCORES} (customer_id, recency, frequency, monetary, rfm_class, scored_on)
        SELECT n.customer_id, n.r, n.f, n.m, n.class, %s FROM {FRESH} n
        LEFT JOIN {_SCORES} o ON o.customer_id = n.customer_id
        WHERE n.customer_id >= %s AND n.customer_id < %s AND (
            o.customer_id IS NULL OR o.recency <> n.r OR o.frequency <> n.f OR o.monetary <> n.m
            OR o.rfm_class <> n.class)
        ON CONFLICT (customer_id) DO UPDATE SET recency = excluded.recency, frequency = excluded.frequency,
            monetary = excluded.monetary, rfm_class = excluded.rfm_class, scored_on = excluded.scored_on
        """,  # noqa: S608
        [day, start, start + AT_ONCE],
    )
