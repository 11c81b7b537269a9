"""The rest of the resources through HTTP: sales, work, the shop's own fields, segments, deals, leads; field rights; and
every resource asked as every role."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from grahak.connect.api.resources import RESOURCES
from grahak.connect.api.tests.conftest import Caller
from grahak.core.access import scope_of
from grahak.core.models import Branch, Role, User
from grahak.customers import actions, custom
from grahak.customers.actions import addresses
from grahak.customers.merging import merge_customers, undo_merge
from grahak.customers.models import Consent, Customer, Merge, Task
from grahak.insight.models import Segment
from grahak.insight.segments import actions as segments
from grahak.sales.deals.actions.pipelines import add_pipeline
from grahak.sales.models import CustomerFigures, LedgerEntry, Order, Payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def iqbal(amina: User) -> Customer:
    return actions.add_customer(by=amina, name="Iqbal Traders", phones=["98250 11111"])


def test_an_order_is_written_changed_returned_and_paid(owner: Caller, iqbal: Customer) -> None:
    item = owner.post("/products", {"code": "TEA", "name": "Tea", "price": "120.50", "category": "Grocery"})
    assert (item.status_code, item.json()["category"]) == (201, "Grocery")
    line = {"code": "tea", "quantity": "2", "unit_price": "100"}
    made = owner.post("/orders", {"customer": iqbal.pk, "lines": [line], "received": "50"})
    assert made.status_code == 201, made.content
    order = made.json()
    assert (order["total"], order["lines"][0]["product"], order["currency"]) == (
        "200.00",
        item.json()["id"],
        "INR",
    )
    changed = owner.ask("PATCH", f"/orders/{order['id']}", {"lines": [line | {"quantity": "3"}]})
    assert changed.json()["total"] == "300.00"
    back = owner.post("/returns", {"order": order["id"], "lines": [{"line": 1, "quantity": "1"}]})
    assert (back.status_code, back.json()["total"]) == (201, "-100.00")
    paid = owner.post("/payments", {"customer": iqbal.pk, "amount": "25.25", "method": "upi"})
    assert (paid.status_code, paid.json()["amount"]) == (201, "25.25")
    assert CustomerFigures.objects.get(customer=iqbal).balance == Decimal("124.75")
    ledger = owner.get(f"/ledger?customer={iqbal.pk}").json()["data"]
    assert sum(Decimal(one["amount"]) for one in ledger) == Decimal("124.75")
    assert owner.get(f"/customers/{iqbal.pk}").json()["balance"] == "124.75"
    assert owner.ask("DELETE", f"/payments/{paid.json()['id']}").status_code == 204
    assert owner.ask("DELETE", f"/orders/{order['id']}").status_code == 422  # goods of it came back
    assert owner.ask("DELETE", f"/returns/{back.json()['id']}").status_code == 204
    assert owner.ask("DELETE", f"/orders/{order['id']}").status_code == 204
    assert owner.get("/orders?cancelled=false").json()["data"] == []
    assert LedgerEntry.objects.exists() and Payment.objects.get().voided_at


def test_the_same_order_sent_twice_is_written_once(owner: Caller, iqbal: Customer) -> None:
    body = {"customer": iqbal.pk, "lines": [{"description": "Tea", "quantity": "1", "unit_price": "5"}]}
    answers = [owner.post("/orders", body, **{"Idempotency-Key": "a"}) for _turn in range(2)]
    assert answers[0].content == answers[1].content
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"quantity": "x", "unit_price": "1"}]}, "lines"),
        ({"lines": [{"quantity": "1"}]}, "lines"),
        ({"lines": [{"quantity": "-1", "unit_price": "1", "description": "a"}]}, "lines"),
        (
            {"customer": 999999, "lines": [{"quantity": "1", "unit_price": "1", "description": "a"}]},
            "customer",
        ),
        ({"lines": [{"product": 99, "quantity": "1", "unit_price": "1"}]}, "lines"),
        (
            {"lines": [{"quantity": "1", "unit_price": "1", "description": "a"}], "placed_at": "yesterday"},
            "placed_at",
        ),
        (
            {"lines": [{"quantity": "1", "unit_price": "1", "description": "a"}], "received": "NaN"},
            "received",
        ),
    ],
)
def test_a_wrong_order_names_its_field(
    owner: Caller, business: Any, body: dict[str, Any], field: str
) -> None:
    answer = owner.post("/orders", body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert not Order.objects.exists()


def test_consents_notes_and_tasks_are_written(owner: Caller, iqbal: Customer) -> None:
    contact = iqbal.contacts.get()
    yes = {
        "contact": contact.pk,
        "channel": "whatsapp",
        "purpose": "offers",
        "state": "granted",
        "how": "on a form",
    }
    assert owner.post("/consents", yes).status_code == 201
    assert owner.post("/consents", yes | {"state": "withdrawn"}).json()["is_current"] is True
    assert list(Consent.objects.order_by("pk").values_list("state", "is_current")) == [
        ("granted", False), ("withdrawn", True)
    ]  # fmt: skip
    assert owner.post("/notes", {"customer": iqbal.pk, "text": "Wants samples"}).status_code == 201
    task = owner.post(
        "/tasks", {"customer": iqbal.pk, "title": "Send samples", "due_on": "2026-12-01"}
    ).json()
    assert owner.ask("PATCH", f"/tasks/{task['id']}", {"done": True}).json()["done_at"]
    assert Task.objects.get().done_at
    kinds = {one["kind"] for one in owner.get(f"/activities?customer={iqbal.pk}").json()["data"]}
    assert {"customers.note.written", "customers.task.done", "customers.consent.withdrawn"} <= kinds


def test_own_fields_are_made_written_read_and_filtered(owner: Caller, iqbal: Customer) -> None:
    field = owner.post("/fields", {"name": "Route", "kind": "choice", "options": ["North", "South"]})
    assert (field.status_code, field.json()["code"]) == (201, "route")
    custom.forget()
    owner.post("/fields", {"name": "Members", "kind": "number"})
    custom.forget()
    changed = owner.ask("PATCH", f"/customers/{iqbal.pk}", {"own": {"route": "North", "members": 1250}})
    assert changed.json()["own"] == {"route": "North", "members": "1250"}
    assert len(owner.get("/customers?own-route=North").json()["data"]) == 1
    assert owner.get("/customers?own-route=South").json()["data"] == []
    assert owner.get("/customers?own-colour=red").status_code == 422
    wrong = owner.ask("PATCH", f"/customers/{iqbal.pk}", {"own": {"route": "West", "colour": 1}})
    assert {one["field"] for one in wrong.json()["errors"]} == {"own.colour"}
    assert owner.ask("PATCH", f"/customers/{iqbal.pk}", {"own": {"route": None}}).json()["own"] == {
        "members": "1250"
    }


def test_a_segments_members_are_those_that_the_key_sees(
    owner: Caller, amina: User, iqbal: Customer, surat: Branch
) -> None:
    segment = segments.create(by=amina, name="Regulars", kind="static")
    segments.add_to_static(segment, [iqbal.pk], by=amina)
    members = owner.get(f"/segments/{segment.pk}/members").json()["data"]
    assert [one["id"] for one in members] == [iqbal.pk]
    assert Segment.objects.count() >= 1
    there = Caller("salesman", amina, surat)
    found = there.get(f"/segments/{segment.pk}/members")
    assert found.status_code in (403, 404) or found.json()["data"] == []


def test_a_lead_is_captured_and_a_deal_goes_to_its_end(owner: Caller, iqbal: Customer, amina: User) -> None:
    add_pipeline("Orders", by=amina)
    lead = owner.post("/leads", {"name": "New Shop", "wants": "Tea", "worth": "9000"})
    assert lead.status_code == 201, lead.content
    assert lead.json()["state"] == "new"
    stages = owner.get("/stages").json()["data"]
    first = next(one for one in stages if one["kind"] == "open")
    deal = owner.post(
        "/deals", {"title": "Tea for Eid", "customer": iqbal.pk, "stage": first["id"], "amount": "5000"}
    )
    assert deal.status_code == 201, deal.content
    won = next(one for one in stages if one["kind"] == "won" and one["pipeline"] == first["pipeline"])
    moved = owner.ask("PATCH", f"/deals/{deal.json()['id']}", {"stage": won["id"]})
    assert (moved.status_code, moved.json()["state"]) == (200, "won")
    lost = next(one for one in stages if one["kind"] == "lost" and one["pipeline"] == first["pipeline"])
    refused = owner.ask("PATCH", f"/deals/{deal.json()['id']}", {"stage": lost["id"]})
    assert refused.json()["errors"][0]["field"] == "lost_reason"


HIDDEN = frozenset({"credit_limit", "phone", "address", "notes", "balance"})


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A manager who may not see some facts of customers, and not change one more."""
    from grahak.core.rights import fields as field_rights

    def having(user: Any, subject: str, levels: tuple[str, ...]) -> frozenset[str]:
        if user.role != "manager" or subject != "customers.customer":
            return frozenset()
        return HIDDEN | {"city", "email"} if "see" in levels else HIDDEN

    monkeypatch.setattr(field_rights, "_having", having)


