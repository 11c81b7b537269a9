"""The lapse risk on real orders: who is told to lapse does lapse more often, and better told than by recency."""

from __future__ import annotations

import bisect
import datetime as dt
from pathlib import Path

import duckdb
import pytest

from grahak.insight.facts import Facts
from grahak.insight.lifecycle.standing import build

DATA = Path(__file__).parents[4] / "shared" / "data" / "onlineretail" / "transactions.parquet"
CUT = dt.date(2011, 6, 30)
NO_GOODS = "('POST', 'M', 'DOT', 'BANK CHARGES', 'AMAZONFEE', 'C2', 'D', 'PADS', 'CRUK', 'S', 'B')"


def auc(scores: dict[int, float], again: set[int]) -> float:
    """The chance that who ordered again has the higher score than who did not; equal ones count half."""
    others = sorted(score for pk, score in scores.items() if pk not in again)
    those = [score for pk, score in scores.items() if pk in again]
    wins = sum(bisect.bisect_left(others, one) + bisect.bisect_right(others, one) for one in those)
    return wins / 2 / len(those) / len(others)


@pytest.mark.skipif(not DATA.exists(), reason="the Online Retail data is not beside the repository")
def test_the_risk_tells_better_than_recency_who_orders_again(capsys):
    db = duckdb.connect()
    db.execute(
        f"""
        CREATE TABLE sold AS SELECT customer_id, 0 AS order_id, 'sale' AS kind, invoice_date AS moment,
            CAST(invoice_date AS DATE) AS day, CAST(quantity * unit_price AS DECIMAL(19,4)) AS net
        FROM '{DATA}' WHERE customer_id IS NOT NULL AND invoice NOT LIKE 'C%' AND quantity > 0 AND unit_price > 0
            AND stock_code NOT IN {NO_GOODS}
        """
    )
    build(Facts(db, "records"), CUT)
    risks = dict(db.execute("SELECT customer_id, risk FROM risks").fetchall())
    silent = dict(db.execute("SELECT customer_id, silent FROM now").fetchall())
    again = {
        row[0] for row in db.execute("SELECT DISTINCT customer_id FROM sold WHERE day > ?", [CUT]).fetchall()
    }
    again &= set(risks)
    told = auc({pk: 1 - risk for pk, risk in risks.items()}, again)
    recency = auc({pk: -days for pk, days in silent.items()}, again)
    with capsys.disabled():
        print(  # noqa: T201 – the figure is what the test is read for
            f"\nlapse risk: AUC {told:.3f}; recency alone {recency:.3f}; {len(risks)} customers, {len(again)} again"
        )
    assert len(risks) == 2958
    assert round(recency, 3) == 0.678
    assert told > 0.727  # BG/NBD on the same customers
    assert all(0 <= risk <= 1 for risk in risks.values())
