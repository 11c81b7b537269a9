"""Memberships brought up to date from the warehouse and from the records: only differences, each once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from grahak.core.models import User
from grahak.customers.models import Customer
from grahak.insight.models import Membership, Movement, Segment, SegmentSize
from grahak.insight.segments import actions, follow, members, refresh
from grahak.sales.models import Order

# PostgreSQL shows the change log of ended transactions only
committed = pytest.mark.django_db(transaction=True)
Warehouse = Callable[[], int]
News = list[tuple[int, list[int], list[int]]]


def rule(*leaves: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {"v": 1, "match": match, "rules": list(leaves)}


LATELY = {"kind": "last", "days": 90}
BUYERS = rule({"is": "orders", "window": LATELY})
INDIA = rule({"is": "country", "values": ["IN"]})


def customer(name: str, country: str = "IN") -> int:
    return Customer.objects.create(name=name, country=country).pk


def order(customer_id: int, number: str, days_ago: int = 1, net: int = 100) -> Order:
    at = timezone.now() - dt.timedelta(days=days_ago)
    return Order.objects.create(number=number, customer_id=customer_id, placed_at=at, net=net)


def inside(segment: Segment) -> list[int]:
    return sorted(members.of(segment.pk))


@pytest.fixture
def buyers(amina: User) -> Segment:
    return actions.create(name="Buyers", tree=BUYERS, by=amina)


def test_a_new_segment_is_counted_without_making_history_or_news(
    buyers: Segment, warehouse: Warehouse, news: News
) -> None:
    asha, bano = customer("Asha"), customer("Bano")
    order(asha, "1")
    order(bano, "2", days_ago=200)
    warehouse()
    refresh.refresh([buyers.pk])
    buyers.refresh_from_db()
    assert inside(buyers) == [asha]
    assert (buyers.members, buyers.stale_reason) == (1, "")
    assert buyers.counted_at is not None
    assert Movement.objects.count() == 0
    assert news == []
    assert list(SegmentSize.objects.values_list("segment_id", "members")) == [(buyers.pk, 1)]


def test_who_comes_and_goes_afterwards_is_history_and_news(
    buyers: Segment, warehouse: Warehouse, news: News
) -> None:
    asha, bano = customer("Asha"), customer("Bano")
    first = order(asha, "1")
    warehouse()
    refresh.refresh()
    order(bano, "2")
    first.delete()
    warehouse()
    assert refresh.refresh() == 2
    assert inside(buyers) == [bano]
    assert sorted(Movement.objects.values_list("customer_id", "entered")) == [(asha, False), (bano, True)]
    assert news == [(buyers.pk, [bano], [asha])]
    assert refresh.refresh() == 0
    assert Movement.objects.count() == 2


def test_what_changed_after_the_warehouse_was_written_is_decided_from_the_records(
    buyers: Segment, warehouse: Warehouse
) -> None:
    asha, bano = customer("Asha"), customer("Bano")
    gone = order(asha, "1")
    warehouse()
    refresh.refresh()
    gone.delete()
    order(bano, "2")
    refresh.refresh()
    assert inside(buyers) == [bano]


def test_many_customers_are_asked_of_cut_tables_and_few_of_the_records_with_the_same_result(
    buyers: Segment, amina: User, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.create(name="India", tree=INDIA, by=amina)
    ids = [customer(f"C{n}", "IN" if n % 3 else "PK") for n in range(30)]
    for n, pk in enumerate(ids):
        order(pk, str(n), days_ago=n * 6)
    warehouse()
    refresh.refresh(customer_ids=ids)
    few = sorted(Membership.objects.values_list("segment__name", "customer_id"))
    Membership.objects.all().delete()
    monkeypatch.setattr(refresh, "FEW", 3)
    refresh.refresh(customer_ids=ids)
    assert sorted(Membership.objects.values_list("segment__name", "customer_id")) == few
    assert len(few) == 20 + 16


def test_without_a_warehouse_a_segment_says_that_it_waits_and_keeps_what_it_has(
    buyers: Segment, warehouse: Warehouse
) -> None:
    refresh.refresh()
    buyers.refresh_from_db()
    assert buyers.stale_reason == "new"
    assert buyers.stale_since is not None
    warehouse()
    refresh.refresh()
    buyers.refresh_from_db()
    assert (buyers.stale_reason, buyers.stale_since) == ("", None)


def test_a_killed_refresh_is_done_again_and_nothing_is_doubled(
    buyers: Segment, warehouse: Warehouse, news: News, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [customer(f"C{n}") for n in range(5)]
    warehouse()
    refresh.refresh()
    for n, pk in enumerate(ids):
        order(pk, str(n))
    warehouse()
    monkeypatch.setattr(members, "AT_ONCE", 2)
    real, calls = members._move, []

    def killed(*given: Any) -> int:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(members, "_move", killed)
    with pytest.raises(KeyboardInterrupt):
        refresh.refresh()
    assert inside(buyers) == ids[:2]
    refresh.refresh()
    assert inside(buyers) == ids
    assert Movement.objects.count() == 5
    assert sorted(pk for _segment, entered, _left in news for pk in entered) == ids
    assert Segment.objects.get(pk=buyers.pk).members == 5


@committed
def test_an_order_is_followed_at_once(buyers: Segment, warehouse: Warehouse, news: News) -> None:
    asha = customer("Asha")
    warehouse()
    follow.catch_up()
    assert inside(buyers) == []
    placed = order(asha, "1")
    follow.catch_up()
    assert inside(buyers) == [asha]
    Order.objects.filter(pk=placed.pk).update(cancelled_at=timezone.now())
    follow.catch_up()
    assert inside(buyers) == []
    assert news == [(buyers.pk, [asha], []), (buyers.pk, [], [asha])]


@committed
def test_changed_rules_are_counted_anew_with_those_that_depend_on_them(
    buyers: Segment, amina: User, warehouse: Warehouse
) -> None:
    asha, bano = customer("Asha"), customer("Bano", "PK")
    order(asha, "1")
    others = actions.create(
        name="Others", tree=rule({"is": "segment", "segment": buyers.pk}, match="none"), by=amina
    )
    warehouse()
    follow.catch_up()
    assert (inside(buyers), inside(others)) == ([asha], [bano])
    actions.change(buyers, by=amina, tree=rule({"is": "country", "values": ["PK"]}))
    others.refresh_from_db()
    assert others.stale_reason == "changed"
    follow.catch_up()
    assert (inside(buyers), inside(others)) == ([bano], [asha])


@committed
def test_an_item_put_on_another_shelf_recounts_those_who_bought_from_the_category(
    amina: User, warehouse: Warehouse
) -> None:
    from grahak.catalogue.models import Category, Product
    from grahak.sales.models import OrderLine

    lamps, bags = Category.objects.create(name="Lamps"), Category.objects.create(name="Bags")
    item = Product.objects.create(code="L1", name="Lamp", category=lamps)
    asha = customer("Asha")
    OrderLine.objects.create(
        order=order(asha, "1"), ordinal=1, product=item, quantity=1, unit_price=5, amount=5
    )
    leaf = {"is": "category", "categories": [bags.pk], "window": {"kind": "ever"}}
    segment = actions.create(name="Bags", tree=rule(leaf), by=amina)
    follower = follow.Follower()
    warehouse()
    while follower.turn():
        pass
    assert inside(segment) == []
    item.stock = 7
    item.save()
    while follower.turn():
        pass
    item.category = bags
    item.save()
    warehouse()
    follower.turn()
    follower.turn()
    assert inside(segment) == [asha]


@committed
def test_an_event_of_a_known_visitor_is_followed_at_once(amina: User, warehouse: Warehouse) -> None:
    from grahak.customers.models import Event, Source, Visitor

    asha = customer("Asha")
    leaf = {"is": "did", "event": "Product Viewed", "window": {"kind": "last", "days": 1}}
    lookers = actions.create(name="Lookers", tree=rule(leaf), by=amina)
    warehouse()
    follow.catch_up()
    visitor = Visitor.objects.create(kind="a", value="x")
    source = Source.objects.create(name="web", write_key="k")
    now = timezone.now()
    Event.objects.create(
        once=1, visitor=visitor, type="track", name="Product Viewed", at=now, received_at=now, source=source
    )
    follow.catch_up()
    assert inside(lookers) == []
    Visitor.objects.filter(pk=visitor.pk).update(customer_id=asha)
    follow.catch_up()
    assert inside(lookers) == [asha]


def test_a_broken_rule_is_marked_and_does_not_stop_the_others(buyers: Segment, warehouse: Warehouse) -> None:
    broken = Segment.objects.create(name="Broken", tree={"v": 1, "match": "all", "rules": [{"is": "gone"}]})
    asha = customer("Asha")
    order(asha, "1")
    warehouse()
    refresh.refresh()
    broken.refresh_from_db()
    assert broken.stale_reason == "broken"
    assert inside(buyers) == [asha]


@committed
def test_an_erased_customer_is_no_longer_counted(buyers: Segment, warehouse: Warehouse) -> None:
    asha, bano = customer("Asha"), customer("Bano")
    order(asha, "1")
    placed = order(bano, "2")
    warehouse()
    follow.catch_up()
    assert Segment.objects.get(pk=buyers.pk).members == 2
    placed.delete()
    Order.objects.filter(customer_id=asha).delete()
    Customer.objects.filter(pk=asha).delete()
    follow.catch_up()
    assert Segment.objects.get(pk=buyers.pk).members == 0
    assert list(SegmentSize.objects.values_list("members", flat=True)) == [0]