def test_hidden_fields_are_nowhere_and_locked_ones_are_refused(
    amina: User, iqbal: Customer, shut: None
) -> None:
    caller = Caller("manager", amina)
    record = caller.get(f"/customers/{iqbal.pk}").json()
    assert not {"credit_limit", "phones", "whatsapp", "address", "balance"} & set(record)
    assert {"city", "emails"} <= set(record)
    assert caller.get("/customers?fields=credit_limit").status_code == 422
    assert caller.get("/customers?phone=9825011111").status_code == 422
    for body in ({"city": "X"}, {"credit_limit": "1"}):
        answer = caller.ask("PATCH", f"/customers/{iqbal.pk}", body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] in body
    refused = caller.post("/customers", {"name": "New", "phones": ["9825022222"], "emails": ["a@b.example"]})
    assert {one["field"] for one in refused.json()["errors"]} == {"phones", "emails"}


def test_hidden_facts_of_a_customer_are_in_none_of_its_records(
    owner: Caller, amina: User, iqbal: Customer, shut: None
) -> None:
    contact = iqbal.contacts.get()
    actions.add_identity(contact, "email", "iqbal@shop.example", by=amina)
    actions.write_note(iqbal, "Pays late", by=amina)
    addresses.add_address(iqbal, by=amina, city="Surat", phone="9825033333")
    iqbal_phone = contact.identities.get(kind="phone").pk
    caller = Caller("manager", amina)
    assert {one["kind"] for one in caller.get("/identities").json()["data"]} == {"email"}
    assert caller.get(f"/identities/{iqbal_phone}").status_code == 404
    assert "phones" not in caller.get(f"/contacts/{contact.pk}").json()
    for name in ("notes", "addresses", "ledger"):
        assert caller.get(f"/{name}").json()["data"] == [], name
    assert "notes" not in {one["group"] for one in caller.get("/activities").json()["data"]}
    assert caller.post("/notes", {"customer": iqbal.pk, "text": "x"}).status_code == 422
    assert caller.post("/addresses", {"customer": iqbal.pk, "city": "Rajkot"}).status_code == 403
    for kind, value in (("phone", "9825044444"), ("email", "b@shop.example")):
        refused = caller.post("/identities", {"contact": contact.pk, "kind": kind, "value": value})
        assert refused.json()["errors"][0]["field"] == "kind"
    email = contact.identities.get(kind="email").pk
    assert caller.ask("DELETE", f"/identities/{email}").status_code == 403  # seen, but not to be changed
    assert {one["kind"] for one in owner.get("/identities").json()["data"]} == {"email", "phone"}
    assert len(owner.get("/notes").json()["data"]) == len(owner.get("/addresses").json()["data"]) == 1


