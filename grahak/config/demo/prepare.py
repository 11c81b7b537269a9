"""Makes the two files that the demo brings in like any shop would: customers with invented names, and the
real order lines with prices in the shop's currency and dates moved by whole weeks so that they end now.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
from django.conf import settings

from grahak.config.demo.cast import SALESMAN, SHARES
from grahak.customers.demo_names import DemoBuyer, buyer

SOURCE = Path(__file__).parent / "data" / "online_retail.parquet"
RUPEES_A_POUND = 100
LAST_LINE = dt.datetime(2011, 12, 9, 12, 50)  # the data's own, by the seller's clock
LINES, CUSTOMERS = 541_909, 4_372
# A buyer is a trader where an average order is worth this many pounds, or lines are this many pieces.
TRADER_ORDER, TRADER_PIECES = 400, 24
CUSTOMER_COLUMNS = (
    "external_id", "name", "contact_name", "kind", "phone", "whatsapp", "email", "language", "address", "area", "city",
    "region", "postcode", "country", "branch", "owner", "since",
)  # fmt: skip


def folder() -> Path:
    """Where the files wait to be brought in."""
    path = Path(settings.DATA) / "demo"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def weeks_until(now: dt.datetime) -> int:
    """By how many weeks the data move, so that the last line falls on the same day of the week, within
    seven days before NOW (the shop's clock, naive) and never after it."""
    return (now - LAST_LINE) // dt.timedelta(weeks=1)


def prepare(now: dt.datetime) -> tuple[Path, Path]:
    """Write customers.csv and orders.parquet; gives their paths. The same input and week give the same
    files."""
    weeks = weeks_until(now)
    customers, orders = folder() / "customers.csv", folder() / "orders.parquet"
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2")
        engine.execute(_SEEN, [str(SOURCE), weeks])
        buyers = list(cast_buyers(engine.sql(_BUYERS).fetchall()))
        _write_customers(customers, buyers)
        engine.execute(_BRANCHES, [str(customers)])
        unfinished = orders.with_suffix(".part")
        engine.execute(f"COPY ({_ORDERS}) TO '{unfinished}' (FORMAT parquet, COMPRESSION zstd)")
        unfinished.rename(orders)
    return customers, orders


_SEEN = """
CREATE TEMP TABLE seen AS
SELECT row_number() OVER () AS place, *, invoice_date + to_days(CAST(7 * $2 AS INTEGER)) AS moved
FROM read_parquet($1)
"""
_BUYERS = f"""
SELECT customer_id,
    coalesce(sum(quantity * unit_price) FILTER (WHERE quantity > 0)
        / nullif(count(DISTINCT invoice) FILTER (WHERE quantity > 0), 0), 0) >= {TRADER_ORDER}
    OR coalesce(avg(quantity) FILTER (WHERE quantity > 0), 0) >= {TRADER_PIECES} AS is_trader,
    min(moved)::DATE AS since
FROM seen WHERE customer_id IS NOT NULL GROUP BY customer_id ORDER BY customer_id
"""  # noqa: S608
_BRANCHES = """
CREATE TEMP TABLE cast_as AS
SELECT CAST(external_id AS INTEGER) AS customer_id, branch, owner
FROM read_csv($1, header = true, all_varchar = true)
"""
# The columns have the data's own names, so that the preset knows them; two more say where and by whom.
_ORDERS = f"""
SELECT invoice AS "InvoiceNo", stock_code AS "StockCode", description AS "Description", quantity AS "Quantity",
    moved AS "InvoiceDate", CAST(round(unit_price * {RUPEES_A_POUND}, 2) AS DECIMAL(18, 2)) AS "UnitPrice",
    seen.customer_id AS "CustomerID", country AS "Country", coalesce(branch, '{SHARES[0][0]}') AS "Branch",
    owner AS "Salesman"
FROM seen LEFT JOIN cast_as USING (customer_id) ORDER BY place
"""  # noqa: S608


def cast_buyers(rows: list[tuple[int, bool, dt.date]]) -> Iterator[tuple[int, dt.date, DemoBuyer]]:
    """An invented buyer for each number: a shop for those who buy like traders, a person for the others."""
    shops, persons = _pool(is_business=True), _pool(is_business=False)
    for number, is_trader, since in rows:
        yield number, since, next(shops if is_trader else persons)


def _pool(*, is_business: bool) -> Iterator[DemoBuyer]:
    index = 0
    while True:
        found = buyer(index)
        if found.is_business == is_business:
            yield found
        index += 1


def branch_of(number: int) -> str:
    """The branch that serves a customer, always the same."""
    at = int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=2).digest(), "big") % 100
    for name, share in SHARES:
        if at < share:
            return name
        at -= share
    raise AssertionError("shares add up to 100")


def _write_customers(path: Path, buyers: list[tuple[int, dt.date, DemoBuyer]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(CUSTOMER_COLUMNS)
        for number, since, found in buyers:
            branch = branch_of(number)
            out.writerow(
                (
                    number,
                    found.name_native,
                    found.contact_name,
                    "business" if found.is_business else "person",
                    found.phone,
                    found.phone if found.index % 3 else "",
                    found.email if found.index % 11 else "",
                    found.language,
                    found.street,
                    found.area,
                    found.city,
                    found.region,
                    found.postcode,
                    found.country,
                    branch,
                    SALESMAN[branch] if found.is_business else "",
                    since.isoformat(),
                )
            )


def other_names() -> Iterator[tuple[str, dict[str, str]]]:
    """Each customer's number with the name in the other scripts, read back from the files."""
    with duckdb.connect() as engine:
        engine.execute(_SEEN, [str(SOURCE), 0])
        rows = engine.sql(_BUYERS).fetchall()
    for number, _since, found in cast_buyers(rows):
        yield str(number), found.other_names
