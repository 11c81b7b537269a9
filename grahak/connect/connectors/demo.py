"""The connected shop of the demo story: one WooCommerce shop that does not exist, whose deliveries are made up and
worked as real ones are. Its name says so, and nothing is ever asked of it."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any, Final

from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.connect.connectors import doorstep, work
from grahak.connect.connectors.actions import connect
from grahak.connect.connectors.models import Connector, ConnectorKind, Delivery
from grahak.core import business
from grahak.core.models import User

SEED: Final = 41
NAME: Final = "shop.kapasi.example (made up)"
BUYERS: Final = (
    ("Nadia", "Rahimtoola", "Surat"), ("Parth", "Joshi", "Rajkot"), ("Hina", "Siddiqui", "Karachi"),
    ("Meera", "Trivedi", "Bhavnagar"), ("Owais", "Memon", "Hyderabad"), ("Kavita", "Rao", "Pune"),
)  # fmt: skip
HEADERS: Final = {
    "X-WC-Webhook-Source": "https://shop.kapasi.example/",
    "User-Agent": "WooCommerce (made up)",
}


def tell_story(*, by: User | None) -> int:
    """Tell it, once. Returns how many deliveries came."""
    if Connector.objects.filter(is_invented=True).exists():
        return 0
    connector = connect(
        ConnectorKind.WOOCOMMERCE,
        NAME,
        by=by,
        address="https://shop.kapasi.example",
        is_invented=True,
    )
    chance = random.Random(SEED)
    products = list(Product.objects.filter(archived_at=None, price__gt=0).order_by("pk")[:40])
    now = timezone.now()
    for number, (at, topic, payload) in enumerate(_history(chance, products, now)):
        body = json.dumps(payload).encode()
        told = {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": f"made-up-{number}"}
        delivery = doorstep.store(connector, body, HEADERS | told)
        work.work(delivery.pk)
        after = dt.timedelta(seconds=chance.uniform(0.2, 1.4))
        Delivery.objects.filter(pk=delivery.pk).update(received_at=at, try_at=at, worked_at=at + after)
    Connector.objects.filter(pk=connector.pk).update(created_at=now - dt.timedelta(days=5))
    return connector.deliveries.count()


def _history(
    chance: random.Random, products: list[Product], now: dt.datetime
) -> list[tuple[dt.datetime, str, dict[str, Any]]]:
    """(moment, topic, message), in order: orders, their completion, a refund, one in a foreign currency, one told
    twice and one that nobody can read."""
    told: list[tuple[dt.datetime, str, dict[str, Any]]] = []
    for place, buyer in enumerate(BUYERS):
        at = now - dt.timedelta(hours=60 - 9 * place, minutes=chance.randint(0, 50))
        order = _order(place, buyer, chance.sample(products, min(2, len(products))), chance, at)
        told.append((at, "order.created", order))
        later = at + dt.timedelta(hours=4)
        if place < 4:
            done = order | {
                "status": "completed",
                "date_completed_gmt": _gmt(later),
                "date_modified_gmt": _gmt(later),
            }
            told.append((later, "order.updated", done))
        if place == 1:
            back = later + dt.timedelta(hours=2)
            line = order["line_items"][0]["total"] if order["line_items"] else "0"
            refunds = [{"id": 9001, "reason": "wrong shade", "total": f"-{line}"}]
            told.append((back, "order.updated", done | {"refunds": refunds, "date_modified_gmt": _gmt(back)}))
            told.append((back + dt.timedelta(seconds=40), "order.created", order))
    abroad = _order(7, ("Ann", "Shaw", "Leeds"), products[:1], chance, now - dt.timedelta(hours=7))
    foreign = "USD" if business.required().currency != "USD" else "EUR"
    told.append((now - dt.timedelta(hours=7), "order.created", abroad | {"currency": foreign}))
    broken = _order(8, BUYERS[0], products[:1], chance, now - dt.timedelta(hours=3))
    broken["line_items"] = [row | {"total": "on the house"} for row in broken["line_items"]]
    told.append((now - dt.timedelta(hours=3), "order.created", broken))
    return sorted(told, key=lambda one: one[0])


def _gmt(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _order(
    place: int, buyer: tuple[str, str, str], products: list[Product], chance: random.Random, at: dt.datetime
) -> dict[str, Any]:
    first, last, city = buyer
    lines = []
    for number, product in enumerate(products, 1):
        many = chance.randint(1, 4)
        lines.append(
            {
                "id": place * 10 + number, "name": product.name, "product_id": 7000 + product.pk,
                "variation_id": 0, "quantity": many, "total": f"{(product.price or 0) * many:.2f}",
                "total_tax": "0.00", "sku": product.code,
            }
        )  # fmt: skip
    return {
        "id": 4200 + place,
        "number": str(4200 + place),
        "status": "processing",
        "currency": business.required().currency,
        "date_created_gmt": _gmt(at),
        "date_modified_gmt": _gmt(at),
        "date_paid_gmt": _gmt(at),
        "customer_id": 900 + place if place % 2 else 0,
        "billing": {
            "first_name": first, "last_name": last, "city": city,
            "email": f"{first}.{last}@mail.example".lower(),
        },
        "payment_method": "razorpay",
        "line_items": lines,
        "shipping_lines": [],
        "fee_lines": [],
        "refunds": [],
        "meta_data": [],
    }  # fmt: skip
