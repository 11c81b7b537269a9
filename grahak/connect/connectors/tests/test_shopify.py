"""What Shopify tells becomes orders, returns, customers and items, with the sums a bookkeeper would write."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grahak.catalogue.models import Product
from grahak.connect.connectors.models import Connector, Delivery
from grahak.connect.connectors.tests import payloads
from grahak.connect.connectors.tests.conftest import told, work_all
from grahak.customers.models import Activity, Consent, Customer, Identity
from grahak.sales.models import CustomerFigures, LedgerEntry, Order

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_paid_order_is_written_with_its_lines_customer_and_item(shopify: Connector) -> None:
    delivery = told(shopify, "orders/create", payloads.shopify_order())
    order = Order.objects.get()
    assert (delivery.state, delivery.order, delivery.customer) == ("done", order, order.customer)
    assert (order.source, order.number, order.kind) == ("shopify", "#1001", "sale")
    assert (order.net, order.service, order.tax, order.total) == (1000, 100, 50, 1150)
    assert (order.received, order.received_how) == (1150, "card")
    goods, shipping = order.lines.all()
    assert (goods.code, goods.quantity, goods.unit_price, goods.amount, goods.tax) == (
        "DUP-1",
        2,
        500,
        1000,
        50,
    )
    assert (shipping.ordinal, shipping.code, shipping.is_service) == (900_001, "SHIPPING", True)
    assert goods.product == Product.objects.get(code="DUP-1")
    assert order.customer is not None and order.customer.name == "Sana Mirza 1"
    assert order.customer.city == "Surat"
    figures = CustomerFigures.objects.get(customer=order.customer)
    assert (figures.orders, figures.net, figures.balance) == (1, 1000, 0)


def test_prices_with_tax_in_them_are_kept_without(shopify: Connector) -> None:
    line = payloads.shopify_line(
        price="525.00",
        tax_lines=[{"price": "45.00"}],
        discount_allocations=[{"amount": "105.00"}],
    )
    told(
        shopify,
        "orders/create",
        payloads.shopify_order(taxes_included=True, line_items=[line], shipping_lines=[]),
    )
    order = Order.objects.get()
    assert (order.net, order.tax, order.total) == (900, 45, 945)
    assert order.lines.get().unit_price == 450


def test_an_order_that_is_not_paid_stands_on_the_khata_until_it_is(shopify: Connector) -> None:
    pending = payloads.shopify_order(financial_status="pending", total_outstanding="1150.00")
    told(shopify, "orders/create", pending)
    customer = Customer.objects.get()
    assert CustomerFigures.objects.get(customer=customer).balance == 1150
    told(shopify, "orders/paid", payloads.shopify_order(updated_at="2026-10-06T12:00:00+05:30"))
    assert CustomerFigures.objects.get(customer=customer).balance == 0
    assert Order.objects.get().received == 1150
    assert LedgerEntry.objects.filter(reverses=None, reversed_by=None).count() == 0


def test_the_same_order_fifty_times_changes_nothing(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order())
    before = list(Order.objects.values())
    for number in range(50):
        state = told(shopify, "orders/updated", payloads.shopify_order(), delivery=f"again-{number}").state
        assert state == "same"
    assert list(Order.objects.values()) == before
    assert (
        Customer.objects.count(),
        Product.objects.count(),
        Activity.objects.filter(subject="order").count(),
    ) == (1, 1, 1)


def test_the_same_delivery_twice_is_one_row(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order(), delivery="one")
    told(shopify, "orders/create", payloads.shopify_order(), delivery="one")
    assert Delivery.objects.count() == 1


def test_an_old_state_never_replaces_a_new_one(shopify: Connector) -> None:
    new = payloads.shopify_order(
        updated_at="2026-10-08T00:00:00Z", line_items=[payloads.shopify_line(quantity=3, current_quantity=3)]
    )
    told(shopify, "orders/updated", new)
    delivery = told(shopify, "orders/create", payloads.shopify_order())
    assert (delivery.state, delivery.code) == ("same", "same")
    assert Order.objects.get().net == 1500


def test_a_refund_before_its_order_waits_and_is_taken_over_with_it(shopify: Connector) -> None:
    refund = told(shopify, "refunds/create", payloads.shopify_refund())
    assert (refund.state, refund.code, refund.params) == ("held", "waits_order", {"text": "5001"})
    told(shopify, "orders/create", payloads.shopify_order())
    refund.refresh_from_db()
    assert refund.state == "done"
    back = Order.objects.get(kind="return")
    assert (back.number, back.returns) == ("#1001-R6001", Order.objects.get(kind="sale"))
    assert (back.net, back.tax, back.total, back.received) == (-500, -25, -525, -525)
    assert back.lines.get().of_ordinal == 1
    assert CustomerFigures.objects.get().net == 500


def test_shipping_that_is_paid_back_is_a_service(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order())
    refund = payloads.shopify_refund(
        refund_line_items=[],
        order_adjustments=[{"kind": "shipping_refund", "amount": "-100.00", "tax_amount": "0.00"}],
        transactions=[{"kind": "refund", "status": "success", "amount": "100.00"}],
    )
    told(shopify, "refunds/create", refund)
    back = Order.objects.get(kind="return")
    assert (back.net, back.service, back.total) == (0, -100, -100)


def test_money_paid_back_without_goods_lowers_net_revenue(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order())
    refund = payloads.shopify_refund(
        refund_line_items=[],
        order_adjustments=[{"kind": "refund_discrepancy", "amount": "-80.00", "tax_amount": "0.00"}],
        transactions=[{"kind": "refund", "status": "success", "amount": "80.00"}],
    )
    told(shopify, "refunds/create", refund)
    assert CustomerFigures.objects.get().net == 920


def test_what_is_kept_back_of_a_refund_is_a_fee(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order())
    refund = payloads.shopify_refund(
        order_adjustments=[{"kind": "refund_discrepancy", "amount": "25.00", "tax_amount": "0.00"}],
        transactions=[{"kind": "refund", "status": "success", "amount": "500.00"}],
    )
    told(shopify, "refunds/create", refund)
    back = Order.objects.get(kind="return")
    assert (back.net, back.service, back.tax, back.total, back.received) == (-500, 25, -25, -500, -500)
    assert CustomerFigures.objects.get().balance == 0


def test_goods_back_of_an_order_never_paid_lower_what_is_owed(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order(financial_status="pending"))
    told(shopify, "refunds/create", payloads.shopify_refund(transactions=[]))
    assert CustomerFigures.objects.get().balance == 625


def test_an_edited_order_loses_and_gains_lines(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order())
    edited = payloads.shopify_order(
        updated_at="2026-10-06T00:00:00Z",
        line_items=[
            payloads.shopify_line(1, quantity=2, current_quantity=0),
            payloads.shopify_line(2, price="300.00", tax_lines=[]),
        ],
    )
    told(shopify, "orders/updated", edited)
    order = Order.objects.get()
    assert [line.code for line in order.lines.all()] == ["DUP-2", "SHIPPING"]
    assert (order.net, order.total) == (600, 700)


def test_a_cancelled_order_counts_nowhere_and_neither_do_its_returns(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order())
    cancelled = payloads.shopify_order(
        updated_at="2026-10-08T00:00:00Z",
        cancelled_at="2026-10-08T00:00:00Z",
        financial_status="refunded",
        refunds=[payloads.shopify_refund()],
    )
    told(shopify, "orders/cancelled", cancelled)
    assert {order.cancelled_at is not None for order in Order.objects.all()} == {True}
    figures = CustomerFigures.objects.get()
    assert (figures.orders, figures.returns, figures.net, figures.balance) == (0, 0, 0, 0)


def test_a_deleted_order_stays_cancelled_even_when_its_making_comes_late(shopify: Connector) -> None:
    told(shopify, "orders/delete", {"id": 5001})
    told(shopify, "orders/create", payloads.shopify_order())
    assert Order.objects.get().cancelled_at is not None
    assert CustomerFigures.objects.get().net == 0


def test_an_order_in_another_currency_is_kept_apart_and_says_why(shopify: Connector) -> None:
    delivery = told(shopify, "orders/create", payloads.shopify_order(currency="USD"))
    assert (delivery.state, delivery.field, delivery.code) == ("failed", "currency", "currency")
    assert delivery.params == {"text": "USD", "own": "INR"}
    assert delivery.reason.startswith("currency: It is in USD, the shop’s books are in INR")
    assert (Order.objects.count(), Customer.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("broken", "field", "code"),
    [
        ({"line_items": [payloads.shopify_line(price="a lot")]}, "line_items[0].price", "not_number"),
        ({"line_items": {"not": "a list"}}, "line_items", "not_list"),
        ({"updated_at": "yesterday"}, "updated_at", "not_date"),
        ({"updated_at": None}, "updated_at", "missing"),
        ({"id": None}, "id", "missing"),
        ({"processed_at": "2999-01-01T00:00:00Z"}, "created_at", "future"),
        ({"refunds": [payloads.shopify_refund(id=None)]}, "refunds[0].id", "missing"),
    ],
)
def test_a_message_that_cannot_be_read_fails_and_names_the_field(
    shopify: Connector, broken: dict[str, object], field: str, code: str
) -> None:
    delivery = told(shopify, "orders/create", payloads.shopify_order() | broken)
    assert (delivery.state, delivery.field, delivery.code) == ("failed", field, code)
    assert Order.objects.count() == 0


def test_a_guest_with_an_e_mail_that_one_customer_has_is_that_customer(shopify: Connector) -> None:
    told(shopify, "customers/create", payloads.shopify_customer(1))
    told(shopify, "orders/create", payloads.shopify_order(customer=None))
    assert Customer.objects.count() == 1
    assert Order.objects.get().customer == Customer.objects.get()


def test_an_e_mail_shared_by_two_asks_who_it_is(shopify: Connector) -> None:
    from grahak.customers.actions import add_customer

    for name in ("Anwar", "Basit"):
        add_customer(by=None, name=name, emails=["buyer1@mail.example"])
    delivery = told(shopify, "orders/create", payloads.shopify_order(customer=None))
    assert (delivery.state, delivery.field, delivery.code) == ("failed", "customer", "ambiguous")
    named = payloads.shopify_order(customer=None, billing_address={"name": "Basit", "city": "Pune"})
    told(shopify, "orders/create", named)
    order = Order.objects.get()
    assert order.customer is not None and order.customer.name == "Basit"


def test_a_sale_to_nobody_has_no_customer(shopify: Connector) -> None:
    told(
        shopify, "orders/create", payloads.shopify_order(customer=None, email="", financial_status="pending")
    )
    order = Order.objects.get()
    assert (order.customer, order.received) == (None, order.total)


def test_consent_is_a_row_with_how_and_the_later_word_holds(shopify: Connector) -> None:
    def said(state: str, at: str, updated: str) -> None:
        consent = {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": at}
        told(
            shopify,
            "customers/update",
            payloads.shopify_customer(email_marketing_consent=consent, updated_at=updated),
        )

    said("unsubscribed", "2026-10-03T00:00:00Z", "2026-10-03T00:00:00Z")
    said("subscribed", "2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z")
    assert Consent.objects.get(is_current=True).state == "withdrawn"
    said("subscribed", "2026-10-05T00:00:00Z", "2026-10-05T00:00:00Z")
    now = Consent.objects.get(is_current=True)
    assert (now.state, now.channel, now.purpose) == ("granted", "email", "offers")
    assert now.how == "Shopify: subscribed, single_opt_in"


def test_what_a_colleague_corrected_stays_until_the_shop_changes_it(shopify: Connector) -> None:
    from grahak.customers.actions import edit_customer

    told(shopify, "customers/create", payloads.shopify_customer())
    edit_customer(Customer.objects.get(), by=None, name="Sanaa Mirza", city="Navsari")
    moved = payloads.shopify_customer(
        updated_at="2026-10-09T00:00:00Z", default_address={"city": "Vapi", "country_code": "IN"}
    )
    told(shopify, "customers/update", moved)
    customer = Customer.objects.get()
    assert (customer.name, customer.city) == ("Sanaa Mirza", "Vapi")


def test_a_new_e_mail_takes_the_place_of_the_old(shopify: Connector) -> None:
    told(shopify, "customers/create", payloads.shopify_customer())
    told(
        shopify,
        "customers/update",
        payloads.shopify_customer(email="new@mail.example", updated_at="2026-10-09T00:00:00Z"),
    )
    assert [one.value for one in Identity.objects.filter(kind="email")] == ["new@mail.example"]


def test_an_item_is_its_variant_and_a_missing_sku_is_named_by_it(shopify: Connector) -> None:
    line = payloads.shopify_line(1, sku="")
    told(shopify, "orders/create", payloads.shopify_order(line_items=[line]))
    assert Product.objects.get().code == "SHOPIFY-4001"
    told(shopify, "products/update", payloads.shopify_product())
    product = Product.objects.get()
    assert (product.code, product.price, product.stock) == ("DUP-1", 550, 12)
    assert product.category is not None and product.category.name == "Dupattas"
    told(shopify, "products/delete", {"id": 3001})
    product.refresh_from_db()
    assert product.archived_at is not None


def test_an_order_that_was_sent_says_so_on_the_timeline(shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order())
    sent = payloads.shopify_order(
        updated_at="2026-10-06T00:00:00Z",
        fulfillment_status="fulfilled",
        fulfillments=[{"id": 1, "created_at": "2026-10-06T00:00:00Z"}],
    )
    assert told(shopify, "orders/fulfilled", sent).state == "done"
    assert Activity.objects.filter(kind="connect.order.sent").count() == 1


def test_requests_of_the_law_wait_for_a_person(shopify: Connector) -> None:
    told(shopify, "customers/create", payloads.shopify_customer())
    asked = told(
        shopify,
        "customers/redact",
        {"shop_id": 1, "customer": {"id": 7001, "email": "buyer1@mail.example"}, "orders_to_redact": []},
    )
    assert (asked.state, asked.code, asked.customer) == ("person", "redact", Customer.objects.get())
    assert told(shopify, "shop/redact", {"shop_id": 1, "shop_domain": "x"}).code == "shop_redact"
    assert told(shopify, "customers/data_request", {"customer": {"id": 9}}).code == "data_request"


def test_two_changes_in_one_second_end_with_the_one_that_came_further(shopify: Connector) -> None:
    paid = payloads.shopify_order()
    pending = payloads.shopify_order(financial_status="pending")
    told(shopify, "orders/paid", paid)
    told(shopify, "orders/create", pending)
    assert Order.objects.get().received == Decimal(1150)


def test_a_topic_that_we_do_not_use_is_known_and_done_with(shopify: Connector) -> None:
    delivery = told(shopify, "carts/update", {"id": "x"})
    assert (delivery.state, delivery.code) == ("same", "topic")
    work_all()
