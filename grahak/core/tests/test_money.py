"""Money is exact in the database and grouped for reading."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from grahak.catalogue.models import Product
from grahak.core import money

pytestmark = pytest.mark.django_db


def test_sums_of_money_are_exact(business):
    for n in range(10):
        Product.objects.create(code=str(n), name="Thread", price=Decimal("0.10"))
    assert Product.objects.aggregate(sum=Sum("price"))["sum"] == Decimal("1.0000")


def test_rupees_are_grouped_by_lakh_and_crore(business):
    assert money.figure(Decimal("12485300")) == "1,24,85,300"
    assert money.figure(Decimal("-6300.5"), 2) == "−6,300.50"
    assert money.figure(None) == "–"


def test_western_grouping_is_the_shops_choice(business):
    business.grouping = "western"
    business.save()
    from grahak.core import business as kept

    kept.forget()
    assert money.figure(Decimal("12485300")) == "12,485,300"
