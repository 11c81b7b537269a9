"""The demo's visits: made up around real orders, through the intake's reading and the digest."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.connect.digest import demo
from grahak.core.models import Branch, User
from grahak.customers.actions import add_customer
from grahak.customers.models import Activity, Customer, Event, Rejected, Source, Visit, Visitor
from grahak.sales.actions import LineDraft, place_order

pytestmark = pytest.mark.django_db


def test_customers_are_found_and_their_visits_stand_in_the_day_book(amina: User, rajkot: Branch) -> None:
    items = [Product.objects.create(code=f"I{n}", name=f"LANTERN {n}", price=Decimal(90)) for n in range(12)]
    for number in range(3):
        customer = add_customer(by=amina, name=f"Shop {number}", emails=[f"shop{number}@kapasi.example"])
        placed = timezone.now() - dt.timedelta(days=number + 1)
        lines = [LineDraft(product=items[number], quantity=Decimal(2), unit_price=Decimal(90))]
        place_order(by=amina, customer=customer, branch=rajkot, lines=lines, placed_at=placed)
    told = demo.tell_story(by=amina)
    assert told["events"] == Event.objects.count() > 100
    assert Customer.objects.count() == 3
    assert Visitor.objects.filter(customer__isnull=False).count() == 6
    ordered = [line for line in Activity.objects.filter(group="web") if line.facts.get("ordered")]
    assert {line.customer.name for line in ordered} == {"Shop 0", "Shop 1", "Shop 2"}
    assert Visit.objects.filter(bot=True).count() == 5
    assert "made up" in Source.objects.get().name
    assert Rejected.objects.count() == 3
    assert Event.objects.filter(at__gt=timezone.now()).count() == 0
