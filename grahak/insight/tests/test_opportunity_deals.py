"""Opportunities made into deals: once while one is open, with amount and reasoning, closed by what becomes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from grahak.core import business as shop
from grahak.customers.models import Customer
from grahak.insight.models import Opportunity
from grahak.sales.deals import actions
from grahak.sales.models import Deal, LostReason

pytestmark = pytest.mark.django_db


@pytest.fixture
def chance(rajkot: Any) -> Opportunity:
    mehta = Customer.objects.create(name="Mehta Saree Centre", name_sort="mehta", branch=rajkot)
    today = shop.today()
    facts = {"now": "600", "before": "300", "season": None}
    return Opportunity.objects.create(
        kind="growing", customer=mehta, worth=Decimal("300.129"), facts=facts, found_on=today, seen_on=today
    )


def test_one_press_makes_a_deal_with_amount_reasoning_and_owner(chance, as_bilal, bilal):
    answer = as_bilal.post("/opportunities/change/", {"one": chance.pk}, follow=True)
    deal = Deal.objects.get()
    assert (deal.customer, deal.owner, deal.source) == (chance.customer, bilal, "opportunity")
    assert deal.amount == Decimal("300.13")
    assert "600 in the last ninety days" in deal.why and "₹ 300" in deal.why
    assert deal.get_absolute_url() in answer.content.decode()
    chance.refresh_from_db()
    assert (chance.state, chance.taken_by) == ("taken", bilal)


def test_none_becomes_a_second_deal_while_one_is_open(chance, as_bilal):
    for _press in range(2):
        answer = as_bilal.post("/opportunities/change/", {"do": "deal", "ids": [chance.pk]}, follow=True)
    assert Deal.objects.count() == 1
    assert "1 has an open deal already." in answer.content.decode()


def test_a_won_deal_finishes_its_opportunity_and_a_lost_one_puts_it_aside(chance, as_bilal, bilal):
    as_bilal.post("/opportunities/change/", {"do": "deal", "ids": [chance.pk]})
    deal = Deal.objects.get()
    actions.win(deal, by=bilal)
    chance.refresh_from_db()
    assert chance.state == "done"
    Opportunity.objects.update(state="open")
    as_bilal.post("/opportunities/change/", {"do": "deal", "ids": [chance.pk]})
    second = Deal.objects.get(state="open")
    actions.lose(second, LostReason.objects.all()[0], by=bilal)
    chance.refresh_from_db()
    assert (chance.state, chance.note) == ("dismissed", LostReason.objects.all()[0].name)


def test_who_may_not_write_deals_makes_none(chance, as_amina, amina):
    amina.role = "agent"
    amina.save()
    assert as_amina.post("/opportunities/change/", {"do": "deal", "ids": [chance.pk]}).status_code == 404
    assert not Deal.objects.exists()
