"""What receivers are told of deals, forms and messages: the record, as far as the address's role may see it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from grahak.channels.models import Dispatch, Message
from grahak.connect.api.principal import Standing
from grahak.connect.webhooks import actions, outbox, sending
from grahak.connect.webhooks.models import Endpoint, Telling
from grahak.core import events
from grahak.core.models import Branch, User
from grahak.customers import actions as customers
from grahak.customers.models import Customer
from grahak.insight.models import Segment
from grahak.marketing.models import Form, Submission
from grahak.sales.deals import actions as deals
from grahak.sales.deals.actions.pipelines import add_pipeline
from grahak.sales.models import DealStage

pytestmark = pytest.mark.django_db
URL = "https://books.example/in"


@pytest.fixture(autouse=True)
def _fresh() -> Any:
    outbox.forget()
    yield
    outbox.forget()


@pytest.fixture
def iqbal(amina: User) -> Customer:
    return customers.add_customer(by=amina, name="Iqbal Traders", emails=["iqbal@shop.example"])


def told(by: User, event: str, role: str = "owner", branch: Branch | None = None) -> None:
    actions.add(by=by, name=role, url=URL, events=[event], role=role, branch=branch)


def bodies() -> dict[str, dict[str, Any]]:
    """What each address is told, by its name."""
    sending.hand_out()
    rows = Telling.objects.select_related("endpoint").order_by("pk")
    return {one.endpoint.name: json.loads(one.body)["data"] for one in rows}


def test_a_deal_is_told_as_the_api_gives_it(amina: User, iqbal: Customer, surat: Branch) -> None:
    told(amina, "deal.added")
    told(amina, "deal.added", "salesman", surat)
    stage = DealStage.objects.filter(pipeline=add_pipeline("Orders", by=amina), kind="open").order_by(
        "position"
    )[0]
    deal = deals.add_deal(
        deals.DealDraft(title="Tea", customer=iqbal, stage=stage, amount=Decimal(5000)), by=amina
    )
    data = bodies()
    assert set(data) == {"owner"}  # the other branch's salesman does not see it
    assert (data["owner"]["id"], data["owner"]["title"], data["owner"]["amount"], data["owner"]["customer"]) == (
        deal.pk, "Tea", "5000.00", iqbal.pk
    )  # fmt: skip


def test_a_form_is_told_with_its_answers_and_a_message_with_its_address(amina: User, iqbal: Customer) -> None:
    for event in ("form.submitted", "message.bounced"):
        told(amina, event, event)
    Endpoint.objects.update(role="owner")
    form = Form.objects.create(name="Sign up", token="t" * 8)
    row = Submission.objects.create(
        form=form, answers={"name": "Iqbal", "email": "iqbal@shop.example"}, customer=iqbal, state="done"
    )
    events.announce("marketing.form.submitted", form_id=form.pk, submission_id=row.pk, customer_id=iqbal.pk)
    dispatch = Dispatch.objects.create(renderer="bench", subject_id=1, title="Eid")
    message = Message.objects.create(
        dispatch=dispatch, customer=iqbal, contact=iqbal.contacts.get(), address="iqbal@shop.example",
        state="failed", reason="bounced", bounced_at=timezone.now(),
    )  # fmt: skip
    events.announce("channels.message.bounced", message_id=message.pk)
    data = bodies()
    assert data["form.submitted"]["answers"] == {"name": "Iqbal", "email": "iqbal@shop.example"}
    assert (data["form.submitted"]["form_name"], data["form.submitted"]["customer"]) == ("Sign up", iqbal.pk)
    assert data["message.bounced"]["address"] == "iqbal@shop.example"
    assert (data["message.bounced"]["title"], data["message.bounced"]["reason"]) == ("Eid", "bounced")


def test_what_the_role_may_not_see_of_them_is_not_told(
    amina: User, iqbal: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grahak.core.rights import fields as field_rights

    monkeypatch.setattr(
        field_rights, "hidden",
        lambda user, _subject: frozenset({"email"}) if user.role == "marketer" else frozenset(),
    )  # fmt: skip
    told(amina, "message.bounced", "marketer")
    told(amina, "message.bounced", "owner")
    message = Message.objects.create(
        dispatch=Dispatch.objects.create(renderer="bench", subject_id=1), customer=iqbal,
        contact=iqbal.contacts.get(), address="iqbal@shop.example", state="failed",
    )  # fmt: skip
    events.announce("channels.message.bounced", message_id=message.pk)
    data = bodies()
    assert "address" not in data["marketer"]
    assert data["owner"]["address"] == "iqbal@shop.example"


def test_a_segment_names_only_customers_whom_the_address_sees(
    amina: User, chirag: User, iqbal: Customer, surat: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = customers.add_customer(by=chirag, name="Surat's own")
    monkeypatch.setattr(
        Standing, "can", lambda _self, _action: True
    )  # a role of the shop's own that sees segments
    told(amina, "segment.entered", "salesman", surat)
    segment = Segment.objects.create(name="Regulars", kind="static")
    events.announce("insight.segment.moved", segment_id=segment.pk, entered=[iqbal.pk, mine.pk], left=[])
    events.announce("insight.segment.moved", segment_id=segment.pk, entered=[iqbal.pk], left=[])
    assert bodies()["salesman"]["customers"] == [mine.pk]
    assert Telling.objects.count() == 1
