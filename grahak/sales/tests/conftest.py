"""What the tests of this room sell, and to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from grahak.catalogue.models import Product, ServiceCode
from grahak.core import business
from grahak.core.models import Branch, Business
from grahak.customers.models import Customer
from grahak.sales.actions import LineDraft


@pytest.fixture
def mehta(rajkot: Branch) -> Customer:
    """A wholesale customer of the Rajkot branch, 45 days' credit up to 6,00,000."""
    return Customer.objects.create(
        name="Mehta Saree Centre",
        name_sort="mehta saree centre",
        kind="business",
        branch=rajkot,
        credit_days=45,
        credit_limit=Decimal(600_000),
    )


@pytest.fixture
def iqbal(rajkot: Branch) -> Customer:
    return Customer.objects.create(
        name="محمد اقبال", name_sort="muhammad iqbal", branch=rajkot, language="ur"
    )


@pytest.fixture
def georgette(business: Business) -> Product:
    return Product.objects.create(
        code="GEO-1", name="Georgette, pastel", price=Decimal(620), tax_rate=Decimal(5)
    )


@pytest.fixture
def bandhani(business: Business) -> Product:
    return Product.objects.create(code="BAN-1", name="Bandhani, cotton", price=Decimal(540))


@pytest.fixture
def postage(business: Business) -> ServiceCode:
    return ServiceCode.objects.create(code="POST", label="Postage")


@pytest.fixture
def noon() -> Callable[[int], dt.datetime]:
    """Noon by the shop's clock, so many days ago."""

    def at(days_ago: int) -> dt.datetime:
        day = business.today() - dt.timedelta(days=days_ago)
        moment = business.day_start(day) + dt.timedelta(hours=12)
        return moment if days_ago else business.day_start(day)

    return at


def line(quantity: str | int, price: str | int, what: str = "Cloth", **more: object) -> LineDraft:
    """A line of something that is not in the item list."""
    return LineDraft(
        quantity=Decimal(str(quantity)),
        unit_price=Decimal(str(price)),
        description=what,
        **more,  # type: ignore[arg-type]
    )
