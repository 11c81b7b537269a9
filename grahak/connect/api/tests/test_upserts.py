"""Customers by the numbers of another system: a hundred at once leave the same rows as one by one."""

from __future__ import annotations

from typing import Any

import pytest

from grahak.connect.api.tests.conftest import Caller
from grahak.core.models import AuditEntry, Branch, User
from grahak.customers import actions, custom
from grahak.customers.models import Activity, Customer, CustomerTag, ExternalRef, Identity, NameKey
from grahak.customers.search.find import found_ids

pytestmark = pytest.mark.django_db


def item(number: int, **more: Any) -> dict[str, Any]:
    return {
        "source": "tally", "external_id": f"P-{number}", "name": f"محمد اقبال {number}", "city": "Rajkot",
        "phones": [f"98250{number:05d}"], "emails": [f"p{number}@example.com"], "tags": ["wholesale"], **more,
    }  # fmt: skip


def _left() -> Any:
    """Everything that customers leave behind, without numbers of rows and moments."""
    return [
        (
            one.name, one.name_sort, one.city, one.source, one.branch_id, one.kind, one.language,
            sorted(Identity.objects.filter(contact__customer=one).values_list("kind", "value", "shown")),
            sorted(CustomerTag.objects.filter(customer=one).values_list("tag__name", flat=True)),
            sorted(NameKey.objects.filter(customer=one).values_list("kind", "token", "tokens")),
            sorted(ExternalRef.objects.filter(customer=one).values_list("source", "external_id")),
            list(Activity.objects.filter(customer=one).order_by("pk").values_list("kind", "group", "subject")),
            sorted(
                AuditEntry.objects.filter(subject="customers.Customer", subject_id=one.pk)
                .values_list("action", "actor", "label")
            ),
            list(one.contacts.values_list("name", "is_primary", "language")),
        )
        for one in Customer.objects.order_by("pk")
    ]  # fmt: skip


def test_many_together_leave_what_one_by_one_leaves(owner: Caller, rajkot: Branch) -> None:
    first = [item(number) for number in range(6)]
    second = [item(number, city="Surat", phones=["98250 99999"], tags=["retail"]) for number in range(3)]
    for body in (first, second):
        for one in body:
            rest = {name: value for name, value in one.items() if name not in ("source", "external_id")}
            path = f"/customers/by-ref/tally/{one['external_id']}"
            assert owner.ask("PUT", path, rest).status_code in (200, 201)
    alone = _left()
    Customer.objects.all().delete()
    AuditEntry.objects.filter(action__startswith="customers.").delete()
    together = owner.post("/customers/upsert", {"items": first}).json()["results"]
    assert [one["status"] for one in together] == [201] * 6
    again = owner.post("/customers/upsert", {"items": second}).json()["results"]
    assert [one["status"] for one in again] == [200] * 3
    assert _left() == alone


def test_what_was_upserted_is_found_by_name_at_once(owner: Caller, amina: User) -> None:
    owner.post("/customers/upsert", {"items": [item(1)]})
    assert found_ids(amina, "mohammad iqbal") == [Customer.objects.get().pk]


def test_a_wrong_item_holds_up_no_other(owner: Caller, amina: User) -> None:
    actions.add_field(by=amina, name="Route", kind="choice", options=["North"])
    custom.forget()
    bad = [
        item(1, phones=["x"]), item(2, own={"route": "West"}), item(3, branch=999), item(4, name=" "), {"source": "t"},
        item(5, own={"route": "North"}), "text", item(6, country="INDIA"), item(7, tags=["x" * 61]),
    ]  # fmt: skip
    results = owner.post("/customers/upsert", {"items": bad}).json()["results"]
    assert [one["status"] for one in results] == [422, 422, 422, 422, 422, 201, 422, 422, 422]
    fields = [one["error"]["errors"][0]["field"] for one in results if one["status"] == 422]
    assert fields == ["phones", "own.route", "branch", "name", "external_id", "", "country", "tags"]
    assert Customer.objects.count() == 1


def test_the_same_number_twice_in_a_batch_is_one_customer(owner: Caller) -> None:
    results = owner.post("/customers/upsert", {"items": [item(1), item(1, city="Surat")]}).json()["results"]
    assert [one["status"] for one in results] == [201, 200]
    assert Customer.objects.get().city == "Surat"


def test_a_key_of_one_branch_upserts_into_its_own(amina: User, rajkot: Branch, surat: Branch) -> None:
    here, there = Caller("salesman", amina, rajkot), Caller("salesman", amina, surat)
    made = here.post("/customers/upsert", {"items": [item(1)]}).json()["results"]
    assert made[0]["status"] == 201
    assert Customer.objects.get().branch == rajkot
    other = there.post("/customers/upsert", {"items": [item(1, name="Taken over")]}).json()["results"]
    assert other[0]["status"] == 422
    assert Customer.objects.get().name == "محمد اقبال 1"


def test_a_hundred_cost_few_statements(owner: Caller, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(160):
        results = owner.post("/customers/upsert", {"items": [item(n) for n in range(100)]}).json()["results"]
    assert {one["status"] for one in results} == {201}


def test_a_number_that_somebody_else_writes_at_the_same_moment_is_not_made_twice(
    owner: Caller, rajkot: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.connect.api.resources import puts

    owner.post("/customers/upsert", {"items": [item(1)]})
    # what the other one wrote was not there yet when this one looked
    monkeypatch.setattr(puts._Together, "_known", lambda _self, _items: {})
    results = owner.post("/customers/upsert", {"items": [item(1, city="Surat"), item(2)]}).json()["results"]
    assert [one["status"] for one in results] == [200, 201]
    assert sorted(Customer.objects.values_list("name", "city")) == [
        ("محمد اقبال 1", "Surat"), ("محمد اقبال 2", "Rajkot")
    ]  # fmt: skip


def test_a_key_withdrawn_in_the_middle_stops_before_the_next_piece_and_tells_what_was_done(
    owner: Caller, rajkot: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.core import events
    from grahak.core.actions.keys import withdraw_key

    monkeypatch.setitem(
        events._LISTENERS, "customers.added", [lambda customer_ids: withdraw_key(owner.key, by=None)]
    )
    answer = owner.post("/customers/upsert", {"items": [item(number) for number in range(30)]})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_withdrawn")
    assert [one["status"] for one in answer.json()["results"]] == [201] * 25
    assert Customer.objects.count() == 25
