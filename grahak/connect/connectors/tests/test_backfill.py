"""Reading what a shop holds: pages, limits, faults, going on, and the guard of what goes out. The shops are fakes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from grahak.catalogue.models import Product
from grahak.channels.secrets import seal
from grahak.connect.connectors import actions, backfill
from grahak.connect.connectors.api import client, woocommerce_api
from grahak.connect.connectors.api.outbound import Origin, Unreachable, is_public
from grahak.connect.connectors.models import Backfill, Connector, Delivery
from grahak.connect.connectors.tests import payloads
from grahak.connect.connectors.tests.conftest import connected, told
from grahak.connect.connectors.tests.fakes import KEY, SHARED, TOKEN, FakeShop, fake
from grahak.core.models import Business
from grahak.customers.models import Customer
from grahak.sales.models import CustomerFigures, Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Waits are counted and not waited; private addresses are open, for the fakes live on this machine."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    settings.OUTBOUND_PRIVATE = True


@pytest.fixture
def fake_woo() -> Iterator[FakeShop]:
    with fake("woocommerce") as shop:
        yield shop


@pytest.fixture
def fake_shopify() -> Iterator[FakeShop]:
    with fake("shopify") as shop:
        yield shop


@pytest.fixture
def woo(business: Business, fake_woo: FakeShop) -> Connector:
    keys = {"api_key_sealed": seal(KEY), "api_secret_sealed": seal(SHARED)}
    return connected("woocommerce", address=fake_woo.url, **keys)


@pytest.fixture
def shopify(business: Business, fake_shopify: FakeShop) -> Connector:
    return connected("shopify", address=fake_shopify.url, api_key_sealed=seal(TOKEN))


def read(connector: Connector, *kinds: str) -> Backfill:
    wanted = list(kinds or ("customers", "products", "orders"))
    found = Backfill.objects.create(connector=connector, kinds=wanted, stage=wanted[0])
    backfill.run(found.pk)
    found.refresh_from_db()
    return found


def shopify_rows(shop: FakeShop, many: int = 5) -> None:
    moments = [f"2026-10-0{number}T00:00:00Z" for number in range(1, many + 1)]
    shop.rows["orders"] = [
        payloads.shopify_order(number, updated_at=moment) for number, moment in enumerate(moments, 1)
    ]
    shop.rows["customers"] = [payloads.shopify_customer(1)]
    shop.rows["products"] = [payloads.shopify_product(1)]


def test_shopify_is_read_page_by_page(shopify: Connector, fake_shopify: FakeShop) -> None:
    shopify_rows(fake_shopify)
    found = read(shopify)
    assert (found.state, found.read, found.changed, found.same, found.failed) == ("done", 7, 7, 0, 0)
    assert found.expected == 7
    assert (Order.objects.count(), Customer.objects.count(), Product.objects.count()) == (5, 1, 1)
    assert CustomerFigures.objects.get().net == 5000
    assert sum("page_info=" in line for line in fake_shopify.asked) == 2


def test_reading_again_changes_nothing(shopify: Connector, fake_shopify: FakeShop) -> None:
    shopify_rows(fake_shopify)
    read(shopify)
    before = list(Order.objects.values())
    found = read(shopify)
    assert (found.changed, found.same) == (0, 7)
    assert list(Order.objects.values()) == before


def test_what_deliveries_told_first_is_known_already(shopify: Connector, fake_shopify: FakeShop) -> None:
    fake_shopify.rows["orders"] = [payloads.shopify_order(1)]
    told(shopify, "orders/create", payloads.shopify_order(1))
    found = read(shopify, "orders")
    assert (found.changed, found.same) == (0, 1)


def test_a_shop_that_is_busy_is_waited_for(shopify: Connector, fake_shopify: FakeShop) -> None:
    shopify_rows(fake_shopify)
    fake_shopify.busy = 3
    found = read(shopify)
    assert (found.state, found.read) == ("done", 7)


def test_a_shop_that_stumbles_is_asked_again(woo: Connector, fake_woo: FakeShop) -> None:
    fake_woo.rows["orders"] = [payloads.woo_order(1)]
    fake_woo.broken = 2
    assert read(woo, "orders").state == "done"


def test_a_shop_that_breaks_down_is_gone_on_with_where_it_was(
    shopify: Connector, fake_shopify: FakeShop
) -> None:
    shopify_rows(fake_shopify)
    fake_shopify.fails_after = 3 + 1 + 1 + 1  # counts, customers, items, the first page of orders
    found = read(shopify)
    assert (found.state, found.stage, found.read, Order.objects.count()) == ("failed", "orders", 4, 2)
    fake_shopify.fails_after = None
    fake_shopify.asked.clear()
    Backfill.objects.update(state="running")
    backfill.run(found.pk)
    found.refresh_from_db()
    assert (found.state, found.read, Order.objects.count()) == ("done", 7, 5)
    assert not any("customers" in line or "products" in line for line in fake_shopify.asked)


def test_a_cursor_that_the_shop_forgot_begins_at_the_last_moment(
    shopify: Connector, fake_shopify: FakeShop
) -> None:
    shopify_rows(fake_shopify)
    found = Backfill.objects.create(
        connector=shopify,
        kinds=["orders"],
        stage="orders",
        expected=5,
        cursor={"page_info": "forgotten", "updated_at": "2026-10-03T00:00:00Z"},
    )
    backfill.run(found.pk)
    found.refresh_from_db()
    assert (found.state, Order.objects.count()) == ("done", 3)


def test_what_cannot_be_taken_over_is_a_failed_delivery_and_the_rest_goes_on(
    shopify: Connector, fake_shopify: FakeShop
) -> None:
    shopify_rows(fake_shopify, 3)
    fake_shopify.rows["orders"][1]["currency"] = "USD"
    found = read(shopify, "orders")
    assert (found.state, found.read, found.failed, Order.objects.count()) == ("done", 3, 1, 2)
    failed = Delivery.objects.get()
    assert (failed.state, failed.from_backfill, failed.code, failed.object_id) == (
        "failed",
        True,
        "currency",
        "5002",
    )
    read(shopify, "orders")
    assert Delivery.objects.count() == 1


def test_a_person_stops_it(shopify: Connector, fake_shopify: FakeShop) -> None:
    shopify_rows(fake_shopify)
    found = Backfill.objects.create(connector=shopify, kinds=["orders"], stage="orders")
    step = backfill._step
    calls = []

    def and_stop(one: Backfill, shop: Any) -> bool:
        done = step(one, shop)
        calls.append(1)
        actions.stop_backfill(shopify, by=None)
        return done

    backfill._step = and_stop  # type: ignore[assignment]
    try:
        backfill.run(found.pk)
    finally:
        backfill._step = step  # type: ignore[assignment]
    found.refresh_from_db()
    assert (found.state, len(calls), Order.objects.count()) == ("stopped", 1, 2)


def test_woocommerce_is_read_with_its_refunds_and_variations(woo: Connector, fake_woo: FakeShop) -> None:
    fake_woo.rows["orders"] = [
        payloads.woo_order(
            1, refunds=[{"id": 301, "total": "-625.00"}], date_modified_gmt="2026-10-07T06:00:00"
        ),
        payloads.woo_order(2),
    ]
    fake_woo.refunds["101"] = [payloads.woo_refund()]
    fake_woo.rows["customers"] = [payloads.woo_customer(1)]
    fake_woo.rows["products"] = [payloads.woo_product(1), payloads.woo_product(9, type="variable", sku="")]
    fake_woo.variations["29"] = [
        payloads.woo_product(30, id=500, sku="COVER-RED", attributes=[{"name": "Shade", "option": "Red"}])
    ]
    found = read(woo)
    assert (found.state, found.failed) == ("done", 0)
    back = Order.objects.get(kind="return")
    assert (back.net, back.service, back.tax) == (-500, -100, -25)
    assert sorted(Product.objects.values_list("code", "name")) == [
        ("COVER-RED", "Kurta 9 – Red"),
        ("KUR-1", "Kurta 1"),
    ]


@pytest.mark.parametrize("old", [False, True])
def test_woocommerces_pages_leave_nothing_out_in_one_second(
    woo: Connector, fake_woo: FakeShop, old: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(woocommerce_api, "A_PAGE", 3)
    fake_woo.old = old
    moments = ["2026-10-01T00:00:00"] * 5 + ["2026-10-02T00:00:00"] * 2 + ["2026-10-03T00:00:00"]
    fake_woo.rows["orders"] = [
        payloads.woo_order(number, date_modified_gmt=moment) for number, moment in enumerate(moments, 1)
    ]
    assert read(woo, "orders").state == "done"
    assert Order.objects.count() == 8


def test_the_lines_of_a_refund_are_asked_for_when_it_is_told(woo: Connector, fake_woo: FakeShop) -> None:
    fake_woo.refunds["101"] = [payloads.woo_refund()]
    told(
        woo,
        "order.updated",
        payloads.woo_order(
            refunds=[{"id": 301, "total": "-625.00"}], date_modified_gmt="2026-10-07T06:00:00"
        ),
    )
    actions.fetch_refunds(woo.pk, "101")
    assert Order.objects.get(kind="return").service == -100


def test_the_keys_are_tried_and_a_wrong_one_is_told(woo: Connector, shopify: Connector) -> None:
    assert actions.try_out(shopify) == "Fake Fabrics"
    assert actions.try_out(woo) == "127.0.0.1"
    Connector.objects.filter(pk=shopify.pk).update(api_key_sealed=seal("wrong"))
    shopify.refresh_from_db()
    with pytest.raises(Unreachable, match="does not accept the keys"):
        actions.try_out(shopify)


@pytest.mark.parametrize("kind", ["woo", "shopify"])
def test_webhooks_are_made_once(kind: str, request: pytest.FixtureRequest) -> None:
    connector: Connector = request.getfixturevalue(kind)
    shop: FakeShop = request.getfixturevalue(f"fake_{kind}")
    made = actions.register_webhooks(connector, by=None)
    assert len(made) == len(shop.webhooks) > 9
    assert actions.register_webhooks(connector, by=None) == []
    if kind == "woo":
        assert {hook["secret"] for hook in shop.webhooks} == {payloads.SECRET}
        assert all(hook["delivery_url"].endswith(connector.hook_path) for hook in shop.webhooks)


# What goes out


def test_redirects_are_not_followed(woo: Connector, fake_woo: FakeShop) -> None:
    fake_woo.redirects = True
    with pytest.raises(Unreachable, match="sends us elsewhere"):
        actions.try_out(woo)
    assert len(fake_woo.asked) == 1


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "127.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1",
        "fe80::1%eth0", "fc00::1", "fec0::1", "::ffff:127.0.0.1", "2002:7f00:1::", "224.0.0.1", "240.0.0.1",
        "no address",
    ],
)  # fmt: skip
def test_private_addresses_are_known(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_known() -> None:
    assert is_public("8.8.8.8")
    assert is_public("2606:4700:4700::1111")


def test_a_name_with_one_private_address_is_not_asked(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OUTBOUND_PRIVATE = False
    rows = [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("10.0.0.7", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_more: rows)
    with pytest.raises(Unreachable, match="inside a private network"):
        Origin("https://shop.example").ask("GET", "/")


def test_plain_http_is_not_asked_where_private_addresses_are_closed(settings: Any) -> None:
    settings.OUTBOUND_PRIVATE = False
    with pytest.raises(Unreachable, match="https"):
        Origin("http://shop.example")


def test_the_name_is_looked_up_once(fake_woo: FakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    port = int(fake_woo.url.rsplit(":", 1)[1])

    def looked_up(*_args: Any, **_more: Any) -> list[Any]:
        asked.append(1)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.7", port))]

    origin = Origin(f"http://shop.example:{port}")
    monkeypatch.setattr(origin, "_addresses", lambda: [looked_up()[0][4][0]])
    assert origin.ask("GET", "/wp-json/wc/v3/orders").status == 401
    assert origin.ask("GET", "/wp-json/wc/v3/orders").status == 401
    assert asked == [1]


def test_retry_after_is_a_number_or_a_date() -> None:
    assert client.asked_to_wait({"retry-after": "7.5"}, 1) == 7.5
    assert client.asked_to_wait({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 1) == 0
    assert client.asked_to_wait({"retry-after": "soon"}, 1) == 1
    assert client.asked_to_wait({}, 4) == 4
