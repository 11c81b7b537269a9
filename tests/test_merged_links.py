"""An old number of a merged customer, in links, lists and the API's filters, leads to the one that was kept."""

from __future__ import annotations

import pytest
from django.test import Client

from grahak.connect.api.tests.conftest import Caller
from grahak.core.models import Branch, User
from grahak.customers import actions
from grahak.customers.merging import merge_customers, undo_merge
from grahak.customers.models import Customer, Merge
from grahak.sales.actions import place_order
from grahak.sales.deals.actions import DealDraft, add_deal
from grahak.sales.deals.actions.pipelines import add_pipeline
from grahak.sales.tests.conftest import line
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(amina: User, rajkot: Branch) -> tuple[Customer, Customer]:
    """Iqbal and the second record of him, merged; the order, the deal and the task were the second's."""
    kept = actions.add_customer(by=amina, name="Iqbal Traders", branch=rajkot)
    gone = actions.add_customer(by=amina, name="Iqbal Trader", branch=rajkot)
    other = actions.add_customer(by=amina, name="Mehta", branch=rajkot)
    stage = add_pipeline("", by=amina, start="orders").stages.get(position=0)
    for one in (gone, other):
        place_order(by=amina, customer=one, lines=[line(1, 100)], number=f"N-{one.name}")
        add_deal(DealDraft(customer=one, title="Sarees", stage=stage), by=amina)
        actions.add_task(by=amina, title="Ring", customer=one)
    merge_customers(kept, gone, by=amina)
    return kept, gone


@pytest.mark.parametrize("name", ["orders", "deals", "tasks", "ledger", "contacts"])
def test_the_api_s_filters_follow_a_merge(name: str, amina: User, pair: tuple[Customer, Customer]) -> None:
    owner, (kept, gone) = Caller("owner", amina), pair
    asked = owner.get(f"/{name}?customer={gone.pk}")
    assert asked.status_code == 200, asked.content
    assert asked.json()["data"] == owner.get(f"/{name}?customer={kept.pk}").json()["data"] != []
    assert {row["customer"] for row in asked.json()["data"]} == {kept.pk}


def test_a_key_that_sees_neither_is_told_nothing(
    amina: User, surat: Branch, pair: tuple[Customer, Customer]
) -> None:
    stranger = Caller("salesman", amina, surat)
    assert stranger.get(f"/orders?customer={pair[1].pk}").json()["data"] == []


def test_a_merge_taken_back_leads_apart_again(amina: User, pair: tuple[Customer, Customer]) -> None:
    owner, (kept, gone) = Caller("owner", amina), pair
    undo_merge(Merge.objects.get(), by=amina)
    assert owner.get(f"/orders?customer={kept.pk}").json()["data"] == []
    assert [row["customer"] for row in owner.get(f"/orders?customer={gone.pk}").json()["data"]] == [gone.pk]


def test_the_list_of_orders_follows_a_merge(as_amina: Client, pair: tuple[Customer, Customer]) -> None:
    page = as_amina.get(f"/orders/?customer={pair[1].pk}")
    assert [one.number for one in page.context["page"].rows] == ["N-Iqbal Trader"]
    assert page.context["asked"].customer == pair[0]


@pytest.mark.parametrize(
    "url",
    ["/orders/new/?customer={}", "/payments/new/?customer={}", "/deals/new/?customer={}",
     "/khata/{}/", "/tasks/add/?customer={}"],
)  # fmt: skip
def test_a_form_and_a_statement_follow_a_merge(
    url: str, as_amina: Client, chirag: User, pair: tuple[Customer, Customer]
) -> None:
    page = as_amina.get(url.format(pair[1].pk))
    assert (page.status_code, "Iqbal Traders" in page.content.decode()) == (200, True)
    assert signed_in(chirag).get(url.format(pair[1].pk)).status_code == 404
