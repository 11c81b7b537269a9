"""The books on the warehouse: reconciliation, dates, copies, compaction and the command."""

from __future__ import annotations

import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from grahak.core.models import Business, Change
from grahak.customers.models import Customer
from grahak.warehouse import copies, dates, lake, reconcile, sync, upkeep
from grahak.warehouse.star import TABLES
from grahak.warehouse.tests.same import differing
from grahak.warehouse.tests.test_sync import order_of

# PostgreSQL settles no change of a transaction that still runs, so there each test commits
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


@pytest.fixture
def shop(business: Business, warehouse: Path) -> Customer:
    ayesha = Customer.objects.create(name="Ayesha")
    order_of(ayesha, "1", 100, 250)
    sync.catch_up()
    return ayesha


def status() -> dict[str, object]:
    out = io.StringIO()
    call_command("warehouse", "status", "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_status_counts_rows_and_sums_on_both_sides(shop: Customer) -> None:
    said = status()
    assert said["agrees"] is True
    tables = {table["name"]: table for table in said["tables"]}  # type: ignore[attr-defined]
    assert tables.keys() == TABLES.keys()
    assert (tables["order_lines"]["records"], tables["order_lines"]["warehouse"]) == (2, 2)
    sums = tables["order_lines"]["sums"]["amount"]
    assert Decimal(sums["records"]) == Decimal(sums["warehouse"]) == 350
    assert said["waiting"] == 0


def test_the_status_catches_up_before_it_believes_a_difference(shop: Customer) -> None:
    order_of(shop, "2", 5)
    assert status()["agrees"] is True


def test_a_row_that_was_missed_is_found_and_a_rebuild_mends_it(shop: Customer) -> None:
    order_of(shop, "2", 5)
    Change.objects.all().delete()  # as if a trigger had not been there
    Change.objects.create(kind="branch", row_id=1)
    out = io.StringIO()
    with pytest.raises(CommandError, match="does not agree"):
        call_command("warehouse", "status", "--json", stdout=out)
    wrong = [table["name"] for table in json.loads(out.getvalue())["tables"] if not table["agrees"]]
    assert wrong == ["orders", "order_lines"]
    call_command("warehouse", "rebuild", "--json", stdout=io.StringIO())
    assert status()["agrees"] is True
    kept = reconcile.last()
    assert kept is not None
    assert all(table["agrees"] for table in kept["tables"])


def test_a_rebuild_tells_its_rows(shop: Customer) -> None:
    out = io.StringIO()
    call_command("warehouse", "rebuild", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["rows"] == 4  # a customer, an order, two lines


def test_dates_know_weeks_fiscal_years_and_holidays() -> None:
    names = [column.name for column in dates.COLUMNS]
    found = {
        row[0]: dict(zip(names, row, strict=True))
        for row in dates.rows(2026, 2027, country="PK", fiscal_month=7)
    }
    eid = found[dt.date(2026, 3, 21)]
    assert "Eid al-Fitr" in eid["holiday_in"]
    assert "Eid al-Fitr" in eid["holiday"]
    assert "Diwali" in found[dt.date(2026, 11, 8)]["holiday_in"]
    assert found[dt.date(2026, 11, 8)]["holiday_pk"] == ""
    new_year = found[dt.date(2027, 1, 1)]
    assert (new_year["iso_year"], new_year["iso_week"], new_year["week_start"]) == (
        2026,
        53,
        dt.date(2026, 12, 28),
    )
    assert (new_year["fiscal_label"], new_year["fiscal_period"], new_year["fiscal_quarter"]) == (
        "2026-27",
        7,
        3,
    )
    assert (new_year["quarter"], new_year["weekday"], new_year["is_weekend"]) == (1, 5, False)
    assert len(found) == 730


@pytest.mark.parametrize(
    ("month", "day", "year", "label", "period"),
    [
        (4, dt.date(2026, 3, 31), 2025, "2025-26", 12),
        (4, dt.date(2026, 4, 1), 2026, "2026-27", 1),
        (1, dt.date(2026, 12, 31), 2026, "2026", 12),
        (7, dt.date(2099, 7, 1), 2099, "2099-00", 1),
    ],
)
def test_fiscal_years_begin_where_the_shop_says(
    month: int, day: dt.date, year: int, label: str, period: int
) -> None:
    found = next(
        row for row in dates.rows(day.year, day.year, country="IN", fiscal_month=month) if row[0] == day
    )
    names = [column.name for column in dates.COLUMNS]
    assert found[names.index("fiscal_year")] == year
    assert found[names.index("fiscal_label")] == label
    assert found[names.index("fiscal_period")] == period


def test_the_dates_are_written_anew_when_the_fiscal_year_moves(shop: Customer, business: Business) -> None:
    from grahak.core import business as business_module

    of = "SELECT fiscal_period FROM lake.dates WHERE day = DATE '2026-07-01'"
    assert lake.ask(of) == [(4,)]
    Business.objects.update(fiscal_month=7)
    business_module.forget()
    sync.catch_up()
    assert lake.ask(of) == [(1,)]


def test_copies_are_plain_parquet_of_the_chosen_tables(shop: Customer, warehouse: Path) -> None:
    copies.choose("daily", ["customers", "orders", "dates"])
    assert copies.due()
    copies.write()
    assert not copies.due()
    path = warehouse / "copies" / "customers.parquet"
    assert duckdb.execute(f"SELECT name FROM read_parquet('{path}')").fetchall() == [("Ayesha",)]
    assert sorted(file.name for file in (warehouse / "copies").iterdir()) == [
        "copies.json", "customers.parquet", "dates.parquet", "orders.parquet",
    ]  # fmt: skip
    copies.choose("daily", ["customers"])
    copies.write()
    assert [copy["table"] for copy in copies.there()] == ["customers"]
    assert not (warehouse / "copies" / "orders.parquet").exists()
    with pytest.raises(ValueError):
        copies.choose("daily", ["core_user"])
    with pytest.raises(ValueError):
        copies.choose("sometimes", [])


def test_a_reader_of_a_copy_never_sees_half_of_the_next_one(shop: Customer, warehouse: Path) -> None:
    copies.write()
    path = warehouse / "copies" / "customers.parquet"
    with path.open("rb") as reader:
        Customer.objects.create(name="Bano")
        sync.catch_up()
        copies.write()
        assert reader.read()[-4:] == b"PAR1"
    assert duckdb.execute(f"SELECT count(*) FROM read_parquet('{path}')").fetchall() == [(2,)]


def test_tidying_makes_many_files_one_and_forgets_old_snapshots(shop: Customer) -> None:
    for number in range(8):
        order_of(shop, f"n{number}", number + 1)
        sync.catch_up()
    assert upkeep.files()["orders"] == 9
    position = lake.state()
    with lake.held("writer"):
        writer = sync.Writer(lake.current())
        upkeep.tidy(writer, keep=dt.timedelta(0))
        writer.close()
    assert upkeep.files()["orders"] == 1
    assert lake.ask("SELECT count(*) FROM ducklake_snapshots('lake')")[0][0] <= 2
    now = lake.state()
    assert now is not None
    assert position is not None
    assert now.position == position.position
    assert differing() == {}
    order_of(shop, "after", 3)
    sync.catch_up()
    assert differing() == {}
