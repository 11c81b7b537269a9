"""The warehouse and the records give the same stages and opportunities; the jobs that look for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django_tasks_db.models import DBTaskResult

from grahak.core import business as shop
from grahak.core.events import announce
from grahak.core.models import Setting
from grahak.insight import facts, lifecycle
from grahak.insight.jobs import study_customers
from grahak.insight.lifecycle.standing import LAST_RUN
from grahak.insight.models import CustomerStage, Opportunity
from grahak.insight.opportunities.keeping import look
from grahak.insight.tests.shop import buyer, item, sell
from grahak.warehouse import sync


def people() -> None:
    one = buyer("Mehta")
    sell(one, [60, 70, 80, 90], 500, item("bag", "Bags"))
    sell(one, [5, 15, 25, 35, 45, 55], 200, item("cloth", "Cloth"))
    sell(buyer("Iqbal"), [50, 70, 90, 110], 1000)
    sell(buyer("Once"), [3], 10)


def found() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return (
        list(
            CustomerStage.objects.order_by("pk").values_list(
                "pk", "stage", "gap", "own", "due_on", "risk", "pace"
            )
        ),
        list(
            Opportunity.objects.order_by("customer", "kind").values_list(
                "customer", "kind", "subject", "worth"
            )
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_the_warehouse_answers_as_the_records_do(business: object, warehouse: Path) -> None:
    people()
    lifecycle.restage()
    look()
    assert Setting.objects.get(pk=LAST_RUN).value["from"] == "records"
    from_records = found()
    assert len(from_records[0]) == 3
    assert {kind for _customer, kind, _subject, _worth in from_records[1]} >= {"lapsing", "stopped"}
    CustomerStage.objects.all().delete()
    Opportunity.objects.all().delete()
    sync.catch_up()
    lifecycle.restage()
    look()
    assert Setting.objects.get(pk=LAST_RUN).value["from"] == "warehouse"
    assert found() == from_records


@pytest.mark.django_db
def test_what_a_transaction_has_written_is_among_the_facts(business: object, warehouse: Path) -> None:
    sync.catch_up()
    sell(buyer("Mehta"), [1], 500)
    with facts.reading() as answer:
        assert answer.source == "records"
        assert answer.one("SELECT COUNT(*) FROM lines") == 1


def waiting() -> int:
    return DBTaskResult.objects.filter(task_path=study_customers.module_path).count()


@pytest.mark.django_db(transaction=True)
def test_customers_are_studied_daily_and_once_after_an_import(business: object) -> None:
    announce("sales.orders.changed", customer_ids=(), days=())
    announce("sales.orders.changed", customer_ids=(), days=())
    assert waiting() == 1
    DBTaskResult.objects.all().delete()
    announce("core.day.began", day=shop.today())
    assert waiting() == 1


@pytest.mark.django_db
def test_the_job_finds_stages_and_opportunities(business: object) -> None:
    people()
    done = study_customers.call()
    assert done["staged"] == 3
    assert done["stopped"] == 1
