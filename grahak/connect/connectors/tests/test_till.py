"""What a till tells: sales, returns, payments, customers, items."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grahak.catalogue.models import Product
from grahak.connect.connectors.models import Connector
from grahak.connect.connectors.tests import payloads
from grahak.connect.connectors.tests.conftest import told
from grahak.customers.models import Consent, Customer
from grahak.sales.models import CustomerFigures, Order, Payment

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_a_sale_paid_in_part_leaves_the_rest_on_the_khata(till: Connector) -> None:
    told(till, "", payloads.till_sale())
    order = Order.objects.get()
    assert (order.number, order.net, order.tax, order.total) == ("T1-000001", 900, 45, 945)
    assert (order.received, order.received_how) == (400, "cash")
    assert CustomerFigures.objects.get().balance == 545


def test_a_higher_version_replaces_a_lower_one_and_never_the_other_way(till: Connector) -> None:
    told(till, "", payloads.till_sale(version=10, received="945.00"))
    told(till, "", payloads.till_sale(version=9, received="0"))
    assert CustomerFigures.objects.get().balance == 0
    told(till, "", payloads.till_sale(version=11, cancelled=True))
    assert Order.objects.get().cancelled_at is not None


def test_a_return_names_the_line_that_came_back(till: Connector) -> None:
    told(till, "", payloads.till_sale(received="945.00"))
    told(
        till,
        "",
        {
            "type": "return",
            "id": "R-1",
            "version": 1,
            "of": "T1-000001",
            "at": "2026-10-06T12:00:00+05:30",
            "lines": [{"line": "1", "quantity": "0.5"}],
            "refunded": "472.50",
        },
    )
    back = Order.objects.get(kind="return")
    assert (back.net, back.tax, back.total, back.received) == (
        -450,
        Decimal("-22.5"),
        Decimal("-472.5"),
        Decimal("-472.5"),
    )
    assert CustomerFigures.objects.get().balance == 0


def test_a_return_without_a_bill_is_written_for_nobody(till: Connector) -> None:
    told(
        till,
        "",
        {
            "type": "return",
            "id": "R-2",
            "version": 1,
            "at": "2026-10-06T12:00:00+05:30",
            "lines": [{"code": "SUIT-9", "name": "Suit piece", "quantity": 1, "unit_price": "900"}],
        },
    )
    back = Order.objects.get()
    assert (back.kind, back.customer, back.total, back.received) == ("return", None, -900, -900)
    assert back.lines.get().product == Product.objects.get(code="SUIT-9")


def test_a_payment_lowers_the_khata_once_and_a_changed_one_is_written_anew(till: Connector) -> None:
    told(till, "", payloads.till_sale())
    payment = {
        "type": "payment",
        "id": "P-1",
        "version": 1,
        "at": "2026-10-06T12:00:00+05:30",
        "amount": "300",
        "how": "upi",
        "customer": {"name": "Rashida Bano", "phone": "+91 98250 77889"},
    }
    told(till, "", payment)
    told(till, "", payment)
    assert CustomerFigures.objects.get().balance == 245
    told(till, "", payment | {"version": 2, "amount": "500"})
    assert CustomerFigures.objects.get().balance == 45
    assert Payment.objects.filter(voided_at=None).get().amount == 500
    told(till, "", {"type": "payment", "id": "P-1", "deleted": True})
    assert CustomerFigures.objects.get().balance == 545


def test_a_customer_with_consents_and_an_item(till: Connector) -> None:
    told(
        till,
        "",
        {
            "type": "customer",
            "id": "C-5",
            "version": 1,
            "name": "Rashida Bano",
            "phone": "+91 98250 77889",
            "consents": [
                {"channel": "sms", "granted": True, "how": "signed at the till", "at": "2026-10-01T00:00:00Z"}
            ],
        },
    )
    told(till, "", {"type": "product", "id": "suit-9", "version": 1, "name": "Suit piece", "price": "950"})
    assert Customer.objects.get().name == "Rashida Bano"
    assert (Consent.objects.get().channel, Consent.objects.get().how) == ("sms", "signed at the till")
    assert Product.objects.get(code="SUIT-9").price == 950


@pytest.mark.parametrize(
    ("message", "field", "code"),
    [
        ({"type": "gossip", "id": 1}, "type", "type"),
        (payloads.till_sale(lines=[]), "lines", "no_lines"),
        (payloads.till_sale(how="magic"), "how", "how"),
        (payloads.till_sale(lines=[{"quantity": -1, "unit_price": 1}]), "lines[0].quantity", "negative"),
        (payloads.till_sale(lines=[{"quantity": 1}]), "lines[0].unit_price", "missing"),
        (payloads.till_sale(received="NaN"), "received", "not_number"),
        (payloads.till_sale(received=10**15), "received", "too_large"),
        ({"type": "payment", "id": 1, "amount": 5, "at": "2026-10-01"}, "customer", "missing"),
    ],
)
def test_a_till_is_told_which_field_is_wrong(
    till: Connector, message: dict[str, object], field: str, code: str
) -> None:
    delivery = told(till, "", message)
    assert (delivery.state, delivery.field, delivery.code) == ("failed", field, code)
