"""RFM: how lately, how often and for how much a customer buys, each scored 1 to 5 among all who ever
ordered.

The rules, so that every engine and every run gives the same scores:

- Who: every customer with at least one sale that was not cancelled (CustomerFigures.orders > 0).
- Recency by the moment of the last order (later is better), frequency by the number of orders, monetary by net
  revenue after returns; all of them ever, from CustomerFigures.
- Score = 1 + ⌊5 × (customers with a strictly lower value) ÷ (all customers)⌋. So the same value always gets the
  same score, and ties fall into the lower fifth: where most bought once, all of those have frequency 1.
- FM = (frequency + monetary) ÷ 2, halves up. The class follows from recency and FM by GRID; whoever has ordered
  only once and lately (recency 4 or 5) is "new" whatever they spent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grahak.core import business
from grahak.core.models import Setting
from grahak.insight.models import CustomerScore
from grahak.sales.models import CustomerFigures

AT_ONCE = 50_000
LAST_RUN = "insight.rfm"


@dataclass(frozen=True)
class RfmClass:
    """A class, what it is called, what it means, and the tone of its badge."""

    code: str
    label: Any
    says: Any
    tone: str = ""


CLASSES: dict[str, RfmClass] = {
    one.code: one
    for one in (
        RfmClass("champion", _("Champions"), _("Buy lately, often and for much."), "paid"),
        RfmClass("loyal", _("Loyal"), _("Buy again and again."), "paid"),
        RfmClass("new", _("New"), _("Ordered once, lately."), "pen"),
        RfmClass("promising", _("Promising"), _("Bought lately, still little."), "pen"),
        RfmClass(
            "attention", _("Needs attention"), _("In the middle of everything: a word may keep them."), "wait"
        ),
        RfmClass("sleepy", _("About to sleep"), _("Small and getting silent."), "wait"),
        RfmClass("at_risk", _("At risk"), _("Bought well, but long ago."), "owed"),
        RfmClass("cant_lose", _("Can’t lose"), _("Were among the best, and have gone silent."), "owed"),
        RfmClass("hibernating", _("Hibernating"), _("Small, and long ago."), ""),
        RfmClass("lost", _("Lost"), _("The longest ago, for the least."), ""),
    )
}

# recency → class for FM 1, 2, 3, 4, 5
GRID: dict[int, tuple[str, str, str, str, str]] = {
    5: ("promising", "promising", "loyal", "champion", "champion"),
    4: ("promising", "promising", "loyal", "loyal", "champion"),
    3: ("sleepy", "sleepy", "attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cant_lose"),
    1: ("lost", "hibernating", "at_risk", "at_risk", "cant_lose"),
}


def class_of(recency: int, frequency: int, monetary: int, orders: int) -> str:
    """The class of one customer by the rules above."""
    if orders == 1 and recency >= 4:
        return "new"
    return GRID[recency][(frequency + monetary + 1) // 2 - 1]


def _class_sql() -> str:
    """The same rules as SQL over r, f, m and orders."""
    cases = "".join(
        f" WHEN r = {recency} AND (f + m + 1) / 2 = {index} THEN '{code}'"
        for recency, codes in GRID.items()
        for index, code in enumerate(codes, 1)
    )
    return f"CASE WHEN orders = 1 AND r >= 4 THEN 'new'{cases} END"


def rescore(*, today: dt.date | None = None) -> int:
    """Score all customers anew and keep what changed. Returns how many were scored. The ranking is made in a
    temporary table, so that on SQLite others may write meanwhile; the changes are written in pieces."""
    day = today or business.today()
    fresh = "rfm_fresh"
    figures = CustomerFigures._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {fresh}")
        cursor.execute(
            f"""
            CREATE TEMPORARY TABLE {fresh} AS
            SELECT customer_id, r, f, m, {_class_sql()} AS class FROM (
                SELECT customer_id, orders,
                    1 + (RANK() OVER (ORDER BY last_at) - 1) * 5 / COUNT(*) OVER () AS r,
                    1 + (RANK() OVER (ORDER BY orders) - 1) * 5 / COUNT(*) OVER () AS f,
                    1 + (RANK() OVER (ORDER BY net) - 1) * 5 / COUNT(*) OVER () AS m
                FROM {figures} WHERE orders > 0
            ) AS ranked
            """  # noqa: S608
        )
        try:
            cursor.execute(f"SELECT COUNT(*), MAX(customer_id) FROM {fresh}")  # noqa: S608
            many, highest = cursor.fetchone()
            _forget_others(cursor, fresh)
            for start in range(0, (highest or 0) + 1, AT_ONCE):
                with transaction.atomic():
                    _write(cursor, fresh, start, day)
        finally:
            cursor.execute(f"DROP TABLE IF EXISTS {fresh}")
    Setting.objects.update_or_create(
        name=LAST_RUN, defaults={"value": {"at": timezone.now().isoformat(), "customers": many}}
    )
    return int(many)


def _forget_others(cursor: Any, fresh: str) -> None:
    """Take the scores of customers away who no longer have an order."""
    scores, figures = CustomerScore._meta.db_table, CustomerFigures._meta.db_table
    cursor.execute(
        f"DELETE FROM {scores} WHERE NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM {figures} t WHERE t.customer_id = {scores}.customer_id AND t.orders > 0)"
    )


def _write(cursor: Any, fresh: str, start: int, day: dt.date) -> None:
    scores = CustomerScore._meta.db_table
    cursor.execute(
        f"""
        INSERT INTO {scores} (customer_id, recency, frequency, monetary, rfm_class, scored_on)
        SELECT n.customer_id, n.r, n.f, n.m, n.class, %s FROM {fresh} n
        LEFT JOIN {scores} o ON o.customer_id = n.customer_id
        WHERE n.customer_id >= %s AND n.customer_id < %s AND (
            o.customer_id IS NULL OR o.recency <> n.r OR o.frequency <> n.f OR o.monetary <> n.m
            OR o.rfm_class <> n.class)
        ON CONFLICT (customer_id) DO UPDATE SET recency = excluded.recency, frequency = excluded.frequency,
            monetary = excluded.monetary, rfm_class = excluded.rfm_class, scored_on = excluded.scored_on
        """,  # noqa: S608
        [day, start, start + AT_ONCE],
    )