def test_addresses_are_written_changed_and_taken_away(owner: Caller, iqbal: Customer) -> None:
    body = {"customer": iqbal.pk, "kind": "godown", "city": "Surat", "country": "in", "postcode": "395003"}
    made = owner.post("/addresses", body | {"ships": True, "latitude": 21.17, "longitude": 72.83})
    assert made.status_code == 201, made.content
    first = made.json()
    assert (first["country"], first["ships"], first["latitude"]) == ("IN", True, 21.17)
    second = owner.post("/addresses", {"customer": iqbal.pk, "city": "Rajkot", "ships": True}).json()
    assert [one["id"] for one in owner.get(f"/addresses?customer={iqbal.pk}&ships=true").json()["data"]] == [
        second["id"]
    ]
    assert (
        owner.ask("PATCH", f"/addresses/{first['id']}", {"area": "Ring Road"}).json()["area"] == "Ring Road"
    )
    wrong = owner.ask("PATCH", f"/addresses/{first['id']}", {"postcode": "39", "country": "IN"})
    assert wrong.json()["errors"][0]["field"] == "postcode"
    assert owner.post("/addresses", {"customer": iqbal.pk, "latitude": 91}).status_code == 422
    assert owner.ask("DELETE", f"/addresses/{first['id']}").status_code == 204
    assert owner.get(f"/addresses/{first['id']}").status_code == 404


