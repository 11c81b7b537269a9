"""What changes in the records shows in the warehouse, whatever it was and however it was changed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from grahak.catalogue.models import Category, Product
from grahak.core import changes
from grahak.core.models import Business
from grahak.customers.models import Customer, CustomerTag, Event, Source, Tag, Visit, Visitor
from grahak.sales.models import Order, OrderLine
from grahak.warehouse import lake, rebuild, sync
from grahak.warehouse.star import TABLES
from grahak.warehouse.tests.same import differing

# PostgreSQL settles no change of a transaction that still runs, so there each test commits
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
NOON = dt.datetime(2026, 11, 3, 20, 0, tzinfo=dt.UTC)  # the next day already in India


def order_of(customer: Customer | None, number: str, *amounts: int) -> Order:
    order = Order.objects.create(number=number, customer=customer, placed_at=NOON, net=sum(amounts))
    OrderLine.objects.bulk_create(
        OrderLine(order=order, ordinal=place, quantity=1, unit_price=amount, amount=amount)
        for place, amount in enumerate(amounts, 1)
    )
    return order


@pytest.fixture
def shop(business: Business, warehouse: Path) -> Customer:
    ayesha = Customer.objects.create(name="عائشہ Traders", city="Surat", credit_limit=Decimal("1234.5678"))
    order_of(ayesha, "1", 100, 250)
    sync.catch_up()
    return ayesha


def test_the_first_sync_makes_the_warehouse_and_has_everything(shop: Customer) -> None:
    assert lake.ask("SELECT name, credit_limit FROM lake.customers") == [
        ("عائشہ Traders", Decimal("1234.5678"))
    ]
    assert lake.ask("SELECT ordinal, amount, day FROM lake.order_lines ORDER BY ordinal") == [
        (1, Decimal("100.0000"), dt.date(2026, 11, 4)),
        (2, Decimal("250.0000"), dt.date(2026, 11, 4)),
    ]
    assert differing() == {}


def test_nothing_changed_is_no_commit(shop: Customer) -> None:
    before = lake.ask("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')")
    assert sync.catch_up() == 0
    assert lake.ask("SELECT max(snapshot_id) FROM ducklake_snapshots('lake')") == before


def test_late_corrected_cancelled_and_deleted_orders_follow(shop: Customer) -> None:
    late = order_of(shop, "2", 7)
    Order.objects.filter(pk=late.pk).update(placed_at=NOON - dt.timedelta(days=900))
    first = Order.objects.get(number="1")
    first.lines.filter(ordinal=2).update(amount=300, unit_price=300)
    Order.objects.filter(pk=first.pk).update(net=400, cancelled_at=NOON)
    sync.catch_up()
    assert lake.ask("SELECT sum(amount), count(cancelled_at) FROM lake.order_lines") == [
        (Decimal("407.0000"), 2)
    ]
    assert differing() == {}
    first.delete()
    sync.catch_up()
    assert lake.ask("SELECT order_id, amount FROM lake.order_lines") == [(late.pk, Decimal("7.0000"))]
    assert differing() == {}


def test_a_renamed_tag_or_category_renews_what_hangs_on_it(shop: Customer) -> None:
    tag = Tag.objects.create(name="eid")
    CustomerTag.objects.create(customer=shop, tag=tag)
    category = Category.objects.create(name="Cotton")
    Product.objects.create(code="C1", name="Cloth", category=category)
    sync.catch_up()
    Tag.objects.update(name="Eid 2026")
    Category.objects.update(name="Fine cotton")
    sync.catch_up()
    assert lake.ask("SELECT tag FROM lake.customer_tags") == [("Eid 2026",)]
    assert lake.ask("SELECT category FROM lake.products") == [("Fine cotton",)]
    tag.delete()
    sync.catch_up()
    assert differing() == {}


def test_events_come_by_their_ids_and_follow_their_visitor_to_a_customer(shop: Customer) -> None:
    web = Source.objects.create(name="Shop", write_key="k")
    visitor = Visitor.objects.create(kind="a", value="anon")

    def happen(once: int) -> None:
        Event.objects.create(
            once=once, visitor=visitor, type="page", name="Page Viewed", at=NOON, received_at=NOON, source=web,
            properties={"path": "/साड़ी"},
        )  # fmt: skip

    happen(1)
    happen(2)
    Visit.objects.create(visitor=visitor, source=web, started_at=NOON, ended_at=NOON)
    sync.catch_up()
    assert lake.ask("SELECT customer_id, day FROM lake.events") == [(None, dt.date(2026, 11, 4))] * 2
    Visitor.objects.update(customer=shop)
    happen(3)
    sync.catch_up()
    assert lake.ask("SELECT customer_id, properties ->> 'path' FROM lake.events") == [(shop.pk, "/साड़ी")] * 3
    assert lake.ask("SELECT customer_id FROM lake.visits") == [(shop.pk,)]
    Event.objects.filter(once=2).delete()
    sync.catch_up()
    assert differing() == {}


def test_a_merge_moves_the_rows_of_the_one_to_the_other(shop: Customer) -> None:
    bano = Customer.objects.create(name="Bano")
    order_of(bano, "9", 5)
    sync.catch_up()
    Order.objects.filter(customer=bano).update(customer=shop)
    bano.delete()
    sync.catch_up()
    assert lake.ask("SELECT DISTINCT customer_id FROM lake.order_lines") == [(shop.pk,)]
    assert differing() == {}


def test_a_change_of_everything_is_copied_whole(shop: Customer) -> None:
    from grahak.core.models import Change

    lines = TABLES["order_lines"]
    Change.objects.create(kind="order", row_id=0, xid=changes.settled() + 1)
    sync.catch_up()
    assert lake.ask(f"SELECT count(*) FROM lake.{lines.name}") == [(2,)]
    assert differing() == {}


def test_another_zone_another_log_or_a_cut_log_asks_for_a_rebuild(shop: Customer, business: Business) -> None:
    from grahak.core import business as business_module
    from grahak.core.models import ChangeReader

    assert not rebuild.needed()
    Business.objects.update(time_zone="Europe/London")
    business_module.forget()
    assert rebuild.needed()
    sync.catch_up()
    assert lake.ask("SELECT DISTINCT day FROM lake.orders") == [(dt.date(2026, 11, 3),)]
    ChangeReader.objects.filter(name=changes.LOG).update(position=1)
    assert rebuild.needed()
    sync.catch_up()
    Customer.objects.update(city="Lahore")
    Customer.objects.update(city="Delhi")
    Customer.objects.update(city="Quetta")
    changes.prune(most=1)
    assert rebuild.needed()
    sync.catch_up()
    assert lake.ask("SELECT city FROM lake.customers") == [("Quetta",)]


def test_a_rebuild_serves_the_old_warehouse_until_the_new_one_is_complete(shop: Customer) -> None:
    seen = []
    Customer.objects.update(city="Lahore")

    def tell(name: str, rows: int) -> None:
        if name == "customers":
            seen.append(lake.ask("SELECT city FROM lake.customers")[0][0])

    before = lake.current()
    assert rebuild.rebuild(tell) > 0
    assert seen == ["Surat"]
    assert lake.current() != before
    assert lake.ask("SELECT city FROM lake.customers") == [("Lahore",)]
    with lake.held("writer"):
        assert lake.sweep_generations(after=0) == [before.name if before else ""]


def test_freshness_says_how_many_changes_wait(shop: Customer) -> None:
    assert lake.fresh()["waiting"] == 0
    assert lake.fresh()["behind_seconds"] == 0
    Customer.objects.update(city="Lahore")
    assert lake.fresh()["waiting"] == 1
    assert lake.fresh()["at"] <= timezone.now()
    sync.catch_up()
    assert lake.fresh()["waiting"] == 0
