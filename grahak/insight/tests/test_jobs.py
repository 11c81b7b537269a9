"""When everybody is scored anew, and what stands on the pages of customers."""

from __future__ import annotations

import pytest
from django_tasks_db.models import DBTaskResult

from grahak.core import business
from grahak.core.events import announce
from grahak.customers.models import Customer
from grahak.insight.jobs import rescore_customers
from grahak.insight.models import CustomerScore
from grahak.insight.rfm import rescore
from grahak.sales.models import CustomerFigures

pytestmark = pytest.mark.django_db(transaction=True)


def waiting() -> int:
    return DBTaskResult.objects.filter(task_path=rescore_customers.module_path).count()


def test_an_import_is_scored_once_however_many_pieces_it_has(business):
    announce("sales.orders.changed", customer_ids=[1], days=[])
    assert waiting() == 0  # one order by hand waits for the night
    for _ in range(3):
        announce("sales.orders.changed", customer_ids=(), days=())
    assert waiting() == 1


def test_a_new_day_scores_everybody_anew(amina):
    announce("core.day.began", day=business.today())
    assert waiting() == 1


def test_a_class_is_shown_filtered_and_forgotten(as_amina):
    buyers = [Customer.objects.create(name=f"Buyer {number}") for number in range(5)]
    for number, buyer in enumerate(buyers):
        moment = business.day_start(business.today()).replace(year=2020 + number)
        CustomerFigures.objects.create(customer=buyer, orders=number + 1, net=number, last_at=moment)
    rescore()
    page = as_amina.get(f"/customers/{buyers[4].pk}/").content.decode()
    assert "Champions" in page
    listed = as_amina.get("/customers/?rfm=is:champion").content.decode()
    assert "Buyer 4" in listed
    assert "Buyer 0" not in listed
    CustomerFigures.objects.update(orders=0)
    rescore()
    assert not CustomerScore.objects.exists()
