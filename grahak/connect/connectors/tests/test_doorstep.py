"""The door: signatures on the very bytes, what is refused leaves nothing, what is taken in is never lost."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from grahak.connect.connectors import doorstep, till, work
from grahak.connect.connectors.models import LARGEST_BODY, Connector, Delivery
from grahak.connect.connectors.tests import payloads
from grahak.connect.connectors.tests.conftest import post, told, work_all
from grahak.core.models import Business
from grahak.sales.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    doorstep._counts.clear()
    doorstep._written.clear()


@pytest.mark.parametrize("kind", ["shopify", "woo", "till"])
def test_a_wrong_signature_is_401_and_leaves_only_a_count(kind: str, request: Any) -> None:
    connector: Connector = request.getfixturevalue(kind)
    assert post(connector, "orders/create", {"id": 1}, secret="guessed") == 401
    assert post(connector, "orders/create", {"id": 1}, secret="guessed") == 401
    doorstep.write_counts(connector.pk)
    connector.refresh_from_db()
    assert (Delivery.objects.count(), connector.refused, connector.refused_why) == (0, 2, "signature")


def test_one_changed_byte_breaks_the_signature(shopify: Connector) -> None:
    body = payloads.encoded(payloads.shopify_order())
    headers = {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Hmac-Sha256": payloads.signed(payloads.SECRET, body),
    }
    changed = body.replace(b"500.00", b"400.00", 1)
    answer = Client().post(shopify.hook_path, changed, content_type="application/json", headers=headers)
    assert answer.status_code == 401


def test_no_signature_at_all_is_401(woo: Connector) -> None:
    answer = Client().post(woo.hook_path, b"{}", content_type="application/json")
    assert answer.status_code == 401


def test_a_connection_without_a_secret_lets_nothing_in(shopify: Connector) -> None:
    Connector.objects.update(secret_sealed="")
    assert post(shopify, "orders/create", {}, secret="") == 401


def test_woocommerces_unsigned_ping_is_answered_and_not_kept(woo: Connector) -> None:
    answer = Client().post(woo.hook_path, b"webhook_id=12", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, Delivery.objects.count()) == (200, 0)
    woo.refresh_from_db()
    assert woo.refused == 0


def test_a_ping_does_not_open_the_door_of_others(shopify: Connector) -> None:
    answer = Client().post(
        shopify.hook_path, b"webhook_id=12", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 401


def test_an_address_that_no_connection_has_is_404(business: Business) -> None:
    assert Client().post("/hooks/shopify/nobody/", b"{}", content_type="application/json").status_code == 404


def test_the_address_can_be_looked_at_and_takes_posts_only(shopify: Connector) -> None:
    assert Client().get(shopify.hook_path).status_code == 200
    assert Client().put(shopify.hook_path, b"{}").status_code == 405


def test_too_large_a_body_is_413_and_counted(shopify: Connector) -> None:
    assert post(shopify, "orders/create", None, body=b"x" * (LARGEST_BODY + 1)) == 413
    shopify.refresh_from_db()
    assert (Delivery.objects.count(), shopify.refused, shopify.refused_why) == (0, 1, "too_large")


def test_an_ended_connection_is_410(shopify: Connector) -> None:
    Connector.objects.update(ended_at=timezone.now())
    assert post(shopify, "orders/create", payloads.shopify_order()) == 410
    assert Delivery.objects.count() == 0


def test_the_message_of_another_shop_with_the_same_app_is_refused(shopify: Connector) -> None:
    Connector.objects.update(address="https://ours.myshopify.com")
    theirs = {"X-Shopify-Shop-Domain": "theirs.myshopify.com"}
    assert post(shopify, "orders/create", payloads.shopify_order(), **theirs) == 401
    ours = {"X-Shopify-Shop-Domain": "ours.myshopify.com"}
    assert post(shopify, "orders/create", payloads.shopify_order(), **ours) == 200


def test_two_orders_of_one_second_under_one_delivery_id_are_both_kept(woo: Connector) -> None:
    post(woo, "order.updated", payloads.woo_order(1), delivery="hash-of-the-second")
    post(woo, "order.updated", payloads.woo_order(2), delivery="hash-of-the-second")
    work_all()
    assert Order.objects.count() == 2


def test_while_paused_deliveries_are_kept_and_worked_afterwards(shopify: Connector) -> None:
    Connector.objects.update(paused_at=timezone.now())
    assert post(shopify, "orders/create", payloads.shopify_order()) == 200
    work_all()
    assert (Delivery.objects.get().state, Order.objects.count()) == ("waiting", 0)
    Connector.objects.update(paused_at=None)
    work_all()
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00",
        b"[1, 2",
        b"[" * 100_000,
        b'{"id": NaN}',
        b'{"id": ' + b"9" * 5000 + b"}",
        b'"a word"',
        b"null",
    ],
)
def test_signed_rubbish_is_kept_and_fails_with_a_reason(shopify: Connector, body: bytes) -> None:
    delivery = told(shopify, "orders/create", None, body=body)
    assert delivery.state == "failed"
    assert delivery.code in ("not_json", "not_object")
    assert bytes(delivery.body) == body


def test_zero_bytes_in_names_do_not_reach_the_database(shopify: Connector) -> None:
    customer = payloads.shopify_customer(first_name="Sa\x00na")
    told(shopify, "customers/create", customer)
    from grahak.customers.models import Customer

    assert Customer.objects.get().name == "Sana Mirza 1"


def test_a_tills_signature_covers_time_and_bytes() -> None:
    def headers(stamp: int, body: bytes) -> dict[str, str]:
        signature = hmac.new(b"key", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Grahak-Signature": f"t={stamp},v1={signature}"}

    now = time.time()
    assert till.signature_is_right("key", b"{}", headers(int(now), b"{}"), now=now)
    assert not till.signature_is_right("key", b"{ }", headers(int(now), b"{}"), now=now)
    assert not till.signature_is_right("key", b"{}", headers(int(now) - 301, b"{}"), now=now)
    assert not till.signature_is_right("key", b"{}", {"X-Grahak-Signature": "t=x,v1=y"}, now=now)
    assert not till.signature_is_right("key", b"{}", {}, now=now)


def test_a_fault_of_ours_is_tried_again_later_and_then_told(shopify: Connector, monkeypatch: Any) -> None:
    def broken(*_args: Any) -> bool:
        raise RuntimeError("out of ink")

    post(shopify, "orders/create", payloads.shopify_order())
    monkeypatch.setattr(work, "keep", broken)
    delivery = Delivery.objects.get()
    for _turn in range(3):
        Delivery.objects.update(try_at=timezone.now())
        work.turn()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.code, delivery.attempts) == ("failed", "fault", 3)
    assert "out of ink" in delivery.reason
    assert Order.objects.count() == 0


def test_what_kills_the_worker_again_and_again_is_put_aside(shopify: Connector) -> None:
    post(shopify, "orders/create", payloads.shopify_order())
    Delivery.objects.update(attempts=work.BROKEN_OFF)
    work_all()
    assert Delivery.objects.get().code == "died"
