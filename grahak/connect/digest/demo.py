"""The web shop's part of the demo story: visits of some customers and of strangers, made up around real orders, sent
through the intake's own reading and digested like any other. The source's name says that they are made up."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.connect.digest.loop import catch_up
from grahak.connect.intake import reading, stores
from grahak.connect.intake.visitors import Visitors
from grahak.connect.intake.writer import write
from grahak.core import audit, business
from grahak.core.models import User
from grahak.customers.models import Contact, Rejected, Source
from grahak.sales.models import Order, OrderLine

SEED: Final = 77
PEOPLE, STRANGERS = 90, 60
NAME: Final = "www.kapasi.example (made up)"
DAYS: Final = 60
AGENTS: Final = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/129.0 Safari/537.36",
)
ROBOT: Final = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CAMES: Final[tuple[tuple[dict[str, str], str], ...]] = (
    ({}, ""),
    ({}, "https://www.google.com/"),
    ({"source": "newsletter", "medium": "email", "name": "festival"}, ""),
    ({"source": "instagram", "medium": "social", "name": "new-shades"}, "https://www.instagram.com/"),
)
SEARCHES: Final = ("mug", "bag", "lantern", "cake stand", "bunting", "christmas")
Event = dict[str, Any]


class _Walk:
    """One visit being made up: a clock that goes on, and the events so far."""

    def __init__(self, chance: random.Random, start: dt.datetime, who: Event, agent: str) -> None:
        self.chance, self.now, self.who, self.events = chance, start, who, list[Event]()
        self.campaign, self.referrer = chance.choice(CAMES)
        self.agent = agent

    def do(self, type: str, **told: Any) -> None:
        self.now += dt.timedelta(seconds=self.chance.randint(8, 140))
        path = told.pop("path", "/")
        page = {"path": path, "url": f"https://www.kapasi.example{path}"}
        context: Event = {"userAgent": self.agent, "page": page}
        if not self.events:
            page["referrer"] = self.referrer
            if self.campaign:
                context["campaign"] = self.campaign
        self.events.append(
            {"type": type, "timestamp": self.now.isoformat(), "context": context, **self.who, **told}
        )

    def item(self, deed: str, product: Product) -> None:
        told = {"product_id": product.code, "name": product.name.title(), "price": float(product.price or 0)}
        self.do("track", event=deed, properties=told, path=f"/items/{product.code}")


def tell_story(*, by: User | None) -> dict[str, int]:
    """Tell it; runs once in the demo's transaction. Returns how many events came in and how many were digested."""
    chance, shop = random.Random(SEED), business.required()
    source, _new = Source.objects.get_or_create(
        write_key="demo-web-shop",
        defaults={"kind": "web", "name": NAME, "options": {"hosts": ["www.kapasi.example"]}},
    )
    now = timezone.now()
    products = list(Product.objects.filter(archived_at=None).order_by("pk")[:400])
    if not products:
        return {"events": 0, "digested": 0}
    told = sorted(
        [*_customers(chance, now, products), *_strangers(chance, now, products)],
        key=lambda one: str(one["timestamp"]),
    )
    _send(told, source)
    _spoil(source, now)
    digested = catch_up()
    audit.record("connect.demo.told", None, by=by, events=len(told), shop=shop.name)
    return {"events": len(told), "digested": digested}


def _send(told: list[Event], source: Source) -> None:
    """Through the intake's own reading and writing, each at its own time."""
    visitors, store, events = Visitors(), stores.borrowed(), []
    for number, one in enumerate(told):
        received = dt.datetime.fromisoformat(one["timestamp"])
        raw = json.dumps(one | {"messageId": f"demo-{number}"}).encode()
        events.append(reading.read(raw, reading.Request(source=source.pk, received=received)))
    for start in range(0, len(events), 500):
        write(events[start : start + 500], [], store, visitors)


