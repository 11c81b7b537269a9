"""What is done to many customers of a list, and who may."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grahak.core.models import AuditEntry, Batch, User
from grahak.customers import actions, custom
from grahak.customers.jobs import change_many, undo_many
from grahak.customers.leads.actions import capture
from grahak.customers.models import Customer, CustomerTag, MassChange
from grahak.customers.tests.world import many


def test_tagging_the_ticked_ones_asks_for_the_tag_and_carries_the_choice(
    as_amina: Client, amina: User
) -> None:
    one, two, _three = many(amina, 3)
    asked = as_amina.post("/customers/tag/", {"ids": [one.pk, two.pk], "query": "sort=-name"})
    html = asked.content.decode()
    assert "2 customers" in html
    assert f'<input type="hidden" name="ids" value="{two.pk}">' in html
    done = as_amina.post("/customers/tag/", {"ids": [one.pk, two.pk], "query": "sort=-name", "tag": "Diwali"})
    assert done["Location"] == "/customers/?sort=-name"
    assert sorted(CustomerTag.objects.values_list("customer", flat=True)) == [one.pk, two.pk]


def test_tagging_everybody_of_a_view_reaches_the_other_pages(as_amina: Client, amina: User) -> None:
    many(amina, 30)
    actions.add_customer(by=amina, name="Noor", kind="person")
    as_amina.post("/customers/tag/", {"all": "1", "query": "kind=is:business&size=25", "tag": "Diwali"})
    assert CustomerTag.objects.count() == 30


def test_a_broken_query_tags_nobody(as_amina: Client, amina: User) -> None:
    many(amina, 3)
    as_amina.post("/customers/tag/", {"all": "1", "query": "kind=is:alien", "tag": "Diwali"})
    assert CustomerTag.objects.count() == 0


def test_a_salesman_tags_only_his_branch(as_chirag: Client, amina: User, chirag: User) -> None:
    other = actions.add_customer(by=amina, name="Of Rajkot")
    own = actions.add_customer(by=chirag, name="Of Surat")
    as_chirag.post("/customers/tag/", {"ids": [other.pk, own.pk], "tag": "Diwali"})
    assert list(CustomerTag.objects.values_list("customer", flat=True)) == [own.pk]


@pytest.mark.parametrize("ids", [["x"], ["-1"], [str(2**70)], ["1"] * 2001, ["१"]])
def test_forged_ids_are_404(as_amina: Client, amina: User, ids: list[str]) -> None:
    assert as_amina.post("/customers/tag/", {"ids": ids, "tag": "Diwali"}).status_code == 404
    assert CustomerTag.objects.count() == 0


def test_what_was_done_is_undone_by_its_doer_only(as_amina: Client, as_chirag: Client, amina: User) -> None:
    one, two = many(amina, 2)
    as_amina.post("/customers/archive/", {"ids": [one.pk, two.pk]})
    batch = Batch.objects.get(kind="archive")
    assert Customer.objects.active().count() == 0
    assert as_chirag.post(f"/customers/batches/{batch.pk}/undo/").status_code == 404
    as_amina.post(f"/customers/batches/{batch.pk}/undo/")
    assert Customer.objects.active().count() == 2


def test_a_salesman_may_not_put_away(as_bilal: Client, bilal: User) -> None:
    (one,) = many(bilal, 1)
    assert as_bilal.post("/customers/archive/", {"ids": [one.pk]}).status_code == 404
    assert Customer.objects.active().count() == 1


def test_putting_somebody_in_charge(as_amina: Client, amina: User, bilal: User) -> None:
    (one,) = many(amina, 1)
    as_amina.post("/customers/assign/", {"ids": [one.pk], "owner": str(bilal.pk)})
    one.refresh_from_db()
    assert one.owner == bilal
    assert as_amina.post("/customers/assign/", {"ids": [one.pk], "owner": "999999"}).status_code == 404
    as_amina.post("/customers/assign/", {"ids": [one.pk], "owner": "none"})
    one.refresh_from_db()
    assert one.owner is None


def in_the_background(monkeypatch: pytest.MonkeyPatch, callbacks: Any, post: Any) -> MassChange:
    """What POST begins as a job, and its row."""
    from grahak.customers.views import mass

    monkeypatch.setattr(mass, "AT_ONCE", 2)
    given: list[dict[str, Any]] = []
    monkeypatch.setattr(type(change_many), "enqueue", lambda self, **told: given.append(told))
    with callbacks(execute=True):
        post()
    change = MassChange.objects.get()
    assert given == [{"change": change.pk}]
    return change


def test_very_many_are_done_in_the_background_as_one_change(
    as_amina: Client, amina: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    many(amina, 3)
    form = {"all": "1", "query": "kind=is:business", "tag": "Diwali"}
    change = in_the_background(
        monkeypatch, django_capture_on_commit_callbacks, lambda: as_amina.post("/customers/tag/", form)
    )
    page = f"/customers/batches/{change.batch_id}/"
    assert 'hx-trigger="every 2s"' in as_amina.get(page).content.decode()
    assert change_many.call(change=change.pk) == 3
    assert change_many.call(change=change.pk) == 3
    assert CustomerTag.objects.count() == 3
    html = as_amina.get(page).content.decode()
    assert "3 changed" in html
    assert 'hx-trigger="every 2s"' not in html
    CustomerTag.objects.first().delete()  # somebody took it off since
    as_amina.post(f"/customers/batches/{change.batch_id}/undo/")
    assert undo_many.call(change=change.pk, by=amina.pk) == 2
    assert undo_many.call(change=change.pk, by=amina.pk) == 2
    assert CustomerTag.objects.count() == 0


def test_rights_lost_while_the_job_waits_change_nothing(
    as_bilal: Client, bilal: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    many(bilal, 3)
    form = {"all": "1", "query": "kind=is:business", "tag": "Diwali"}
    change = in_the_background(
        monkeypatch, django_capture_on_commit_callbacks, lambda: as_bilal.post("/customers/tag/", form)
    )
    User.objects.filter(pk=bilal.pk).update(is_active=False)
    assert change_many.call(change=change.pk) == 0
    assert CustomerTag.objects.count() == 0


def setting(client: Client, ids: list[int], field: str, value: str, **more: str) -> Any:
    given = {"ids": ids, "field": field, "value": value, "given": "1", "query": ""} | more
    return client.post("/customers/set/", given)


def test_a_fact_is_chosen_written_looked_at_and_then_set(as_amina: Client, amina: User) -> None:
    one, two, three = many(amina, 3, credit_days=15)
    ids = [one.pk, two.pk, three.pk]
    actions.edit_customer(three, by=amina, credit_days=30)
    which = as_amina.post("/customers/set/", {"ids": ids, "query": ""}).content.decode()
    assert '<option value="credit_days">' in which
    assert '<option value="name">' not in which
    box = as_amina.post("/customers/set/", {"ids": ids, "query": "", "field": "credit_days"}).content.decode()
    assert f'<input type="hidden" name="ids" value="{one.pk}">' in box
    assert setting(as_amina, ids, "credit_days", "soon").status_code == 422
    asked = setting(as_amina, ids, "credit_days", "30").content.decode()
    assert "2 customers change." in asked
    assert "1 has it already" in asked
    assert Customer.objects.filter(credit_days=30).count() == 1
    setting(as_amina, ids, "credit_days", "30", sure="1")
    assert Customer.objects.filter(credit_days=30).count() == 3
    assert Batch.objects.get().label == "Credit days: 30"


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("city", "Morbi", "Morbi"),
        ("language", "gu", "gu"),
        ("kind", "person", "person"),
        ("country", "PK", "PK"),
        ("credit_limit", "1,25,000", Decimal(125000)),
        ("since", "2020-04-01", dt.date(2020, 4, 1)),
        ("credit_days", "", None),
        ("region", "", ""),
    ],
)
def test_every_kind_of_fact_is_set_and_given_back(
    as_amina: Client, amina: User, field: str, value: str, kept: Any
) -> None:
    one, two = many(amina, 2, city="Surat", region="Gujarat", credit_days=7)
    two.refresh_from_db()
    before = getattr(two, field)
    setting(as_amina, [one.pk, two.pk], field, value, sure="1")
    two.refresh_from_db()
    assert getattr(two, field) == kept
    as_amina.post(f"/customers/batches/{Batch.objects.get().pk}/undo/")
    two.refresh_from_db()
    assert getattr(two, field) == before


def test_undo_leaves_what_was_changed_since_and_says_how_many(as_amina: Client, amina: User) -> None:
    one, two, three = many(amina, 3, city="Surat")
    setting(as_amina, [one.pk, two.pk, three.pk], "city", "Morbi", sure="1")
    actions.edit_customer(two, by=amina, city="Jamnagar")
    answer = as_amina.post(f"/customers/batches/{Batch.objects.get().pk}/undo/", follow=True)
    html = answer.content.decode()
    assert "Taken back: 2 customers. 1 was changed since and is left as it is." in html
    assert list(Customer.objects.order_by("pk").values_list("city", flat=True)) == [
        "Surat",
        "Jamnagar",
        "Surat",
    ]


@pytest.mark.parametrize(
    ("kind", "options", "old", "new"),
    [
        ("text", (), "a", "b"),
        ("number", (), "1.5", "2"),
        ("date", (), "2026-01-01", "2026-02-01"),
        ("choice", ("A", "B"), "A", "B"),
        ("choices", ("A", "B"), ["A"], ["A", "B"]),
    ],
)
def test_own_fields_are_set_for_many_and_given_back(
    as_amina: Client, amina: User, kind: str, options: tuple[str, ...], old: Any, new: Any
) -> None:
    actions.add_field(by=amina, name="Fact", kind=kind, options=options)
    custom.forget()
    one, two = many(amina, 2)
    actions.set_own(one, {"fact": old}, by=amina)
    before = custom.values_of([one.pk])[one.pk]
    asked = as_amina.post(
        "/customers/set/",
        {"ids": [one.pk, two.pk], "field": "own-fact", "value": new, "given": "1", "query": ""},
    )
    assert "2 customers change." in asked.content.decode()
    setting(as_amina, [one.pk, two.pk], "own-fact", new, sure="1")
    found = custom.values_of([one.pk, two.pk])
    assert found[one.pk] == found[two.pk] != before
    as_amina.post(f"/customers/batches/{Batch.objects.get().pk}/undo/")
    assert custom.values_of([one.pk])[one.pk] == before
    assert custom.values_of([two.pk]).get(two.pk, {}) == {}


def test_own_values_come_back_even_where_the_field_changed_its_kind_since(
    as_amina: Client, amina: User
) -> None:
    made = actions.add_field(by=amina, name="Fact", kind="text")
    custom.forget()
    one, two = many(amina, 2)
    actions.set_own(one, {"fact": "1"}, by=amina)
    setting(as_amina, [one.pk, two.pk], "own-fact", "2", sure="1")
    actions.change_field(made, by=amina, name="Fact", kind="number", aside=True)
    custom.forget()
    as_amina.post(f"/customers/batches/{Batch.objects.get(kind='set').pk}/undo/")
    assert custom.values_of([one.pk, two.pk]) == {one.pk: {"fact": Decimal(1)}}


def test_leads_become_customers_together_and_nobody_who_buys_becomes_a_lead(
    as_amina: Client, amina: User
) -> None:
    lead = capture(by=amina, name="Asha Stores").customer
    (buyer,) = many(amina, 1)
    setting(as_amina, [lead.pk, buyer.pk], "lifecycle", "customer", sure="1")
    lead.refresh_from_db()
    assert lead.lifecycle == "customer"
    assert setting(as_amina, [buyer.pk], "lifecycle", "lead", sure="1").status_code == 422
    as_amina.post(f"/customers/batches/{Batch.objects.get(kind='set').pk}/undo/")
    lead.refresh_from_db()
    buyer.refresh_from_db()
    assert (lead.lifecycle, buyer.lifecycle) == ("lead", "customer")


def test_a_salesman_sets_only_for_his_branch_and_never_the_branch(
    as_chirag: Client, amina: User, chirag: User
) -> None:
    other = actions.add_customer(by=amina, name="Of Rajkot", city="A")
    own = actions.add_customer(by=chirag, name="Of Surat", city="A")
    setting(as_chirag, [other.pk, own.pk], "city", "B", sure="1")
    other.refresh_from_db()
    own.refresh_from_db()
    assert (other.city, own.city) == ("A", "B")
    html = as_chirag.post("/customers/set/", {"ids": [own.pk], "query": ""}).content.decode()
    assert '<option value="branch">' not in html


def test_each_customer_s_log_tells_of_a_change_of_many(as_amina: Client, amina: User) -> None:
    one, two = many(amina, 2, credit_limit=Decimal(500))
    setting(as_amina, [one.pk, two.pk], "credit_limit", "900", sure="1")
    rows = AuditEntry.objects.filter(action="customers.customer.edited", subject_id=two.pk)
    assert rows.get().detail["changes"] == {"credit_limit": ["500.0000", "900"]}


def test_setting_asks_as_often_for_thirty_as_for_three(as_amina: Client, amina: User) -> None:
    rows = many(amina, 34)
    setting(as_amina, [rows.pop().pk], "city", "Morbi", sure="1")  # what is kept in memory is read once

    def asked(some: list[Customer]) -> int:
        with CaptureQueriesContext(connection) as seen:
            setting(as_amina, [one.pk for one in some], "city", "Morbi", sure="1")
        return len(seen)

    assert asked(rows[:3]) == asked(rows[3:])