def test_a_merged_customer_is_answered_for_by_the_kept_one(
    owner: Caller, amina: User, iqbal: Customer, surat: Branch
) -> None:
    gone = actions.add_customer(by=amina, name="Iqbal Trader")
    merge_customers(iqbal, gone, by=amina)
    answer = owner.get(f"/customers/{gone.pk}?fields=name")
    assert (answer.status_code, answer.json()) == (307, {"merged_into": iqbal.pk})
    assert answer.headers["Location"] == f"/api/v1/customers/{iqbal.pk}?fields=name"
    for refused in (
        owner.ask("PATCH", f"/customers/{gone.pk}", {"city": "Surat"}),
        owner.ask("DELETE", f"/customers/{gone.pk}"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "merged")
        assert refused.json()["merged_into"] == iqbal.pk
    assert owner.post("/notes", {"customer": gone.pk, "text": "Rang"}).json()["customer"] == iqbal.pk
    stranger = Caller("salesman", amina, surat)
    assert stranger.get(f"/customers/{gone.pk}").status_code == 404
    undo_merge(Merge.objects.get(), by=amina)
    assert owner.get(f"/customers/{gone.pk}").json()["name"] == "Iqbal Trader"


@pytest.mark.parametrize("role", Role.values)
def test_every_resource_opens_to_the_roles_that_may_and_to_no_other(
    role: str, amina: User, rajkot: Branch, iqbal: Customer
) -> None:
    caller = Caller(role, amina, rajkot)
    wrong = []
    for one in RESOURCES:
        allowed = scope_of(User(role=role), one.view) is not None
        status = caller.get(f"/{one.name}").status_code
        if status != (200 if allowed else 403):
            wrong.append((one.name, "GET", status))
        if one.add:
            may = scope_of(User(role=role), one.edit) is not None
            status = caller.post(f"/{one.name}", {"no": "such field"}).status_code
            if status != (422 if may else 403):
                wrong.append((one.name, "POST", status))
    assert wrong == []


def test_every_resource_answers_an_unknown_number_as_if_it_were_hidden(owner: Caller, business: Any) -> None:
    for one in RESOURCES:
        for pk in (0, 99_999_999, 10**30):
            assert owner.get(f"/{one.name}/{pk}").status_code == 404, (one.name, pk)


def test_a_consent_of_a_day_to_come_is_refused(owner: Caller, iqbal: Customer) -> None:
    contact = iqbal.contacts.get().pk
    said = {"contact": contact, "channel": "sms", "purpose": "offers", "state": "granted", "how": "form"}
    answer = owner.post("/consents", said | {"at": "2190-01-01T00:00:00Z"})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["at"]


def test_credit_days_out_of_reach_are_refused(owner: Caller, iqbal: Customer) -> None:
    answer = owner.ask("PATCH", f"/customers/{iqbal.pk}", {"credit_days": 2**62})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["credit_days"]


def test_what_a_key_of_no_branch_writes_is_of_the_customers_branch(
    owner: Caller, iqbal: Customer, rajkot: Branch
) -> None:
    Customer.objects.filter(pk=iqbal.pk).update(branch=rajkot)
    line = {"description": "Tea", "quantity": "1", "unit_price": "100"}
    order = owner.post("/orders", {"customer": iqbal.pk, "lines": [line]})
    paid = owner.post("/payments", {"customer": iqbal.pk, "amount": "10", "method": "cash"})
    nowhere = owner.post("/orders", {"customer": iqbal.pk, "lines": [line], "branch": None})
    assert [one.json()["branch"] for one in (order, paid, nowhere)] == [rajkot.pk, rajkot.pk, None]


def test_a_return_of_no_known_order_is_read_and_the_description_says_so(
    owner: Caller, iqbal: Customer
) -> None:
    Order.objects.create(kind="return", number="R-1", customer=iqbal, placed_at=iqbal.created_at)
    assert owner.get("/returns").json()["data"][0]["order"] is None
    schemas = owner.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["Return"]["properties"]["order"]["type"] == ["integer", "null"]
    assert schemas["ReturnAdd"]["properties"]["order"]["type"] == "integer"
    answer = owner.post("/returns", {"order": None, "lines": [{"line": 1, "quantity": "1"}]})
    assert [one["field"] for one in answer.json()["errors"]] == ["order"]


@pytest.mark.parametrize("kind", ["text", "number", "date", "choice"])
def test_a_list_is_no_value_of_an_own_field_of_one_value(owner: Caller, iqbal: Customer, kind: str) -> None:
    owner.post("/fields", {"name": "Route", "kind": kind, "options": ["North", "South"]})
    custom.forget()
    answer = owner.ask("PATCH", f"/customers/{iqbal.pk}", {"own": {"route": ["North"]}})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["own.route"]
