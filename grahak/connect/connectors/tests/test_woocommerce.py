"""What WooCommerce tells becomes orders, returns, customers and items."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grahak.catalogue.models import Product
from grahak.connect.connectors import woocommerce, work
from grahak.connect.connectors.models import Connector, ShopObject
from grahak.connect.connectors.records.touched import Work
from grahak.connect.connectors.tests import payloads
from grahak.connect.connectors.tests.conftest import told
from grahak.customers.models import Consent, Customer, ExternalRef, Identity
from grahak.sales.models import CustomerFigures, Order

pytestmark = pytest.mark.django_db


def test_a_guests_order_is_written_with_the_person_of_the_bill(woo: Connector) -> None:
    told(woo, "order.created", payloads.woo_order())
    order = Order.objects.get()
    assert (order.number, order.net, order.service, order.tax, order.total) == ("101", 1000, 100, 50, 1150)
    assert order.lines.first().unit_price == 500  # type: ignore[union-attr]
    assert order.received == 1150
    assert order.customer is not None
    assert (order.customer.name, order.customer.city) == ("Imran Patel", "Surat")
    assert sorted(Identity.objects.values_list("kind", "value")) == [
        ("email", "imran@mail.example"),
        ("phone", "+919825055667"),
    ]


def test_fees_are_services_and_the_total_is_the_shops(woo: Connector) -> None:
    told(
        woo,
        "order.created",
        payloads.woo_order(
            fee_lines=[{"id": 13, "name": "Gift wrap", "total": "40.00", "total_tax": "2.00"}],
            total="1192.50",
        ),
    )
    order = Order.objects.get()
    assert [(line.code, line.amount) for line in order.lines.filter(is_service=True)] == [
        ("FEE", 40),
        ("SHIPPING", 100),
        ("OTHER", Decimal("0.5")),
    ]
    assert order.total == Decimal("1192.5")


def test_cash_on_delivery_stands_on_the_khata_until_the_order_is_completed(woo: Connector) -> None:
    cod = {"payment_method": "cod", "date_paid_gmt": None}
    told(woo, "order.created", payloads.woo_order(**cod))
    assert CustomerFigures.objects.get().balance == 1150
    told(
        woo,
        "order.updated",
        payloads.woo_order(
            **cod,
            status="completed",
            date_modified_gmt="2026-10-09T00:00:00",
            date_completed_gmt="2026-10-09T00:00:00",
        ),
    )
    assert CustomerFigures.objects.get().balance == 0


@pytest.mark.parametrize("status", ["cancelled", "failed", "trash"])
def test_what_came_to_nothing_is_cancelled(woo: Connector, status: str) -> None:
    told(woo, "order.updated", payloads.woo_order(status=status))
    assert Order.objects.get().cancelled_at is not None


def test_a_draft_of_the_checkout_is_no_order(woo: Connector) -> None:
    delivery = told(woo, "order.created", payloads.woo_order(status="checkout-draft"))
    assert (delivery.state, delivery.code, Order.objects.count()) == ("same", "draft", 0)


def test_a_refund_is_a_sum_until_the_shop_tells_its_lines(woo: Connector) -> None:
    refunded = payloads.woo_order(
        date_modified_gmt="2026-10-07T06:00:00", refunds=[{"id": 301, "reason": "torn", "total": "-625.00"}]
    )
    told(woo, "order.updated", refunded)
    back = Order.objects.get(kind="return")
    assert (back.number, back.net, back.total) == ("101-R301", -625, -625)
    doing = Work.begin(woo)
    assert work.keep(doing, woocommerce.refund(payloads.woo_refund(), "101"))
    doing.settle()
    back.refresh_from_db()
    assert (back.net, back.service, back.tax, back.total) == (-500, -100, -25, -625)
    assert CustomerFigures.objects.get().net == 500
    told(woo, "order.updated", refunded | {"date_modified_gmt": "2026-10-07T06:00:05"})
    back.refresh_from_db()
    assert (back.net, back.service) == (-500, -100)  # the sum that comes again does not hide the lines


def test_a_refund_that_the_shop_took_back_is_cancelled(woo: Connector) -> None:
    told(
        woo,
        "order.updated",
        payloads.woo_order(
            refunds=[{"id": 301, "total": "-100.00"}], date_modified_gmt="2026-10-07T06:00:00"
        ),
    )
    told(woo, "order.updated", payloads.woo_order(date_modified_gmt="2026-10-08T06:00:00"))
    assert Order.objects.get(kind="return").cancelled_at is not None
    assert CustomerFigures.objects.get().net == 1000


def test_an_order_from_the_bin_counts_again(woo: Connector) -> None:
    told(woo, "order.created", payloads.woo_order())
    told(woo, "order.deleted", {"id": 101})
    assert CustomerFigures.objects.get().net == 0
    told(woo, "order.restored", payloads.woo_order(date_modified_gmt="2026-10-09T00:00:00"))
    assert (Order.objects.get().cancelled_at, CustomerFigures.objects.get().net) == (None, 1000)


def test_an_account_that_was_a_guest_is_the_same_customer(woo: Connector) -> None:
    told(woo, "order.created", payloads.woo_order())
    told(
        woo,
        "customer.created",
        payloads.woo_customer(7, email="imran@mail.example", first_name="Imran A.", last_name="Patel"),
    )
    customer = Customer.objects.get()
    assert customer.name == "Imran A. Patel"
    assert ExternalRef.objects.get(source="woocommerce").external_id == "57"


def test_an_account_never_takes_over_a_customer_of_another_name(woo: Connector) -> None:
    from grahak.customers.actions import add_customer

    add_customer(by=None, name="Khan General Store", emails=["acc1@mail.example"])
    told(woo, "customer.created", payloads.woo_customer(1))
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Farah Khan 1", "Khan General Store"]


def test_an_order_before_its_account_makes_the_customer_once(woo: Connector) -> None:
    told(woo, "order.created", payloads.woo_order(customer_id=51))
    told(woo, "customer.created", payloads.woo_customer(1))
    customer = Customer.objects.get()
    assert (customer.name, customer.city) == ("Farah Khan 1", "Lahore")


def test_what_a_newsletter_plugin_keeps_is_consent(woo: Connector) -> None:
    meta = [{"id": 1, "key": "mailchimp_woocommerce_is_subscribed", "value": "1"}]
    told(woo, "customer.updated", payloads.woo_customer(meta_data=meta))
    consent = Consent.objects.get()
    assert (consent.state, consent.how) == ("granted", "WooCommerce: mailchimp_woocommerce_is_subscribed = 1")


def test_a_cover_of_variations_is_no_item(woo: Connector) -> None:
    assert told(woo, "product.created", payloads.woo_product(type="variable")).code == "not_sold"
    told(woo, "product.created", payloads.woo_product())
    product = Product.objects.get()
    assert (product.code, product.price, product.stock, product.source) == ("KUR-1", 600, 7, "woocommerce")


def test_a_phone_that_nobody_can_ring_does_not_hold_an_order_back(woo: Connector) -> None:
    order = payloads.woo_order()
    order["billing"] |= {"phone": "ask my brother"}
    told(woo, "order.created", order)
    assert Order.objects.count() == 1
    assert not Identity.objects.filter(kind="phone").exists()


def test_an_order_of_an_earlier_file_is_taken_over_not_doubled(woo: Connector) -> None:
    Order.objects.create(source="woocommerce", number="101", placed_at="2026-10-05T06:30:00Z")
    told(woo, "order.created", payloads.woo_order())
    order = Order.objects.get()
    assert (order.total, ShopObject.objects.get(kind="order").order) == (1150, order)


def test_the_number_of_another_order_gets_a_count(woo: Connector) -> None:
    told(woo, "order.created", payloads.woo_order(1))
    told(woo, "order.created", payloads.woo_order(2, number="101"))
    assert sorted(Order.objects.values_list("number", flat=True)) == ["101", "101 (2)"]
