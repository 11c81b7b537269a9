"""RFM follows its written rules, on every database."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from grahak.customers.models import Customer
from grahak.insight.models import CustomerScore
from grahak.insight.rfm import class_of, rescore
from grahak.sales.models import CustomerFigures

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def buyers(rows):
    now = timezone.now()
    for number, (days_ago, orders, net) in enumerate(rows):
        last = now - dt.timedelta(days=days_ago) if orders else None
        customer = Customer.objects.create(name=f"Shop {number}")
        CustomerFigures.objects.create(customer=customer, orders=orders, net=Decimal(net), last_at=last)


def scores():
    rows = CustomerScore.objects.order_by("customer_id")
    return [(row.recency, row.frequency, row.monetary, row.rfm_class) for row in rows]


def test_five_buyers_fall_into_five_fifths(business):
    buyers([(50, 1, 10), (40, 2, 20), (30, 3, 30), (20, 4, 40), (10, 5, 50)])
    assert rescore() == 5
    assert scores() == [
        (1, 1, 1, "lost"),
        (2, 2, 2, "hibernating"),
        (3, 3, 3, "attention"),
        (4, 4, 4, "loyal"),
        (5, 5, 5, "champion"),
    ]


def test_equal_values_get_equal_scores(business):
    buyers([(90, 7, 10), (10, 1, 10), (10, 1, 10)])
    CustomerFigures.objects.update(last_at=timezone.now())
    rescore()
    assert scores() == [(1, 4, 1, "at_risk"), (1, 1, 1, "lost"), (1, 1, 1, "lost")]


def test_who_never_bought_has_no_score(business):
    buyers([(0, 0, 0), (3, 1, 10)])
    assert rescore() == 1


def test_a_customer_without_orders_loses_the_score(business):
    buyers([(3, 1, 10), (4, 1, 10)])
    rescore()
    CustomerFigures.objects.filter(customer__name="Shop 0").update(orders=0)
    assert rescore() == 1
    assert CustomerScore.objects.get().customer.name == "Shop 1"


def test_scoring_again_changes_nothing(business):
    buyers([(50, 1, 10), (40, 2, 20)])
    rescore()
    before = list(CustomerScore.objects.order_by("pk").values_list())
    rescore()
    assert list(CustomerScore.objects.order_by("pk").values_list()) == before


def test_halves_are_rounded_up_and_one_late_order_is_new():
    assert class_of(5, 3, 4, 2) == "champion"
    assert class_of(1, 4, 5, 9) == "cant_lose"
    assert class_of(5, 1, 5, 1) == "new"
