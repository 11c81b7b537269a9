"""Small worlds of customers for the tests of segments: made from a seed, full of edges (first and last moments of
days, cancelled orders, nothing known), and a copy of them in an engine of the warehouse."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from grahak.catalogue.models import Category, Product
from grahak.channels.models import Dispatch, Message
from grahak.core.models import Branch, Team, User
from grahak.customers.actions.names import sort_name
from grahak.customers.models import (
    Consent,
    Contact,
    Customer,
    CustomerTag,
    CustomField,
    CustomValue,
    Event,
    Identity,
    Source,
    Tag,
    Visit,
    Visitor,
)
from grahak.insight.models import CustomerScore, CustomerStage, Membership, Opportunity, Segment
from grahak.sales.models import CustomerFigures, Order, OrderLine
from grahak.warehouse import records, schema
from grahak.warehouse.star import TABLES

ZONE = ZoneInfo("Asia/Kolkata")
TODAY = dt.date(2026, 6, 15)
DAYS = (-2, 0, 1, 6, 7, 8, 29, 30, 31, 89, 90, 91, 400)
CLOCKS = (dt.time(0), dt.time(23, 59, 59, 999_999), dt.time(5, 29, 59), dt.time(5, 30), dt.time(12, 0, 0, 1))
NAMES = ("Mohammad Iqbal", "ICELAND & Sons", "Ásta", "मोहन", "100%_pure", "O'Brien", "x")
CITIES = ("Rajkot", "Surat", "", "København")
MONEY = ("0", "0.0001", "999.9999", "1000", "1000.0001", "250000", "12.5")
EVENTS = ("Product Viewed", "Order Completed", "Page Viewed")
PROPERTIES: tuple[dict[str, Any], ...] = (
    {}, {"price": 12.5}, {"price": "12.5"}, {"price": 12}, {"price": True}, {"price": None}, {"price": [12.5]},
    {"price": {"a": 12.5}}, {"price": 1e300}, {"price": -3}, {"colour": "Blue"}, {"colour": "blau & rot"},
    {"colour": 12.5}, {"a b": "Blue"}, {"price": "abc", "colour": "Blue"}, {"price": 9007199254740993},
)  # fmt: skip


class World:
    """Everything that was made, to choose from."""

    def __init__(self, seed: int, customers: int = 8) -> None:
        self.chance = random.Random(seed)
        self.branches = [Branch.objects.get_or_create(name=f"Branch {n}")[0].pk for n in range(2)]
        self.people = [
            User.objects.create_user(f"p{n}@world.example", "x", name=f"P {n}", role="salesman").pk
            for n in range(2)
        ]
        self.teams = [Team.objects.get_or_create(name=f"Team {n}")[0].pk for n in range(2)]
        self.tags = [Tag.objects.get_or_create(name=f"tag {n}")[0].pk for n in range(3)]
        self.categories = [Category.objects.get_or_create(name=f"Category {n}")[0].pk for n in range(2)]
        self.products = [
            Product.objects.create(
                code=f"W{n}", name=f"Item {n}", category_id=(*self.categories, None)[n % 3]
            ).pk
            for n in range(4)
        ]
        self.source = Source.objects.create(name="web", write_key="world").pk
        self.dispatches = [
            Dispatch.objects.create(
                renderer="test", subject_id=n, title=f"Letter {n}", launched_at=moment(0, dt.time(9))
            ).pk
            for n in range(2)
        ]
        self.own = {
            kind: CustomField.objects.create(code=f"own {kind}", name=f"Own {kind}", kind=kind)
            for kind in ("text", "choices", "number", "money", "date", "customer")
        }
        self.lists = [Segment.objects.create(name=f"List {n}", kind="static").pk for n in range(2)]
        self.customers = [self._customer(n) for n in range(customers)]

    def at(self) -> dt.datetime:
        return moment(self.chance.choice(DAYS), self.chance.choice(CLOCKS))

    def day(self) -> dt.date:
        return TODAY - dt.timedelta(days=self.chance.choice(DAYS))

    def maybe(self, value: Any, often: float = 0.7) -> Any:
        return value if self.chance.random() < often else None

    def _customer(self, number: int) -> int:
        pick = self.chance.choice
        name = pick(NAMES)
        customer = Customer.objects.create(
            name=name, name_sort=sort_name(name), kind=pick(["person", "business"]), city=pick(CITIES),
            region=pick(["Gujarat", ""]), country=pick(["IN", "PK", ""]), language=pick(["gu", "ur", ""]),
            source=pick(["hand", "import"]), branch_id=self.maybe(pick(self.branches)),
            owner_id=self.maybe(pick(self.people)), since=self.maybe(self.day()), created_at=self.at(),
            archived_at=self.maybe(self.at(), 0.1), credit_limit=self.maybe(Decimal(pick(MONEY))),
            credit_days=self.maybe(pick([0, 15, 30])), team_id=self.maybe(pick(self.teams)),
            lifecycle=pick(["lead", "prospect", "customer", "lapsed"]),
            referred_by=self.maybe(Customer.objects.order_by("pk").first(), 0.3),
        )  # fmt: skip
        pk = customer.pk
        contact = Contact.objects.create(customer=customer, name=name, is_primary=True)
        for kind in ("email", "phone", "whatsapp"):
            if self.maybe(True, 0.5):
                Identity.objects.create(contact=contact, kind=kind, value=f"{kind}{number}")
        for tag in self.tags:
            if self.maybe(True, 0.4):
                CustomerTag.objects.create(customer=customer, tag_id=tag)
        for channel in ("email", "sms"):
            if self.maybe(True, 0.6):
                Consent.objects.create(
                    contact=contact, channel=channel, purpose="offers", state=pick(["granted", "withdrawn"]),
                    is_current=self.maybe(True, 0.8) is True, how="said",
                )  # fmt: skip
        self._own_values(pk)
        for list_ in self.lists:
            if self.maybe(True, 0.4):
                Membership.objects.create(segment_id=list_, customer=customer, entered_at=self.at())
        for n in range(pick([0, 0, 1, 3, 6])):
            self._order(pk, f"{number}-{n}")
        self._figures(pk)
        self._behaviour(pk, contact.pk, number)
        return pk

    def _own_values(self, customer: int) -> None:
        pick = self.chance.choice
        columns = {"number": "number", "money": "number", "date": "day", "customer": "other_id"}
        for kind, field in self.own.items():
            if self.maybe(True, 0.5) is None:
                continue
            values = {
                "text": pick(NAMES),
                "number": Decimal(pick(MONEY)),
                "day": self.day(),
                "other_id": customer,
            }
            column = columns.get(kind, "text")
            CustomValue.objects.create(field=field, customer_id=customer, **{column: values[column]})
            if kind == "choices" and values["text"] != "x":
                CustomValue.objects.create(field=field, customer_id=customer, text="x")

    def _order(self, customer: int, number: str) -> None:
        pick, back = self.chance.choice, self.chance.random() < 0.2
        sign = -1 if back else 1
        order = Order.objects.create(
            kind="return" if back else "sale", number=number, customer_id=self.maybe(customer, 0.95),
            placed_at=self.at(), net=sign * Decimal(pick(MONEY)), branch_id=self.maybe(pick(self.branches)),
            cancelled_at=self.maybe(self.at(), 0.15),
        )  # fmt: skip
        for ordinal in range(1, pick([1, 2, 4])):
            OrderLine.objects.create(
                order=order, ordinal=ordinal, product_id=self.maybe(pick(self.products), 0.9),
                quantity=sign * Decimal(pick(["1", "0.125", "10", "9.999"])), unit_price=1,
                amount=sign * Decimal(pick(MONEY)), is_service=self.maybe(True, 0.1) is True,
            )  # fmt: skip

    def _figures(self, customer: int) -> None:
        pick = self.chance.choice
        if self.maybe(True, 0.8) is None:
            return
        CustomerFigures.objects.create(
            customer_id=customer, orders=pick([0, 1, 5]), net=Decimal(pick(MONEY)),
            balance=pick([-1, 1]) * Decimal(pick(MONEY)), usual_gap=self.maybe(pick([0, 1, 7, 30, 31])),
            due_on=self.maybe(self.day()), lapses_on=self.maybe(self.day()), oldest_due=self.maybe(self.day()),
        )  # fmt: skip
        if self.maybe(True, 0.7):
            CustomerScore.objects.create(
                customer_id=customer, recency=pick([1, 3, 5]), frequency=pick([1, 5]), monetary=pick([1, 4]),
                rfm_class=pick(["champion", "lost", "new"]), scored_on=TODAY,
            )  # fmt: skip
            CustomerStage.objects.create(
                customer_id=customer, stage=pick(["active", "late", "lost"]), since=TODAY, gap=30, due_on=TODAY,
                risk=pick([0, 50, 100]),
            )  # fmt: skip
        if self.maybe(True, 0.5):
            Opportunity.objects.create(
                customer_id=customer, kind=pick(["lapsing", "growing"]), state=pick(["open", "taken", "done"]),
                found_on=TODAY, seen_on=TODAY,
            )  # fmt: skip

    def _behaviour(self, customer: int, contact: int, number: int) -> None:
        pick = self.chance.choice
        for n in range(pick([0, 1, 2])):
            visitor = Visitor.objects.create(
                kind="a", value=f"{number}-{n}", customer_id=self.maybe(customer, 0.9)
            )
            for m in range(pick([0, 1, 4])):
                Event.objects.create(
                    once=number * 1000 + n * 100 + m, visitor=visitor, type="track", name=pick(EVENTS),
                    subject=pick(["", "W1", "/cart"]), at=self.at(), received_at=self.at(), source_id=self.source,
                    bot=self.maybe(True, 0.15) is True, properties=pick(PROPERTIES),
                )  # fmt: skip
            for _m in range(pick([0, 1, 2])):
                at = self.at()
                Visit.objects.create(
                    visitor=visitor,
                    source_id=self.source,
                    started_at=at,
                    ended_at=at,
                    bot=self.maybe(True, 0.2) is True,
                )
        for dispatch in self.dispatches:
            if self.maybe(True, 0.5):
                Message.objects.create(
                    dispatch_id=dispatch, customer_id=customer, contact_id=contact, sent_at=self.maybe(self.at(), 0.8),
                    first_opened_at=self.maybe(self.at(), 0.5), first_clicked_at=self.maybe(self.at(), 0.3),
                    state="sent",
                )  # fmt: skip


def moment(days_ago: int, clock: dt.time) -> dt.datetime:
    return dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), clock, ZONE)


def copied() -> duckdb.DuckDBPyConnection:
    """The records as they are, in an engine of their own with the schema `lake`."""
    engine = duckdb.connect()
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("ATTACH ':memory:' AS lake")
    for table in TABLES.values():
        engine.execute(schema.creating(table))
        records.gather(engine, f"lake.{table.name}", table, "", str(ZONE), how="few")
    return engine
