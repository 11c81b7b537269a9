"""Lapse risk: the chance that a customer orders nothing in the next ninety days.

The method. S(t) is the share of gaps between order days that are longer than t days, by Kaplan and Meier's
product-limit estimator (E. L. Kaplan, P. Meier, "Nonparametric estimation from incomplete observations", Journal of
the American Statistical Association 53, 1958): a customer's present silence is a gap that has not ended yet (censored),
so that those who are still silent count for as long as they have been seen. It is taken apart by how many order days
came before the gap (1, 2, 3-4, 5-9, 10 and more), because who has ordered often comes back sooner; a group with fewer
than 50 gaps that ended uses all gaps of the shop.

A customer who has been silent for t days, with g own gaps of which own(x) were longer than x, then has the risk

    risk = (own(t + 90) + 8 × S(t + 90)) ÷ (own(t) + 8 × S(t)),

the conditional probability that a gap that has lasted t days lasts ninety more, with the shop's gaps counting as much
as eight of their own; 1 where that is 0 ÷ 0 (nobody was ever silent for so long and came back).

Back-tested on the Online Retail data (orders up to 2011-06-30, who orders in the 23 weeks after): see
tests/test_lapse_backtest.py, which prints its AUC beside recency alone.
"""

from __future__ import annotations

from grahak.insight.facts import Facts

HORIZON = 90  # days
WEIGHT = 8  # the shop's gaps count as so many of the customer's own
ENOUGH = 50  # gaps that ended, for a group to have a curve of its own
GROUPS = (1, 2, 3, 5, 10)  # order days before the gap: 1, 2, 3-4, 5-9, 10 and more
ALL = 0  # the group of all gaps


def group_sql(number: str) -> str:
    """The group of a gap that had that many order days before it."""
    cases = "".join(f" WHEN {number} >= {least} THEN {least}" for least in sorted(GROUPS, reverse=True))
    return f"CASE{cases} END"


def build(found: Facts) -> None:
    """From `days` (customer_id, day, nth) and `now` (customer_id, days, silent, …) make the temporary tables `gaps`
    (customer_id, gap, kind) and `risks` (customer_id, risk)."""
    db = found.db
    db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE gaps AS
        SELECT customer_id, day - before AS gap, {group_sql("nth - 1")} AS kind FROM (
            SELECT customer_id, day, nth, LAG(day) OVER (PARTITION BY customer_id ORDER BY day) AS before FROM days
        ) WHERE before IS NOT NULL
        """  # noqa: S608
    )
    _curves(found)
    own = f"""
        SELECT n.customer_id, COUNT(*) FILTER (g.gap > n.silent) AS over_now,
            COUNT(*) FILTER (g.gap > n.silent + {HORIZON}) AS over_then
        FROM now n JOIN gaps g USING (customer_id) GROUP BY n.customer_id
    """  # noqa: S608
    db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE risks AS
        WITH own AS ({own}),
        asked AS (
            SELECT n.customer_id, n.silent, n.silent + {HORIZON} AS later,
                COALESCE((SELECT kind FROM known WHERE kind = {group_sql("n.days")}), {ALL}) AS kind FROM now n
        )
        SELECT a.customer_id,
            CASE WHEN COALESCE(o.over_now, 0) + {WEIGHT} * s.share <= 1e-9 THEN 1.0
            ELSE (COALESCE(o.over_then, 0) + {WEIGHT} * l.share) / (COALESCE(o.over_now, 0) + {WEIGHT} * s.share)
            END AS risk
        FROM asked a
        ASOF JOIN curve s ON s.kind = a.kind AND a.silent >= s.gap
        ASOF JOIN curve l ON l.kind = a.kind AND a.later >= l.gap
        LEFT JOIN own o ON o.customer_id = a.customer_id
        """  # noqa: S608
    )


def _curves(found: Facts) -> None:
    """`curve` (kind, gap, share): the share of gaps longer than GAP, by group; `known` are the groups that have one."""
    found.db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE curve AS
        WITH seen AS (
            SELECT kind, gap, 1 AS ended FROM gaps
            UNION ALL SELECT {group_sql("days")}, silent, 0 FROM now
        ),
        both_kinds AS (SELECT * FROM seen UNION ALL SELECT {ALL}, gap, ended FROM seen),
        steps AS (SELECT kind, gap, SUM(ended) AS ended, COUNT(*) AS left_here FROM both_kinds GROUP BY kind, gap),
        held AS (
            SELECT kind, gap, ended, SUM(left_here) OVER (PARTITION BY kind ORDER BY gap DESC) AS held FROM steps
        ),
        shares AS (
            SELECT kind, gap, product(1 - ended / held) OVER (PARTITION BY kind ORDER BY gap) AS share FROM held
        )
        SELECT kind, gap, greatest(share, 0) AS share FROM shares
        UNION ALL SELECT DISTINCT kind, -1, 1.0 FROM shares
        """  # noqa: S608
    )
    found.db.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE known AS
        SELECT kind FROM gaps GROUP BY kind HAVING COUNT(*) >= {ENOUGH} UNION SELECT {ALL}
        """  # noqa: S608
    )
