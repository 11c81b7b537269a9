"""A task that is about a deal leads to it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from grahak.customers.actions import add_customer, add_task
from grahak.sales.deals.actions import DealDraft, add_deal
from grahak.sales.deals.actions.pipelines import any_pipeline
from grahak.sales.deals.board import ABOUT

pytestmark = pytest.mark.django_db


def test_the_page_of_a_task_names_its_deal_and_leads_to_it(amina, as_amina, rajkot):
    customer = add_customer(by=amina, name="Iqbal Traders", branch=rajkot)
    stage = any_pipeline(by=amina).stages.first()
    draft = DealDraft(customer=customer, title="Lanterns", stage=stage, amount=Decimal(500), owner=amina)
    deal = add_deal(draft, by=amina)
    task = add_task(by=amina, title="Ask for the day", customer=customer, about=ABOUT, about_id=deal.pk)
    page = as_amina.get(reverse("customers:task", args=[task.pk])).content.decode()
    assert f'<a href="{deal.get_absolute_url()}"><bdi>Lanterns</bdi></a>' in page
