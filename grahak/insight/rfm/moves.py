"""What became of the classes: how large they were, and who went from which to which in a span of days."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum

from grahak.core import business
from grahak.core.access import scope_of, scoped
from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.insight.models import CustomerScore, RfmMove, RfmSize
from grahak.insight.rfm.classes import CLASSES

SPANS = (30, 90)
NONE = "none"  # how an address says: no class


@dataclass(frozen=True)
class Cell:
    """A square of the picture: how many customers, and their net revenue ever."""

    customers: int = 0
    net: Decimal = Decimal(0)


def _visible(user: User) -> QuerySet[CustomerScore]:
    rows = CustomerScore.objects.filter(customer__archived_at=None)
    found: QuerySet[CustomerScore] = scoped(
        rows, user, "insight.rfm", owner="customer__owner", branch="customer__branch"
    )
    return found


def fm(recency: str = "frequency", other: str = "monetary") -> Any:
    """Frequency and money together: their mean, halves up. Whole division on every database."""
    from django.db.models import F, IntegerField
    from django.db.models.functions import Cast, Floor

    return Cast(Floor((F(recency) + F(other) + 1) / 2.0), IntegerField())


def grid(user: User) -> dict[tuple[int, int], Cell]:
    """(recency, FM) → who stands there, of those this person may see. One query."""
    rows = (
        _visible(user)
        .order_by()
        .values_list("recency", "frequency", "monetary")
        .annotate(many=Count("pk"), net=Sum("customer__figures__net"))
    )
    found: dict[tuple[int, int], Cell] = defaultdict(Cell)
    for recency, frequency, monetary, many, net in rows:
        key = (recency, (frequency + monetary + 1) // 2)
        found[key] = Cell(found[key].customers + many, found[key].net + (net or 0))
    return dict(found)


def classes(user: User) -> dict[str, Cell]:
    """Class → who is in it now. One query."""
    rows = (
        _visible(user)
        .order_by()
        .values_list("rfm_class")
        .annotate(many=Count("pk"), net=Sum("customer__figures__net"))
    )
    return {code: Cell(many, net or Decimal(0)) for code, many, net in rows}


def sizes(user: User, since: dt.date) -> dict[dt.date, dict[str, int]]:
    """Day → class → customers, of the days from SINCE that are kept. One query."""
    rows: QuerySet[RfmSize] = RfmSize.objects.filter(day__gte=since)
    if scope_of(user, "insight.rfm") != "all":
        rows = scoped(rows, user, "insight.rfm", owner="pk")
    found: dict[dt.date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(CLASSES, 0))
    for day, code, many in rows.order_by("day").values_list("day", "rfm_class").annotate(n=Sum("customers")):
        found[day][code] = many
    return dict(found)


def flow(user: User, days: int) -> dict[tuple[str, str], int]:
    """(from, to) → how many customers went that way within DAYS: from the class before their first move in that time
    to their class now; who came back to where they were is left out. One query."""
    since = business.today() - dt.timedelta(days=days)
    moves, customers = RfmMove._meta.db_table, Customer._meta.db_table
    scores = CustomerScore._meta.db_table
    cut, params = "", []
    scope = scope_of(user, "insight.rfm")
    if scope == "branch":
        cut, params = "AND (c.branch_id = %s OR c.branch_id IS NULL)", [user.branch_id]
    elif scope == "own":
        cut, params = "AND c.owner_id = %s", [user.pk]
    sql = f"""
        SELECT m.before, COALESCE(s.rfm_class, ''), COUNT(*)
        FROM (SELECT customer_id, before, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY day) AS nth
              FROM {moves} WHERE day > %s) m
        JOIN {customers} c ON c.id = m.customer_id
        LEFT JOIN {scores} s ON s.customer_id = m.customer_id
        WHERE m.nth = 1 AND c.archived_at IS NULL AND m.before <> COALESCE(s.rfm_class, '') {cut}
        GROUP BY m.before, COALESCE(s.rfm_class, '')
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [since, *params])
        return {(before, after): many for before, after, many in cursor.fetchall()}


def moved(rows: QuerySet[Customer], before: str, after: str, days: int) -> QuerySet[Customer]:
    """The customers of ROWS who went from BEFORE to AFTER within DAYS, as `flow` counts them. ValueError for a class
    that is not one."""
    for code in (before, after):
        if code and code not in CLASSES:
            raise ValueError(code)
    since = business.today() - dt.timedelta(days=days)
    mine = RfmMove.objects.filter(customer=OuterRef("pk"), day__gt=since).order_by("day")
    found = rows.filter(Exists(mine)).annotate(rfm_before=Subquery(mine.values("before")[:1]))
    found = found.filter(rfm_before=before)
    return found.filter(score=None) if not after else found.filter(score__rfm_class=after)


def written(code: str) -> str:
    """A class as it stands in an address."""
    return code or NONE


def read(text: str) -> tuple[str, str, int]:
    """(from, to, days) of "champion-at_risk-30"; ValueError for anything else."""
    before, after, days = text.split("-")
    if int(days) not in SPANS:
        raise ValueError(text)
    return ("" if before == NONE else before), ("" if after == NONE else after), int(days)
