"""Takes a delivery in: checks its signature on the very bytes that came, stores it durably, acknowledges. Nothing is
read here; that is done later, so that a shop never waits for us and nothing that was acknowledged is lost.

What does not pass is counted and leaves nothing else behind.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from grahak.channels.secrets import Unsealable
from grahak.connect.connectors import shopify, till, woocommerce
from grahak.connect.connectors.models import LARGEST_BODY, Connector, ConnectorKind, Delivery
from grahak.core.durable import durable

KEPT_HEADERS = (
    "X-Shopify-Topic", "X-Shopify-Shop-Domain", "X-Shopify-Webhook-Id", "X-Shopify-Event-Id",
    "X-Shopify-Triggered-At", "X-Shopify-Api-Version", "X-WC-Webhook-Topic", "X-WC-Webhook-Source",
    "X-WC-Webhook-ID", "X-WC-Webhook-Delivery-ID", "X-Grahak-Delivery", "Content-Type", "User-Agent",
)  # fmt: skip
WRITE_EVERY = 1.0  # seconds between two counts of refused deliveries of one connector


@dataclass(frozen=True)
class Answer:
    """What the shop is told: status and one word."""

    status: int
    word: str


def take_in(
    connector: Connector, body: bytes, headers: Mapping[str, str], *, length: int | None = None
) -> Answer:
    """Store one delivery. 200 once it is durable (also where it was stored before), 401 on a wrong signature,
    410 for a connection that was ended, 413 where it is too large; LENGTH is what the sender claims."""
    if connector.ended_at is not None:
        return Answer(410, "ended")
    if len(body) > LARGEST_BODY or (length or 0) > LARGEST_BODY:
        count_refused(connector.pk, "too_large")
        return Answer(413, "too large")
    if connector.kind == ConnectorKind.WOOCOMMERCE and woocommerce.is_ping(body, headers):
        return Answer(200, "pong")
    why = _refusal(connector, body, headers)
    if why:
        count_refused(connector.pk, why)
        return Answer(401, "wrong signature")
    store(connector, body, headers)
    return Answer(200, "stored")


def _refusal(connector: Connector, body: bytes, headers: Mapping[str, str]) -> str:
    """Why a delivery is not let in; "" where it is."""
    checks = {
        ConnectorKind.SHOPIFY: shopify.signature_is_right,
        ConnectorKind.WOOCOMMERCE: woocommerce.signature_is_right,
        ConnectorKind.TILL: till.signature_is_right,
    }
    try:
        secret = connector.secret
    except Unsealable:
        return "unsealable"
    if not secret or not checks[ConnectorKind(connector.kind)](secret, body, headers):
        return "signature"
    shop = headers.get("X-Shopify-Shop-Domain", "").lower()
    ours = connector.address.removeprefix("https://").removeprefix("http://").lower()
    if connector.kind == ConnectorKind.SHOPIFY and ours and shop and shop != ours:
        return "other_shop"  # one app's secret signs for every shop that installed it
    return ""


def store(connector: Connector, body: bytes, headers: Mapping[str, str]) -> Delivery:
    """Keep a delivery that passed; the same one again gives the row that is there."""
    topic = (headers.get("X-Shopify-Topic") or headers.get("X-WC-Webhook-Topic") or "").strip()[:60]
    told = (
        headers.get("X-Shopify-Webhook-Id")
        or headers.get("X-WC-Webhook-Delivery-ID")
        or headers.get("X-Grahak-Delivery")
        or ""
    ).strip()
    # WooCommerce makes its delivery ids of the webhook and the second: two orders may share one
    digest = hashlib.sha256(topic.encode() + b"\n" + body).hexdigest()
    name = f"{told[:60]}#{digest[:40]}"
    kept = {key: value[:300] for key in KEPT_HEADERS if (value := headers.get(key))}
    with durable():
        delivery, _new = Delivery.objects.get_or_create(
            connector=connector,
            delivery_id=name,
            defaults={"topic": topic, "headers": kept, "body": body},
        )
    return delivery


_lock = threading.Lock()
_counts: Counter[int] = Counter()
_written: dict[int, float] = {}


def count_refused(connector_id: int, why: str) -> None:
    """Count a delivery that was not let in, written at most once a second, so that whoever sends rubbish does
    not keep the database busy."""
    with _lock:
        _counts[connector_id] += 1
        now = time.monotonic()
        if now - _written.get(connector_id, -WRITE_EVERY) < WRITE_EVERY:
            return
        _written[connector_id] = now
        many = _counts.pop(connector_id)
    Connector.objects.filter(pk=connector_id).update(
        refused=F("refused") + many, refused_at=timezone.now(), refused_why=why[:12]
    )


def write_counts(connector_id: int) -> None:
    """Write what this process has counted and not written yet (before the page shows it)."""
    with _lock:
        many = _counts.pop(connector_id, 0)
    if many:
        Connector.objects.filter(pk=connector_id).update(refused=F("refused") + many)
