"""By what customers are scored: among each other by fifths, or by borders that the shop writes down itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from grahak.core import audit, business
from grahak.core.models import Setting, User
from grahak.insight.rfm.classes import class_sql

NAME = "insight.rfm.borders"
UNIT = 10_000  # money stands in the records as ten-thousandths


@dataclass(frozen=True)
class Borders:
    """BY_HAND False: each measure by fifths, and the rest does not matter. DAYS: at most so many days since the last
    order for 5, 4, 3 and 2 (rising). ORDERS: at least so many for 2, 3, 4 and 5 (rising). MONEY: net revenue of at
    least so much for 2, 3, 4 and 5 (rising)."""

    by_hand: bool = False
    days: tuple[int, int, int, int] = (30, 60, 120, 240)
    orders: tuple[int, int, int, int] = (2, 3, 6, 12)
    money: tuple[Decimal, Decimal, Decimal, Decimal] = (
        Decimal(10_000),
        Decimal(50_000),
        Decimal(200_000),
        Decimal(500_000),
    )

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"money": [str(amount) for amount in self.money]}


def current() -> Borders:
    """The borders in force."""
    found = Setting.objects.filter(pk=NAME).first()
    if found is None:
        return Borders()
    kept = found.value
    return Borders(
        bool(kept["by_hand"]),
        tuple(kept["days"]),
        tuple(kept["orders"]),
        tuple(Decimal(amount) for amount in kept["money"]),  # type: ignore[arg-type]
    )


@transaction.atomic
def keep(borders: Borders, *, by: User | None) -> None:
    """Score by these from now on. The customers are scored anew in the background."""
    before = current()
    if before == borders:
        return
    _row, _new = Setting.objects.update_or_create(name=NAME, defaults={"value": borders.as_json()})
    changes = audit.changed(before.as_json(), borders.as_json())
    audit.record("insight.rfm.borders_set", by=by, label="RFM", **changes)


def scored_sql(
    borders: Borders,
    source: str,
    today: dt.date,
    *,
    moment: str = "%s",
    money_unit: int = UNIT,
    divide: str = "/",
) -> tuple[str, list[Any]]:
    """SQL and parameters that give customer_id, r, f, m, class from SOURCE, a table or sub-select with customer_id,
    orders, last_at, net. Plain enough for SQLite, PostgreSQL and DuckDB; MOMENT is the mark of a moment."""
    if not borders.by_hand:
        marks = ", ".join(
            f"1 + (RANK() OVER (ORDER BY {column}) - 1) * 5 {divide} COUNT(*) OVER () AS {name}"
            for column, name in (("last_at", "r"), ("orders", "f"), ("net", "m"))
        )
        params: list[Any] = []
    else:
        since = [business.day_start(today - dt.timedelta(days=days)) for days in borders.days]
        money = [int(amount * money_unit) for amount in borders.money]
        r = " + ".join([f"CASE WHEN last_at >= {moment} THEN 1 ELSE 0 END"] * 4)
        f = " + ".join(f"CASE WHEN orders >= {int(least)} THEN 1 ELSE 0 END" for least in borders.orders)
        m = " + ".join(f"CASE WHEN net >= {amount} THEN 1 ELSE 0 END" for amount in money)
        marks = f"1 + {r} AS r, 1 + {f} AS f, 1 + {m} AS m"
        params = list(since)
    sql = (
        f"SELECT customer_id, net, r, f, m, {class_sql(divide)} AS class FROM ("  # noqa: S608
        f"SELECT customer_id, orders, net, {marks} FROM {source}) AS ranked"
    )
    return sql, params
