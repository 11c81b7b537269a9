"""Orders for tests of standing and opportunities: written plainly, with the sums recounted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from grahak.catalogue.models import Category, Product
from grahak.core import business
from grahak.customers.models import Customer
from grahak.sales.models import Order, OrderLine
from grahak.sales.recount import recount_customers


def buyer(name: str, **more: Any) -> Customer:
    return Customer.objects.create(name=name, name_sort=name.lower(), **more)


def item(code: str, category: str = "") -> Product:
    shelf = Category.objects.get_or_create(name=category)[0] if category else None
    return Product.objects.get_or_create(code=code, defaults={"name": code.title(), "category": shelf})[0]


def sell(customer: Customer, days_ago: Iterable[int], amount: int = 100, what: Product | None = None) -> None:
    """One order of one line at noon on each of these days."""
    for ago in days_ago:
        day = business.today() - dt.timedelta(days=ago)
        at = business.day_start(day) + dt.timedelta(hours=12)
        order = Order.objects.create(
            number=f"T-{Order.objects.count() + 1}", source="test", customer=customer, placed_at=at,
            net=Decimal(amount), total=Decimal(amount), branch=customer.branch,
        )  # fmt: skip
        OrderLine.objects.create(
            order=order, ordinal=1, product=what, quantity=Decimal(1), unit_price=Decimal(amount),
            amount=Decimal(amount),
        )  # fmt: skip
    recount_customers([customer.pk])
