"""Finds opportunities in the facts of sales: one set-based question a kind. The rules stand in `rules`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from grahak.insight.facts import Facts
from grahak.insight.lifecycle import standing
from grahak.insight.opportunities.rules import (
    BOTH_AT_LEAST,
    ITEMS,
    JACCARD,
    LIFT,
    MISSING_A_CUSTOMER,
    MOST_A_KIND,
    STOPPED_AT_LEAST,
    STOPPED_AT_MOST,
    STOPPED_DAYS,
    STOPPED_GAPS,
    Borders,
)

NINETY = 90
YEAR = 365
THINGS = {"category": "category_id", "item": "product_id"}


@dataclass(frozen=True)
class Found:
    """One opportunity as it is today; see the model for what each is."""

    kind: str
    customer_id: int
    worth: Decimal
    facts: dict[str, Any] = field(default_factory=dict)
    subject_kind: str = ""
    subject: int = 0


def find(found: Facts, borders: Borders, today: dt.date) -> Iterator[Found]:
    """All opportunities of a day, kind by kind, the worthiest first within each."""
    standing.build(found, today)
    yield from _lapsing(found, borders)
    yield from _growing(found, borders, today)
    things = things_of(found)
    yield from _stopped(found, things, today)
    for kind in dict.fromkeys((things, "item")):
        yield from _missing(found, kind, borders, today)


def things_of(found: Facts) -> str:
    """What "something" is in this shop: a category, where goods have some; else an item."""
    many = found.one("SELECT COUNT(DISTINCT category_id) FROM lines")
    return "category" if many > 1 else "item"


def _lapsing(found: Facts, borders: Borders) -> Iterator[Found]:
    rows = found.db.execute(
        f"""
        SELECT s.customer_id, CAST(r.risk * s.pace AS DECIMAL(19,4)) AS worth, CAST(round(r.risk * 100) AS INTEGER),
            s.silent, CAST(s.gap AS INTEGER)
        FROM stages s JOIN risks r USING (customer_id) JOIN people USING (customer_id)
        WHERE s.own AND s.days >= 3 AND s.silent > s.gap AND s.silent <= greatest(3 * s.gap, {STOPPED_AT_LEAST})
            AND r.risk * 100 >= ? AND s.pace > 0
        ORDER BY worth DESC, s.customer_id LIMIT {MOST_A_KIND}
        """,  # noqa: S608
        [borders.risk],
    )
    for pk, worth, risk, silent, gap in rows.fetchall():
        yield Found("lapsing", pk, worth, {"risk": risk, "silent": silent, "gap": gap})


def _growing(found: Facts, borders: Borders, today: dt.date) -> Iterator[Found]:
    least = found.one(
        "SELECT CAST(median(net) AS DECIMAL(19,4)) FROM sold WHERE kind = 'sale' AND net > 0"
    ) or Decimal(0)
    spans = {
        "now": "day > $today - 90 AND day <= $today",
        "prior": "day > $today - 180 AND day <= $today - 90",
        "season": "day > $today - 455 AND day <= $today - 365",
    }
    sums = ", ".join(
        f"COALESCE(SUM(net) FILTER ({span}), 0) AS {name}, "
        f"COUNT(DISTINCT day) FILTER ({span} AND kind = 'sale') AS {name}_days"
        for name, span in spans.items()
    ).replace("$today", "CAST($today AS DATE)")
    rows = found.db.execute(
        f"""
        WITH spans AS (SELECT customer_id, {sums} FROM sold WHERE day > CAST($today AS DATE) - 455
            GROUP BY customer_id)
        SELECT customer_id, now - greatest(prior, CASE WHEN season >= $least THEN season ELSE 0 END) AS worth,
            now, prior, CASE WHEN season >= $least THEN season END
        FROM spans JOIN people USING (customer_id)
        WHERE now_days >= 2 AND prior_days >= 2 AND prior >= $least AND now * 100 >= prior * (100 + $growth)
            AND (season < $least OR now * 100 >= season * (100 + $growth))
        ORDER BY worth DESC, customer_id LIMIT {MOST_A_KIND}
        """,  # noqa: S608
        {"today": today, "least": least, "growth": borders.growth},
    )
    for pk, worth, now, prior, season in rows.fetchall():
        facts = {"now": str(now), "before": str(prior), "season": None if season is None else str(season)}
        yield Found("growing", pk, worth, facts)


def _stopped(found: Facts, kind: str, today: dt.date) -> Iterator[Found]:
    rows = found.db.execute(
        f"""
        WITH bought AS (
            SELECT customer_id, {THINGS[kind]} AS thing, day, SUM(amount) AS amount FROM lines
            WHERE {THINGS[kind]} IS NOT NULL GROUP BY ALL HAVING SUM(amount) > 0
        ),
        gaps AS (
            SELECT *, day - LAG(day) OVER (PARTITION BY customer_id, thing ORDER BY day) AS gap FROM bought
        ),
        rhythms AS (
            SELECT customer_id, thing, COUNT(*) AS days, MAX(day) AS last,
                CAST(floor(median(gap) + 0.5) AS INTEGER) AS gap, CAST(median(amount) AS DECIMAL(19,4)) AS usual
            FROM gaps GROUP BY customer_id, thing HAVING COUNT(*) >= {STOPPED_DAYS}
        ),
        silent AS (
            SELECT r.*, CAST($today AS DATE) - r.last AS silent FROM rhythms r
            JOIN people USING (customer_id) JOIN stages s USING (customer_id)
            WHERE s.stage NOT IN ('lapsed', 'lost')
        )
        SELECT s.customer_id, s.thing,
            CAST(s.usual * greatest(1, least(s.days, {NINETY} // greatest(s.gap, 1))) AS DECIMAL(19,4)) AS worth,
            s.days, s.last, s.gap, s.usual, COUNT(d.day)
        FROM silent s JOIN days d ON d.customer_id = s.customer_id AND d.day > s.last + s.gap
        WHERE s.silent > greatest({STOPPED_GAPS} * s.gap, {STOPPED_AT_LEAST}) AND s.silent <= {STOPPED_AT_MOST}
        GROUP BY ALL ORDER BY worth DESC, s.customer_id, s.thing LIMIT {MOST_A_KIND}
        """,  # noqa: S608
        {"today": today},
    )
    for pk, thing, worth, days, last, gap, usual, since in rows.fetchall():
        facts = {"days": days, "last": last.isoformat(), "gap": gap, "usual": str(usual), "since": since}
        yield Found("stopped", pk, worth, facts, kind, thing)


def _missing(found: Facts, kind: str, borders: Borders, today: dt.date) -> Iterator[Found]:
    thing = THINGS[kind]
    db = found.db
    db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE year AS
        WITH bought AS (
            SELECT customer_id, {thing} AS thing, COUNT(DISTINCT day) AS days, SUM(amount) AS amount FROM lines
            WHERE {thing} IS NOT NULL AND day > CAST($today AS DATE) - {YEAR} GROUP BY ALL HAVING SUM(amount) > 0
        ),
        best AS (SELECT thing FROM bought GROUP BY thing ORDER BY COUNT(*) DESC, thing LIMIT {ITEMS})
        SELECT bought.* FROM bought JOIN best USING (thing)
        """,  # noqa: S608
        {"today": today},
    )
    rows = db.execute(
        f"""
        WITH sizes AS (
            SELECT thing, COUNT(*) AS many, CAST(median(amount) AS DECIMAL(19,4)) AS usual FROM year GROUP BY thing
        ),
        everybody AS (SELECT COUNT(DISTINCT customer_id) AS many FROM year),
        pairs AS (
            SELECT a.thing AS a, b.thing AS b, COUNT(*) AS both_bought
            FROM year a JOIN year b ON b.customer_id = a.customer_id AND b.thing <> a.thing
            GROUP BY a.thing, b.thing HAVING COUNT(*) >= {BOTH_AT_LEAST}
        ),
        rules AS (
            SELECT p.a, p.b, p.both_bought, x.many AS bought_a, p.both_bought / x.many AS share, y.usual
            FROM pairs p JOIN sizes x ON x.thing = p.a JOIN sizes y ON y.thing = p.b, everybody e
            WHERE p.both_bought * 100 >= x.many * $share
                AND p.both_bought / x.many >= {LIFT} * y.many / e.many
                AND p.both_bought / (x.many + y.many - p.both_bought) >= {JACCARD}
        ),
        ever AS (SELECT DISTINCT customer_id, {thing} AS thing FROM lines),
        open AS (
            SELECT y.customer_id, r.b, max_by(r.a, (r.share, r.both_bought, -r.a)) AS a
            FROM year y JOIN rules r ON r.a = y.thing
            JOIN people USING (customer_id) JOIN stages s ON s.customer_id = y.customer_id
            WHERE y.days >= 2 AND s.stage NOT IN ('lapsed', 'lost')
                AND NOT EXISTS (SELECT 1 FROM ever e WHERE e.customer_id = y.customer_id AND e.thing = r.b)
            GROUP BY y.customer_id, r.b
        ),
        ranked AS (
            SELECT o.customer_id, o.b, o.a, r.both_bought, r.bought_a,
                CAST(r.share * r.usual * {NINETY} / {YEAR} AS DECIMAL(19,4)) AS worth
            FROM open o JOIN rules r ON r.a = o.a AND r.b = o.b
        )
        SELECT customer_id, b, worth, a, both_bought, bought_a FROM ranked
        QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY worth DESC, b) <= {MISSING_A_CUSTOMER}
        ORDER BY worth DESC, customer_id, b LIMIT {MOST_A_KIND}
        """,  # noqa: S608
        {"share": borders.share},
    )
    for pk, thing_id, worth, because, both, of in rows.fetchall():
        yield Found("missing", pk, worth, {"because": because, "both": both, "of": of}, kind, thing_id)
