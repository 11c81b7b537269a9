"""A connection of each kind, and a way to post to it as the shop does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from grahak.channels.secrets import seal
from grahak.connect.connectors import work
from grahak.connect.connectors.models import Connector, Delivery
from grahak.connect.connectors.tests import payloads
from grahak.core.models import Business


def connected(kind: str, **more: Any) -> Connector:
    values = {"name": kind.title(), "source": kind, "secret_sealed": seal(payloads.SECRET)} | more
    return Connector.objects.create(kind=kind, **values)


@pytest.fixture
def shopify(business: Business) -> Connector:
    return connected("shopify")


@pytest.fixture
def woo(business: Business) -> Connector:
    return connected("woocommerce")


@pytest.fixture
def till(business: Business) -> Connector:
    return connected("till")


Post = Callable[..., int]
_count = 0


def post(connector: Connector, topic: str, payload: Any, *, delivery: str = "", secret: str = payloads.SECRET,
         body: bytes | None = None, **headers: str) -> int:  # fmt: skip
    """Post a message to the connection's address as the shop does; gives the status."""
    global _count
    _count += 1
    body = payloads.encoded(payload) if body is None else body
    name = delivery or f"d-{_count}"
    if connector.kind == "shopify":
        told = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": payloads.signed(secret, body),
            "X-Shopify-Webhook-Id": name,
        }
    elif connector.kind == "woocommerce":
        told = {
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Signature": payloads.signed(secret, body),
            "X-WC-Webhook-Delivery-ID": name,
        }
    else:
        told = {"Authorization": f"Bearer {secret}", "X-Grahak-Delivery": name}
    answer = Client().post(connector.hook_path, body, content_type="application/json", headers=told | headers)
    return answer.status_code


def told(connector: Connector, topic: str, payload: Any, **more: Any) -> Delivery:
    """Post a message and work it; gives its delivery."""
    assert post(connector, topic, payload, **more) == 200
    found = Delivery.objects.filter(connector=connector).latest("id")
    work_all()
    found.refresh_from_db()
    return found


def work_all() -> None:
    while work.turn():
        pass


def now_stamp() -> str:
    return str(int(time.time()))
