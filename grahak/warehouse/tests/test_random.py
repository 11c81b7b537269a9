"""After any run of edits, in any order, with syncs anywhere between them, the warehouse holds what the records do."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grahak.core.models import Business
from grahak.customers.models import Customer, CustomerTag, Event, Source, Tag, Visitor
from grahak.sales.models import LedgerEntry, Order, OrderLine, Payment
from grahak.warehouse import sync
from grahak.warehouse.tests.same import differing

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "customer",
                "order",
                "order",
                "line",
                "cancel",
                "move",
                "drop_order",
                "drop_customer",
                "rename",
                "tag",
                "retag",
                "event",
                "event",
                "link",
                "unlink",
                "drop_event",
                "pay",
                "void",
                "owe",
                "undone",
                "sync",
                "sync",
            ]
        ),
        st.integers(0, 5),
        st.integers(-50, 5000),
    ),
    min_size=5,
    max_size=30,
)


class Shop:
    """Edits by name; PLACE picks a row, VALUE is what is written."""

    def __init__(self) -> None:
        self.source = Source.objects.create(name="Shop", write_key="k")
        self.visitors = [Visitor.objects.create(kind="a", value=str(n)) for n in range(3)]
        self.tags = [Tag.objects.create(name=f"tag {n}") for n in range(3)]
        self.made = 0

    def pick(self, rows: Any, place: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[place % len(found)] if found else None

    def edit(self, what: str, place: int, value: int) -> None:
        self.made += 1
        getattr(self, what)(place, value)

    def customer(self, place: int, value: int) -> None:
        Customer.objects.create(name=f"Customer {value}")

    def order(self, place: int, value: int) -> None:
        order = Order.objects.create(
            number=f"n{self.made}", customer=self.pick(Customer.objects, place), net=value,
            placed_at=START + dt.timedelta(hours=value),
        )  # fmt: skip
        for ordinal in range(1, place % 3 + 1):
            OrderLine.objects.create(order=order, ordinal=ordinal, quantity=1, unit_price=value, amount=value)

    def line(self, place: int, value: int) -> None:
        OrderLine.objects.filter(
            pk__in=[line.pk for line in [self.pick(OrderLine.objects, place)] if line]
        ).update(amount=value)

    def cancel(self, place: int, value: int) -> None:
        Order.objects.filter(pk__gte=place * 2).update(cancelled_at=START)

    def move(self, place: int, value: int) -> None:
        Order.objects.filter(pk__gte=place).update(customer=self.pick(Customer.objects, value % 7))

    def drop_order(self, place: int, value: int) -> None:
        if order := self.pick(Order.objects, place):
            order.delete()

    def drop_customer(self, place: int, value: int) -> None:
        free = Customer.objects.filter(orders=None, payments=None, ledger=None)
        if customer := self.pick(free, place):
            customer.delete()

    def rename(self, place: int, value: int) -> None:
        Customer.objects.filter(pk__gte=place).update(name=f"Renamed {value}")

    def tag(self, place: int, value: int) -> None:
        if customer := self.pick(Customer.objects, place):
            CustomerTag.objects.get_or_create(customer=customer, tag=self.tags[value % 3])

    def retag(self, place: int, value: int) -> None:
        Tag.objects.filter(pk=self.tags[place % 3].pk).update(name=f"tag {place % 3} {value}")

    def event(self, place: int, value: int) -> None:
        Event.objects.bulk_create(
            Event(
                once=self.made * 10 + n, visitor=self.visitors[place % 3], type="track", name="Product Viewed",
                at=START + dt.timedelta(hours=value), received_at=START, source=self.source, value=value,
            )
            for n in range(place + 1)
        )  # fmt: skip

    def link(self, place: int, value: int) -> None:
        Visitor.objects.filter(pk=self.visitors[place % 3].pk).update(
            customer=self.pick(Customer.objects, value % 7)
        )

    def unlink(self, place: int, value: int) -> None:
        Visitor.objects.filter(pk=self.visitors[place % 3].pk).update(customer=None)

    def drop_event(self, place: int, value: int) -> None:
        Event.objects.filter(
            pk__in=list(Event.objects.order_by("-pk").values_list("pk", flat=True)[:place])
        ).delete()

    def pay(self, place: int, value: int) -> None:
        if customer := self.pick(Customer.objects, place):
            Payment.objects.create(customer=customer, amount=value or 1)

    def void(self, place: int, value: int) -> None:
        Payment.objects.filter(pk__gte=place).update(voided_at=START)

    def owe(self, place: int, value: int) -> None:
        if customer := self.pick(Customer.objects, place):
            LedgerEntry.objects.create(customer=customer, kind="opening", amount=value)

    def undone(self, place: int, value: int) -> None:
        class Undone(Exception):
            pass

        try:
            with transaction.atomic():
                self.order(place, value)
                Customer.objects.update(city="never")
                raise Undone
        except Undone:
            pass

    def sync(self, place: int, value: int) -> None:
        sync.catch_up()


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="each example is rolled back, which settles nothing"
)
@pytest.mark.django_db
@settings(
    max_examples=int(os.environ.get("GRAHAK_EXAMPLES") or 5),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(edits=EDITS)
def test_the_warehouse_equals_the_records_after_any_edits(
    business: Business, warehouse: Path, edits: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        shop = Shop()
        sync.catch_up()
        for what, place, value in edits:
            shop.edit(what, place, value)
        sync.catch_up()
        assert differing() == {}
        transaction.set_rollback(True)