def _customers(chance: random.Random, now: dt.datetime, products: list[Product]) -> Iterator[Event]:
    """Those who ordered lately, each with the way to one of their real orders, and some looking around."""
    lines = Prefetch("lines", OrderLine.objects.exclude(product=None).select_related("product"))
    orders = Order.objects.filter(
        kind="sale", cancelled_at=None, placed_at__gte=now - dt.timedelta(days=DAYS)
    )
    orders = orders.filter(customer__contacts__identities__kind="email").order_by("-placed_at")
    seen: set[int] = set()
    for order in orders.prefetch_related(lines).distinct()[: PEOPLE * 4]:
        if order.customer_id is None or order.customer_id in seen or len(seen) >= PEOPLE:
            continue
        seen.add(order.customer_id)
        yield from _customer(chance, now, order, products)


def _customer(
    chance: random.Random, now: dt.datetime, order: Order, products: list[Product]
) -> Iterator[Event]:
    contact = Contact.objects.filter(customer=order.customer_id, identities__kind="email").first()
    if contact is None:
        return
    email = contact.identities.filter(kind="email").values_list("value", flat=True).first()
    browser, agent = {"anonymousId": f"demo-browser-{order.customer_id}"}, chance.choice(AGENTS)
    account = browser | {"userId": f"demo-{order.customer_id}"}
    bought = [line.product for line in order.lines.all() if line.product][:6]  # type: ignore[attr-defined]
    way = _Walk(chance, order.placed_at - dt.timedelta(minutes=chance.randint(9, 25)), browser, agent)
    _look(way, chance, bought[:3] + chance.sample(products, 2))
    way.who = account
    way.do("identify", traits={"name": contact.name, "email": email})
    for product in bought[:3]:
        way.item("Product Added", product)
    way.do("track", event="Checkout Started", path="/checkout")
    total = float(order.total.quantize(Decimal("0.01")))
    way.do(
        "track",
        event="Order Completed",
        properties={"order_id": order.number, "total": total},
        path="/thanks",
    )
    yield from way.events
    for _time in range(chance.randint(0, 3)):
        start = order.placed_at + (now - order.placed_at) * chance.random() - dt.timedelta(hours=1)
        again = _Walk(chance, start, account, agent)
        _look(again, chance, chance.sample(products, chance.randint(1, 4)))
        if chance.random() < 0.4:
            again.item("Product Added", chance.choice(products))
        yield from (one for one in again.events if one["timestamp"] < now.isoformat())


def _strangers(chance: random.Random, now: dt.datetime, products: list[Product]) -> Iterator[Event]:
    for number in range(STRANGERS):
        agent = ROBOT if number % 12 == 0 else chance.choice(AGENTS)
        start = now - dt.timedelta(minutes=chance.randint(120, DAYS * 1440))
        way = _Walk(chance, start, {"anonymousId": f"demo-stranger-{number}"}, agent)
        _look(way, chance, chance.sample(products, chance.randint(1, 5)))
        if chance.random() < 0.3:
            way.item("Product Added", chance.choice(products))
        yield from way.events


def _look(way: _Walk, chance: random.Random, products: list[Product]) -> None:
    """Come in, look around, search perhaps."""
    way.do("page", path=chance.choice(("/", "/", "/sale", "/new")))
    if chance.random() < 0.4:
        way.do(
            "track", event="Products Searched", properties={"query": chance.choice(SEARCHES)}, path="/search"
        )
    for product in products:
        way.do("page", path=f"/items/{product.code}")
        way.item("Product Viewed", product)


def _spoil(source: Source, now: dt.datetime) -> None:
    """A few that could not be read, so that the quarantine shows what it is for."""
    faults = (
        ("missing", "event", {"type": "track", "userId": "demo-0", "properties": {"price": 120}}),
        ("no_id", "userId", {"type": "page", "name": "Sale"}),
        (
            "bad_time",
            "timestamp",
            {"type": "track", "event": "Order Completed", "userId": "9", "timestamp": "soon"},
        ),
    )
    Rejected.objects.bulk_create(
        Rejected(
            source=source,
            reason=reason,
            detail=detail,
            body=json.dumps(body),
            at=now - dt.timedelta(hours=hours),
        )
        for hours, (reason, detail, body) in enumerate(faults, 2)
    )
