"""The demo shop has two pipelines with deals in all their states."""

from __future__ import annotations

import pytest

from grahak.core.models import Branch, User
from grahak.customers.models import Customer
from grahak.sales.deals import counting
from grahak.sales.deals.demo import tell_story
from grahak.sales.models import CustomerFigures, Deal, Pipeline, StageFigures

pytestmark = pytest.mark.django_db


def test_the_demo_tells_deals_in_two_pipelines_and_only_once(amina: User, rajkot: Branch) -> None:
    for number in range(30):
        customer = Customer.objects.create(
            kind="business", name=f"Shop {number}", name_sort=f"shop {number:02}", branch=rajkot
        )
        CustomerFigures.objects.create(customer=customer, orders=5, net=1000 * number)
    assert tell_story(by=amina) == 42
    assert tell_story(by=amina) == 0
    assert sorted(Pipeline.objects.values_list("name", flat=True)) == ["Big orders", "New shops"]
    states = Deal.objects.values_list("pipeline__name", "state").distinct()
    assert set(states) == {
        (name, state) for name in ("Big orders", "New shops") for state in ("open", "won", "lost")
    }
    kept = set(StageFigures.objects.values_list("cell", "deals", "amount"))
    counting.recount_all()
    assert set(StageFigures.objects.values_list("cell", "deals", "amount")) == kept
