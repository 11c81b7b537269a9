"""The page of the warehouse: what it says, what it starts, and what may be downloaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from grahak.core.models import AuditEntry
from grahak.customers.models import Customer
from grahak.warehouse import copies, jobs, sync, trouble

# PostgreSQL settles no change of a transaction that still runs, so there each test commits
pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
PAGE = "/settings/warehouse/"


def test_the_page_opens_before_there_is_a_warehouse(as_amina: Client, warehouse: Path) -> None:
    shown = as_amina.get(PAGE).content.decode()
    assert "There is no warehouse yet." in shown


def test_the_page_shows_rows_on_both_sides_once_counted(as_amina: Client, warehouse: Path) -> None:
    Customer.objects.create(name="Ayesha")
    sync.catch_up()
    assert "Up to date." in as_amina.get(PAGE).content.decode()
    assert "agrees" not in as_amina.get(PAGE).content.decode()
    assert jobs.count_warehouse.func() is True
    shown = as_amina.get(PAGE).content.decode()
    assert "agrees" in shown
    assert "differs" not in shown
    assert "Monday of the week" in shown  # what columns mean


def test_a_fault_is_said_in_plain_words_with_the_moment_since_when(as_amina: Client, warehouse: Path) -> None:
    sync.catch_up()
    trouble.note(OSError("[Errno 28] No space left on device"))
    shown = as_amina.get(PAGE).content.decode()
    assert "The disk is full." in shown
    assert "Out of date since" in shown


def test_rebuilding_and_counting_are_jobs_asked_for_once(as_amina: Client, warehouse: Path) -> None:
    for name in ("rebuild", "rebuild", "count"):
        assert as_amina.post(reverse(f"warehouse:{name}")).status_code == 302
    paths = sorted(DBTaskResult.objects.values_list("task_path", flat=True))
    assert [path.rsplit(".", 1)[1] for path in paths] == ["count_warehouse", "rebuild_warehouse"]
    assert AuditEntry.objects.filter(action="warehouse.rebuild.asked").count() == 2


def test_copies_are_chosen_written_and_downloaded(as_amina: Client, warehouse: Path) -> None:
    Customer.objects.create(name="Ayesha")
    sync.catch_up()
    told = as_amina.post(reverse("warehouse:choose"), {"every": "daily", "tables": ["customers"], "now": "1"})
    assert told.status_code == 302
    assert copies.plan() == copies.Plan("daily", ("customers",))
    assert jobs.write_copies.func() == 1
    answer = as_amina.get(reverse("warehouse:download", args=["customers"]))
    assert b"".join(answer.streaming_content)[:4] == b"PAR1"  # type: ignore[attr-defined]
    assert AuditEntry.objects.get(action="warehouse.copy.downloaded").label == "customers"
    assert as_amina.get(reverse("warehouse:download", args=["orders"])).status_code == 404
    wrong = as_amina.post(reverse("warehouse:choose"), {"every": "sometimes", "tables": ["customers"]})
    assert wrong.status_code == 422


def test_a_salesman_finds_no_such_page(as_bilal: Client, warehouse: Path) -> None:
    assert as_bilal.get(PAGE).status_code == 404
    assert as_bilal.post(reverse("warehouse:rebuild")).status_code == 404
