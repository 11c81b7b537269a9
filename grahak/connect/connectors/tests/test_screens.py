"""The screens of connected shops, through HTTP."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from grahak.connect.connectors.models import Backfill, Connector, Delivery
from grahak.connect.connectors.tests import payloads
from grahak.connect.connectors.tests.conftest import post, told, work_all
from grahak.core.models import AuditEntry
from grahak.customers.models import Customer
from grahak.sales.models import Order

pytestmark = pytest.mark.django_db


def test_a_shop_is_connected_and_its_secrets_are_sealed(as_amina: Client) -> None:
    answer = as_amina.post(
        "/connections/new/?kind=shopify",
        {
            "name": "Our shop",
            "address": "https://Our-Shop.myshopify.com/admin",
            "secret": "shpss_very-secret",
            "api_key": "shpat_very-secret",
            "customer_kind": "person",
        },
    )
    connector = Connector.objects.get()
    assert answer.url == f"/connections/{connector.pk}/"  # type: ignore[attr-defined]
    assert (connector.address, connector.source) == ("https://our-shop.myshopify.com", "shopify")
    assert "very-secret" not in connector.secret_sealed + connector.api_key_sealed
    assert (connector.secret, connector.api_key) == ("shpss_very-secret", "shpat_very-secret")
    page = as_amina.get(connector.get_absolute_url()).content.decode()
    assert connector.hook_path in page
    assert "very-secret" not in page
    assert "very-secret" not in str(list(AuditEntry.objects.values()))


def test_a_till_gets_a_key_that_is_shown_to_whoever_may_connect(as_amina: Client) -> None:
    as_amina.post("/connections/new/?kind=till", {"name": "Counter", "customer_kind": "person"})
    connector = Connector.objects.get()
    assert len(connector.secret) > 30
    assert connector.secret in as_amina.get(connector.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("woocommerce", "http://shop.example.com"),
        ("woocommerce", "https://user:word@shop.example.com"),
        ("woocommerce", "https://localhost"),
        ("woocommerce", "https://shop.example.com:port"),
        ("shopify", "https://shop.example.com"),
        ("shopify", "javascript:alert(1)"),
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(as_amina: Client, kind: str, address: str) -> None:
    filled = {"name": "x", "address": address, "secret": "s", "customer_kind": "person"}
    assert as_amina.post(f"/connections/new/?kind={kind}", filled).status_code == 422
    assert Connector.objects.count() == 0


def test_a_secret_left_empty_stays(as_amina: Client, woo: Connector) -> None:
    filled = {"name": "Renamed", "address": "https://shop.example.com", "customer_kind": "business"}
    assert as_amina.post(woo.get_absolute_url(), filled).status_code == 302
    woo.refresh_from_db()
    assert (woo.name, woo.customer_kind, woo.secret) == ("Renamed", "business", payloads.SECRET)


def test_the_log_shows_what_became_of_each_and_filters(as_amina: Client, shopify: Connector) -> None:
    told(shopify, "orders/create", payloads.shopify_order(1))
    told(shopify, "orders/create", payloads.shopify_order(2, currency="USD"))
    path = f"/connections/{shopify.pk}/deliveries/"
    page = as_amina.get(path).content.decode()
    assert "#1001" in page and "It is in USD" in page
    failed = as_amina.get(path + "?state=failed").content.decode()
    assert "#1001" not in failed and "It is in USD" in failed
    assert "It is in USD" not in as_amina.get(path + "?q=5001").content.decode()


def test_a_body_is_shown_as_text_and_never_run(as_amina: Client, shopify: Connector) -> None:
    evil = payloads.shopify_order(note="<script>alert(1)</script>")
    delivery = told(shopify, "orders/create", evil)
    page = as_amina.get(delivery.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_failed_ones_are_worked_again_once_the_cause_is_mended(as_amina: Client, shopify: Connector) -> None:
    from grahak.customers.actions import add_customer, archive_customer

    twins = [add_customer(by=None, name=name, emails=["buyer1@mail.example"]) for name in ("Anwar", "Basit")]
    delivery = told(shopify, "orders/create", payloads.shopify_order(customer=None))
    assert delivery.state == "failed"
    archive_customer(twins[1], by=None)
    assert as_amina.post(f"/connections/{shopify.pk}/deliveries/again/").status_code == 302
    work_all()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.order) == ("done", Order.objects.get(customer=twins[0]))
    as_amina.post(delivery.get_absolute_url() + "again/")
    work_all()
    assert Order.objects.count() == 1


def test_pause_resume_and_end(as_amina: Client, shopify: Connector) -> None:
    base = shopify.get_absolute_url()
    as_amina.post(base + "pause/")
    assert post(shopify, "orders/create", payloads.shopify_order()) == 200
    work_all()
    assert Order.objects.count() == 0
    as_amina.post(base + "resume/")
    work_all()
    assert Order.objects.count() == 1
    as_amina.post(base + "end/")
    assert post(shopify, "orders/create", payloads.shopify_order(2)) == 410
    shopify.refresh_from_db()
    assert (shopify.secret_sealed, Order.objects.count()) == ("", 1)
    assert as_amina.get(base).status_code == 200


def test_a_customer_whom_shopify_asks_to_erase_is_erased_by_a_person(
    as_amina: Client, shopify: Connector
) -> None:
    told(shopify, "orders/create", payloads.shopify_order(note="ring Sana Mirza 1 before you come"))
    told(shopify, "customers/redact", {"customer": {"id": 7001, "email": "buyer1@mail.example"}})
    home = as_amina.get("/").content.decode()
    assert "The shop asks to erase a customer." in home
    asked = Delivery.objects.get(state="person")
    as_amina.post(asked.get_absolute_url() + "done/")
    asked.refresh_from_db()
    assert (asked.state, asked.code) == ("done", "settled")
    assert [one.name.split()[0] for one in Customer.objects.all()] == ["Erased"]
    assert Order.objects.get().customer == Customer.objects.get()
    kept = b"".join(bytes(body) for body in Delivery.objects.values_list("body", flat=True))
    assert b"Mirza" not in kept and b"buyer1" not in kept.lower()
    objects = str(list(Connector.objects.get().shop_objects.values())).lower()
    assert "buyer1" not in objects and "mirza" not in objects
    redacted = payloads.shopify_order(updated_at="2026-11-01T00:00:00Z", customer=None, email="")
    told(shopify, "orders/updated", redacted)
    assert Order.objects.get().customer == Customer.objects.get()


def test_a_salesman_does_not_see_the_connections(as_bilal: Client, shopify: Connector) -> None:
    assert as_bilal.get("/connections/").status_code == 404
    assert as_bilal.post(f"/connections/{shopify.pk}/end/").status_code == 404


def test_a_delivery_of_another_connection_is_not_found(
    as_amina: Client, shopify: Connector, till: Connector
) -> None:
    delivery = told(shopify, "orders/create", payloads.shopify_order())
    assert as_amina.get(f"/connections/{till.pk}/deliveries/{delivery.pk}/").status_code == 404


def test_the_progress_of_reading_is_a_fragment_that_ends(as_amina: Client, shopify: Connector) -> None:
    found = Backfill.objects.create(connector=shopify, kinds=["orders"], stage="orders", expected=10, read=4)
    path = f"/connections/{shopify.pk}/progress/"
    fragment = as_amina.get(path, headers={"HX-Request": "true"})
    assert "<b>4</b> of about 10 read" in fragment.content.decode()
    assert "HX-Refresh" not in fragment.headers
    Backfill.objects.filter(pk=found.pk).update(state="done", finished_at=timezone.now())
    assert as_amina.get(path, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_reading_a_shop_without_keys_is_refused(as_amina: Client, shopify: Connector) -> None:
    assert as_amina.post(f"/connections/{shopify.pk}/read/", {"orders": "on"}).status_code == 200
    assert Backfill.objects.count() == 0


def test_a_list_of_thirty_asks_the_database_as_often_as_one_of_three(
    as_amina: Client, shopify: Connector
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from grahak.core import business
    from grahak.customers import custom

    def asked(path: str) -> int:
        as_amina.get(path)
        business.forget()  # what is kept for a second is read anew each time
        custom.forget()
        with CaptureQueriesContext(connection) as caught:
            assert as_amina.get(path).status_code == 200
        return len(caught)

    path = f"/connections/{shopify.pk}/deliveries/"
    for number in range(3):
        told(shopify, "orders/create", payloads.shopify_order(number))
    few, few_shops = asked(path), asked("/connections/")
    for number in range(3, 30):
        told(shopify, "orders/create", payloads.shopify_order(number))
    for number in range(9):
        Connector.objects.create(kind="till", name=f"Till {number}", source=f"till-{number}")
    assert (asked(path), asked("/connections/")) == (few, few_shops)


def test_the_demos_shop_is_made_up_and_asks_nobody(as_amina: Client) -> None:
    from decimal import Decimal

    from grahak.catalogue.models import Product
    from grahak.connect.connectors import demo

    for number in range(5):
        Product.objects.create(code=f"P-{number}", name=f"Mug {number}", price=Decimal(100 + number))
    assert (demo.tell_story(by=None), demo.tell_story(by=None)) == (14, 0)
    connector = Connector.objects.get()
    assert not connector.can_ask
    states = dict.fromkeys(["done", "same", "failed"], 0)
    for state in Delivery.objects.values_list("state", flat=True):
        states[state] += 1
    assert states == {"done": 11, "same": 1, "failed": 2}
    assert Order.objects.filter(kind="return").count() == 1
    page = as_amina.get(connector.get_absolute_url()).content.decode()
    assert "Made up for the demo." in page
    assert connector.secret not in page
