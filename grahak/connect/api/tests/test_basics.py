"""The API through HTTP with real keys: who is let in, lists, one record, changes, problems."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from grahak.connect.api.tests.conftest import Caller
from grahak.core.models import ApiKey, AuditEntry, Branch, User
from grahak.customers import actions
from grahak.customers.models import Customer, ExternalRef, Identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def iqbal(amina: User, rajkot: Branch) -> Customer:
    return actions.add_customer(
        by=amina, name="Iqbal Traders", phones=["98250 11111"], city="Rajkot", tags=["wholesale"]
    )


def test_without_a_key_nothing_opens(db: None, business: Any) -> None:
    answer = Client().get("/api/v1/customers")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "unauthorized"


def test_a_withdrawn_key_and_an_unknown_one_are_answered_alike(owner: Caller, iqbal: Customer) -> None:
    from grahak.core.actions.keys import withdraw_key

    withdraw_key(owner.key, by=None)
    withdrawn = owner.get("/customers")
    owner.plain = "ga_" + "x" * 40
    unknown = owner.get("/customers")
    assert (withdrawn.status_code, withdrawn.content) == (unknown.status_code, unknown.content)


def test_a_key_that_sends_events_does_not_open_the_api(amina: User) -> None:
    _key, plain = ApiKey.issue("write", "owner", by=amina)
    answer = Client().get("/api/v1/customers", headers={"Authorization": f"Bearer {plain}"})
    assert answer.status_code == 401


def test_a_customer_is_read_with_everything_about_it(owner: Caller, iqbal: Customer) -> None:
    answer = owner.get(f"/customers/{iqbal.pk}")
    assert answer.status_code == 200
    record = answer.json()
    assert record["name"] == "Iqbal Traders"
    assert record["phones"] == ["+919825011111"]
    assert record["tags"] == ["wholesale"]
    assert record["currency"] == "INR"
    assert record["created_at"].endswith("Z")


def test_a_customer_is_added_changed_and_put_away(owner: Caller, rajkot: Branch) -> None:
    made = owner.post(
        "/customers", {"name": "Lakshmi Stores", "phones": ["9825022222"], "credit_limit": "50000"}
    )
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert made.headers["Location"] == f"/api/v1/customers/{pk}"
    assert made.json()["credit_limit"] == "50000.00"
    changed = owner.ask("PATCH", f"/customers/{pk}", {"city": "Surat", "tags": ["new"]})
    assert (changed.json()["city"], changed.json()["tags"]) == ("Surat", ["new"])
    assert owner.ask("DELETE", f"/customers/{pk}").status_code == 204
    assert owner.get(f"/customers/{pk}").json()["archived_at"]
    line = AuditEntry.objects.get(action="customers.customer.added", subject_id=pk)
    assert line.actor == f"web shop <{owner.key.prefix}…>"
    assert line.by is None


def test_every_wrong_field_is_named_at_once(owner: Caller) -> None:
    answer = owner.post("/customers", {"name": " ", "kind": "shop", "credit_days": "ten", "colour": "red"})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["errors"]} == {"name", "kind", "credit_days", "colour"}
    assert not Customer.objects.exists()


def test_problems_are_told_in_the_language_that_is_asked_for(owner: Caller) -> None:
    english = owner.get("/customers/99")
    assert english.json()["title"] == "There is nothing here"
    assert english.headers["Content-Language"] == "en"
    assert owner.get("/customers/99", **{"Accept-Language": "ur"}).headers["Content-Language"] == "ur"


def test_a_list_goes_on_by_its_cursor_to_the_end(owner: Caller, amina: User) -> None:
    for number in range(7):
        actions.add_customer(by=amina, name=f"Shop {number}", city="Rajkot" if number % 2 else "Surat")
    first = owner.get("/customers?limit=3&sort=name&city=Surat").json()
    assert [one["name"] for one in first["data"]] == ["Shop 0", "Shop 2", "Shop 4"]
    rest = Client().get(first["next"], headers={"Authorization": f"Bearer {owner.plain}"}).json()
    assert [one["name"] for one in rest["data"]] == ["Shop 6"]
    assert (rest["next"], rest["next_cursor"]) == (None, None)
    newest = owner.get("/customers?limit=2&sort=-created_at&count=true").json()
    assert [one["name"] for one in newest["data"]] == ["Shop 6", "Shop 5"]
    assert newest["total"] == 7


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "sort=city",
        "cursor=%21",
        "colour=red",
        "fields=secret",
        "created_after=now",
        "branch=x",
        "count=1",
        "cursor=W10",
    ],
)
def test_a_parameter_that_is_wrong_is_named(owner: Caller, query: str) -> None:
    answer = owner.get(f"/customers?{query}")
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == query.split("=")[0]


def test_only_the_fields_that_are_asked_for_are_given(owner: Caller, iqbal: Customer) -> None:
    record = owner.get("/customers?fields=name,phones").json()["data"][0]
    assert record == {"id": iqbal.pk, "name": "Iqbal Traders", "phones": ["+919825011111"]}
    owed = owner.get("/customers?fields=balance").json()["data"][0]
    assert owed == {"id": iqbal.pk, "balance": None, "currency": "INR"}


def test_equal_questions_for_three_rows_and_thirty(
    owner: Caller, amina: User, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for many in (3, 30):
        while Customer.objects.count() < many:
            actions.add_customer(by=amina, name="Shop", phones=["9825011111"], tags=["a"])
        owner.get("/customers")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(owner.get("/customers").json()["data"]) == many
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8


def test_a_record_has_a_tag_by_which_changes_are_not_lost(owner: Caller, iqbal: Customer) -> None:
    tag = owner.get(f"/customers/{iqbal.pk}").headers["ETag"]
    assert owner.get(f"/customers/{iqbal.pk}", **{"If-None-Match": tag}).status_code == 304
    assert (
        owner.ask("PATCH", f"/customers/{iqbal.pk}", {"area": "Market"}, **{"If-Match": tag}).status_code
        == 200
    )
    lost = owner.ask("PATCH", f"/customers/{iqbal.pk}", {"area": "Yard"}, **{"If-Match": tag})
    assert lost.status_code == 412
    iqbal.refresh_from_db()
    assert iqbal.area == "Market"


def test_a_key_of_one_branch_sees_and_writes_that_branch_only(
    amina: User, iqbal: Customer, rajkot: Branch, surat: Branch
) -> None:
    there = Caller("salesman", amina, surat)
    assert there.get("/customers").json()["data"] == []
    assert there.get(f"/customers/{iqbal.pk}").status_code == 404
    assert there.get("/customers/987654321").content == there.get(f"/customers/{iqbal.pk}").content
    assert there.ask("PATCH", f"/customers/{iqbal.pk}", {"city": "X"}).status_code == 404
    mine = there.post("/customers", {"name": "Surat Silk"})
    assert mine.json()["branch"] == surat.pk
    refused = there.post("/customers", {"name": "Rajkot Silk", "branch": rajkot.pk})
    assert refused.json()["errors"][0]["field"] == "branch"
    assert there.ask("DELETE", f"/customers/{mine.json()['id']}").status_code == 403


def test_an_analyst_reads_and_does_not_write(amina: User, iqbal: Customer) -> None:
    analyst = Caller("analyst", amina)
    assert analyst.get(f"/customers/{iqbal.pk}").status_code == 200
    assert analyst.post("/customers", {"name": "New"}).status_code == 403
    assert analyst.ask("PATCH", f"/customers/{iqbal.pk}", {"city": "X"}).status_code == 403


def test_bodies_that_are_none_are_refused_by_kind(owner: Caller) -> None:
    headers = {"Authorization": f"Bearer {owner.plain}"}
    client = Client()
    assert (
        client.post("/api/v1/customers", b"name=x", content_type="text/plain", headers=headers).status_code
        == 415
    )
    bad = client.post("/api/v1/customers", b"{", content_type="application/json", headers=headers)
    assert (bad.status_code, bad.json()["code"]) == (400, "not_json")
    large = b'{"name": "' + b"x" * 1_100_000 + b'"}'
    assert (
        client.post("/api/v1/customers", large, content_type="application/json", headers=headers).status_code
        == 413
    )
    assert owner.ask("PUT", "/customers").status_code == 405
    assert "POST" in owner.ask("PUT", "/customers").headers["Allow"]
    assert owner.get("/nothing").status_code == 404


def test_a_customer_is_put_by_the_number_of_another_system(owner: Caller, business: Any) -> None:
    path = "/customers/by-ref/tally/P-1"
    made = owner.ask("PUT", path, {"name": "Iqbal Traders", "phones": ["9825011111"]})
    assert made.status_code == 201, made.content
    again = owner.ask("PUT", path, {"name": "Iqbal & Sons", "phones": ["9825011111", "9825033333"]})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert again.json()["name"] == "Iqbal & Sons"
    assert again.json()["phones"] == ["+919825011111", "+919825033333"]
    assert ExternalRef.objects.get().customer_id == made.json()["id"]


def test_a_batch_says_what_became_of_each_item(owner: Caller, iqbal: Customer) -> None:
    items = [{"name": "One"}, {"name": ""}, {"id": iqbal.pk, "city": "Surat"}, 7, {"id": 10**30, "city": "x"}]
    results = owner.post("/customers/batch", {"items": items}).json()["results"]
    assert [one["status"] for one in results] == [201, 422, 200, 422, 404]
    assert results[1]["error"]["errors"] == [{"item": 1, "field": "name", "message": "This is needed."}]
    iqbal.refresh_from_db()
    assert iqbal.city == "Surat"


def test_a_key_withdrawn_in_the_middle_of_a_batch_stops_it_and_tells_what_was_done(
    owner: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.core import events
    from grahak.core.actions.keys import withdraw_key

    def withdraw(customer_ids: list[int]) -> None:
        if Customer.objects.count() == 2:
            withdraw_key(owner.key, by=None)

    monkeypatch.setitem(events._LISTENERS, "customers.added", [withdraw])
    answer = owner.post("/customers/batch", {"items": [{"name": f"Shop {n}"} for n in range(5)]})
    assert answer.status_code == 401
    assert answer.json()["code"] == "key_withdrawn"
    assert [one["status"] for one in answer.json()["results"]] == [201, 201]
    assert Customer.objects.count() == 2


def test_a_request_sent_twice_under_one_name_is_worked_once(owner: Caller, business: Any) -> None:
    name = {"Idempotency-Key": "order-77"}
    first = owner.post("/customers", {"name": "Once"}, **name)
    again = owner.post("/customers", {"name": "Once"}, **name)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1
    other = owner.post("/customers", {"name": "Twice"}, **name)
    assert (other.status_code, other.json()["code"]) == (422, "other_body")


def test_a_key_that_asks_too_often_is_told_when_to_come_back(
    owner: Caller, settings: Any, business: Any
) -> None:
    settings.API_PER_MINUTE = 3
    for left in (2, 1, 0):
        assert owner.get("/tags").headers["RateLimit-Remaining"] == str(left)
    answer = owner.get("/tags")
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many")
    assert 1 <= int(answer.headers["Retry-After"]) <= 20


def test_identities_and_contacts_are_written_and_taken_away(owner: Caller, iqbal: Customer) -> None:
    made = owner.post("/contacts", {"customer": iqbal.pk, "name": "Salma", "phones": ["9825044444"]})
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    one = owner.post("/identities", {"contact": pk, "kind": "email", "value": "Salma@Example.com"})
    assert one.json()["value"] == "salma@example.com"
    assert owner.ask("DELETE", f"/identities/{one.json()['id']}").status_code == 204
    assert not Identity.objects.filter(kind="email").exists()
    assert owner.ask("PATCH", f"/contacts/{pk}", {"is_primary": True}).json()["is_primary"] is True
    assert owner.ask("DELETE", f"/contacts/{pk}").status_code == 422


def test_a_crash_leaves_neither_the_change_nor_its_answer(
    owner: Caller, business: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.connect.api import listing
    from grahak.connect.api.models import KeptAnswer

    class Killed(BaseException):
        pass

    def die(*_args: Any) -> Any:
        raise Killed

    name = {"Idempotency-Key": "order-78"}
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(listing, "one", die)
        owner.post("/customers", {"name": "Once"}, **name)
    assert not Customer.objects.exists()
    assert not KeptAnswer.objects.exists()
    assert owner.post("/customers", {"name": "Once"}, **name).status_code == 201


def test_a_request_that_is_being_worked_is_not_worked_again(owner: Caller, business: Any) -> None:
    import datetime as dt

    from django.utils import timezone

    from grahak.connect.api.models import KeptAnswer

    name = {"Idempotency-Key": "slow"}
    owner.post("/customers", {"name": "Slow"}, **name)
    KeptAnswer.objects.update(status=0)
    again = owner.post("/customers", {"name": "Slow"}, **name)
    assert (again.status_code, again.json()["code"], again.headers["Retry-After"]) == (
        409,
        "in_progress",
        "1",
    )
    KeptAnswer.objects.update(created_at=timezone.now() - dt.timedelta(minutes=3))  # whoever worked it died
    assert owner.post("/customers", {"name": "Slow"}, **name).status_code == 201


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("path", ["batch", "upsert"])
def test_a_batch_that_is_killed_midway_is_worked_once_when_it_is_sent_again(
    owner: Caller, business: Any, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    from grahak.connect.api import writing
    from grahak.connect.api.models import KeptAnswer

    items: list[dict[str, Any]] = [{"name": f"Shop {n}"} for n in range(30)]
    if path == "upsert":
        items = [one | {"source": "tally", "external_id": str(n)} for n, one in enumerate(items)]
    asked = 0

    def killed(_principal: Any) -> bool:
        nonlocal asked
        asked += 1
        if asked == 1:
            assert Customer.objects.exists()  # some of it was worked
            raise Killed
        return True

    name = {"Idempotency-Key": "batch-1"}
    monkeypatch.setattr(writing, "still_open", killed)
    with pytest.raises(Killed):
        owner.post(f"/customers/{path}", {"items": items}, **name)
    assert not Customer.objects.exists()
    assert not KeptAnswer.objects.exists()
    answers = [owner.post(f"/customers/{path}", {"items": items}, **name) for _turn in range(2)]
    assert [one["status"] for one in answers[0].json()["results"]] == [201] * 30
    assert answers[0].content == answers[1].content
    assert Customer.objects.count() == 30


def test_a_fault_of_ours_in_the_middle_of_a_batch_leaves_nothing_of_it(
    owner: Caller, business: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.core import events

    def break_down(customer_ids: list[int]) -> None:
        if Customer.objects.count() == 3:
            raise RuntimeError("out of paper")

    items = [{"name": f"Shop {n}"} for n in range(5)]
    name = {"Idempotency-Key": "batch-2"}
    with monkeypatch.context() as patch:
        patch.setitem(events._LISTENERS, "customers.added", [break_down])
        answer = owner.post("/customers/batch", {"items": items}, **name)
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert "paper" not in answer.content.decode()
    assert not Customer.objects.exists()
    assert owner.post("/customers/batch", {"items": items}, **name).status_code == 200
    assert Customer.objects.count() == 5


def test_a_stranger_who_guesses_numbers_cannot_tell_a_hidden_record_from_none(
    amina: User, iqbal: Customer, surat: Branch
) -> None:
    """The same answer after the same questions to the database, whether the number is another branch's or nobody's."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    stranger = Caller("salesman", amina, surat)
    stranger.get("/customers/1")
    told = []
    for pk in (iqbal.pk, 987_654_321):
        for method, body in (("GET", None), ("PATCH", {"city": "X"}), ("DELETE", None)):
            with CaptureQueriesContext(connection) as seen:
                answer = stranger.ask(method, f"/customers/{pk}", body)
            shapes = [re.sub(r"\d+", "N", one["sql"]) for one in seen if "apikey" not in one["sql"].lower()]
            told.append((method, answer.status_code, answer.content, len(seen), shapes))
    assert told[:3] == told[3:]
    assert {one[1] for one in told} == {404}
