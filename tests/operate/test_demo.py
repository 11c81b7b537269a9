"""The demo: real orders that end now, loaded step by step, gone on with after a kill, left without a trace."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from grahak.config.demo import leave_demo, prepare, progress, start_demo, story
from grahak.config.demo.cast import PEOPLE
from grahak.config.demo.leave import KEPT
from grahak.connect.models import ImportRun
from grahak.core import business as business_module
from grahak.core import jobs
from grahak.core.models import Business, Setting, User
from grahak.core.refusals import Conflict
from grahak.customers.models import Customer
from grahak.sales.models import CustomerFigures, Order, OrderLine

WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> dict[str, Any]:
    """A hundred buyers' lines instead of all, so that the demo loads in seconds; gives what it must add up to."""
    settings.DATA, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "data" / "media"
    settings.DATA.mkdir()
    source = tmp_path / "small.parquet"
    duckdb.sql(
        f"COPY (FROM '{prepare.SOURCE}' WHERE customer_id BETWEEN 12346 AND 12460 OR invoice = '536414') "
        f"TO '{source}' (FORMAT parquet)"
    )
    lines, buyers, net = duckdb.sql(
        "SELECT count(*), count(DISTINCT customer_id), "
        "sum(quantity * CAST(round(unit_price * 100, 2) AS DECIMAL(18, 2)))"
        f" FILTER (stock_code NOT IN ('POST', 'M', 'D', 'C2', 'BANK CHARGES')) FROM '{source}'"
    ).fetchone() or (0, 0, 0)
    monkeypatch.setattr(prepare, "SOURCE", source)
    monkeypatch.setattr(story, "LOOK_AGAIN", dt.timedelta(0))
    monkeypatch.setattr(story, "TELLERS", ())
    return {"lines": lines, "buyers": buyers, "net": Decimal(net)}


def work(turns: int | None = None) -> None:
    """Do what waits in the imports' queue, or the next TURNS jobs of it."""
    if turns is None:
        jobs.work(["imports"], threading.Event(), until_empty=True)
        return
    for _turn in range(turns):
        job = jobs.claim(["imports"], "test")
        assert job is not None
        jobs.run(job, "test")


@given(st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2060, 1, 1)))
def test_the_data_end_within_the_last_seven_days_and_never_in_the_future(now: dt.datetime) -> None:
    last = prepare.LAST_LINE + prepare.weeks_until(now) * WEEK
    assert now - WEEK < last <= now
    assert last.weekday() == prepare.LAST_LINE.weekday()


def test_every_real_line_is_in_the_file_once_in_order_at_its_price_in_rupees(
    settings: Any, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    _customers, orders = prepare.prepare(dt.datetime(2026, 11, 23, 9, 30))
    made = duckdb.sql(
        'SELECT count(*), min("InvoiceDate"), max("InvoiceDate"), sum("Quantity" * "UnitPrice"), count("CustomerID"), '
        f"count(DISTINCT \"CustomerID\") FROM '{orders}'"
    ).fetchone()
    assert made == (
        541_909,
        dt.datetime(2025, 11, 12, 8, 26),
        dt.datetime(2026, 11, 20, 12, 50),
        Decimal("974774793.40"),
        406_829,
        4_372,
    )
    different = duckdb.sql(
        f"SELECT count(*) FROM (SELECT row_number() OVER () AS n, * FROM '{prepare.SOURCE}') a "
        f"JOIN (SELECT row_number() OVER () AS n, * FROM '{orders}') b USING (n) "
        'WHERE a.invoice <> b."InvoiceNo" OR a.stock_code <> b."StockCode" OR a.quantity <> b."Quantity" '
        'OR a.customer_id IS DISTINCT FROM b."CustomerID" OR a.invoice_date + to_weeks(780) <> b."InvoiceDate"'
    ).fetchone()
    assert different == (0,)


def test_the_same_week_gives_the_same_files(settings: Any, tmp_path: Path, small: dict[str, Any]) -> None:
    first = [path.read_bytes() for path in prepare.prepare(dt.datetime(2026, 11, 23))]
    again = [path.read_bytes() for path in prepare.prepare(dt.datetime(2026, 11, 24))]
    assert first == again


def test_invented_addresses_can_reach_nobody(small: dict[str, Any]) -> None:
    customers, _orders = prepare.prepare(dt.datetime(2026, 11, 23))
    addresses = duckdb.sql(f"SELECT email FROM '{customers}' WHERE email IS NOT NULL").fetchall()
    assert addresses
    assert all(address.endswith(".example") for (address,) in addresses)


@pytest.mark.django_db(transaction=True)
def test_the_shop_is_open_at_once_and_its_orders_follow(small: dict[str, Any]) -> None:
    owner = start_demo()
    assert (owner.name, owner.role, owner.has_usable_password()) == ("Amina Kapasi", "owner", False)
    assert {person.role for person in User.objects.all()} == {part.role for part in PEOPLE}
    assert len({person.role for person in User.objects.all()}) == 7
    shop = Business.objects.get()
    assert (shop.currency, shop.grouping, shop.time_zone, shop.fiscal_month) == (
        "INR",
        "indian",
        "Asia/Kolkata",
        4,
    )
    assert shop.demo_story["rate"] == 100
    assert (progress.shown() or {})["done"] == 0

    work()

    assert (progress.state() or {})["finished"]
    assert list(ImportRun.objects.order_by("pk").values_list("kind", "state", "failed")) == [
        ("customers", "done", 0),
        ("orders", "done", 0),
    ]
    assert (Customer.objects.count(), OrderLine.objects.count()) == (small["buyers"], small["lines"])
    assert sum((order.net for order in Order.objects.all()), Decimal(0)) == small["net"]
    assert sum((row.net for row in CustomerFigures.objects.all()), Decimal(0)) <= small["net"]
    assert not Customer.objects.filter(other_names={}).exists()
    assert not (prepare.folder() / "orders.parquet").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_a_kill_in_the_middle_goes_on_where_it_was(small: dict[str, Any], turns: int) -> None:
    start_demo()
    work(turns)
    job = jobs.claim(["imports"], "killed")  # dies with this job in hand
    assert job is not None
    from django.utils import timezone

    from grahak.core.models import JobLease

    JobLease.objects.update(expires_at=timezone.now())
    assert jobs.sweep() == 1
    work()
    assert (progress.state() or {})["finished"]
    assert OrderLine.objects.count() == small["lines"]
    assert Customer.objects.count() == small["buyers"]


@pytest.mark.django_db(transaction=True)
def test_the_files_are_made_anew_where_they_were_lost(small: dict[str, Any]) -> None:
    start_demo()
    work(1)
    (prepare.folder() / "orders.parquet").unlink()
    work()
    assert OrderLine.objects.count() == small["lines"]


@pytest.mark.django_db(transaction=True)
def test_a_step_that_keeps_failing_ends_the_loading_instead_of_the_worker(
    small: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(now: dt.datetime) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(prepare, "prepare", fails)
    start_demo()
    work()
    state = progress.state() or {}
    assert (state["finished"], state["faults"], state["fault"]) == (True, 3, "disk full")


@pytest.mark.django_db(transaction=True)
def test_leaving_empties_every_table_and_deletes_every_file(small: dict[str, Any], settings: Any) -> None:
    start_demo()
    work()
    assert any(settings.MEDIA_ROOT.rglob("*"))
    owner = User.objects.get(role="owner")
    Client().force_login(owner, backend="django.contrib.auth.backends.ModelBackend")

    leave_demo(by=owner)

    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        tables = {name for name in names if not name.startswith("sqlite_")} - KEPT
        left = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            left[table] = cursor.fetchone()[0]
    assert {table: rows for table, rows in left.items() if rows} == {}
    assert len(tables) > 30
    assert not settings.MEDIA_ROOT.exists()
    assert business_module.current() is None
    assert Client().get("/").headers["Location"] == "/setup/"


@pytest.mark.django_db(transaction=True)
def test_leaving_while_it_loads_stops_the_loading(small: dict[str, Any]) -> None:
    start_demo()
    work(2)
    leave_demo(by=None)
    work()
    assert Customer.objects.count() == 0
    assert Setting.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_real_shop_is_never_wiped(amina: User) -> None:
    with pytest.raises(Conflict):
        leave_demo(by=amina)
    assert User.objects.filter(pk=amina.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_demo_does_not_open_where_a_shop_is(business: Business) -> None:
    with pytest.raises(Conflict):
        start_demo()
    assert User.objects.count() == 0
