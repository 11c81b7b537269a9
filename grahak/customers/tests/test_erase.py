"""Erasing a person: what goes, what stays, who may."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client

from grahak.channels.erasing import sealed
from grahak.channels.models import BoxedMail, Dispatch, Message, Suppression
from grahak.connect.connectors.models import Connector, Delivery
from grahak.connect.digest import catch_up
from grahak.connect.digest.tests.web import account, browser, identify, page, viewed
from grahak.connect.models import ImportIssue, ImportRun
from grahak.core import events
from grahak.core.models import AuditEntry, Branch, User
from grahak.core.refusals import Conflict
from grahak.customers import actions
from grahak.customers.models import Customer, Event, ExternalRef, Rejected, SavedView, Visitor
from grahak.sales.actions import LineDraft, place_order, receive_payment

pytestmark = pytest.mark.django_db
NAME, PHONE, MAIL = "Zubaida Quraishi", "+923334455667", "zubaida@quraishi.example"
WORDS = (
    NAME,
    "زبیدہ قریشی",
    PHONE,
    "0333 4455667",
    "3334455667",
    MAIL,
    "Waiting for Zubaida",
    "card-zq-77",
    "zq-remark",
)


@pytest.fixture
def zubaida(amina: User, rajkot: Branch) -> Customer:
    """A customer with something in every corner of the house."""
    made = actions.add_customer(
        by=amina, name=NAME, kind="person", phones=["+92 333 4455667"], emails=[MAIL], tags=["VIP"],
        address="7 zq-remark Street", city="Lahore", other_names={"ur": "زبیدہ قریشی"}, branch=rajkot,
    )  # fmt: skip
    contact = made.contacts.get()
    actions.add_identity(contact, "card", "card-zq-77", by=amina)
    actions.add_contact(made, by=amina, name="Zubaida Quraishi's son", phones=["0333 4455667"])
    actions.write_note(made, "zq-remark: pays late", by=amina)
    actions.add_task(by=amina, customer=made, title="Waiting for Zubaida")
    actions.record_call(made, by=amina, text="zq-remark on the phone")
    actions.grant_consent(contact, "email", "offers", by=amina, how="zq-remark", notice="zq-remark?")
    actions.withdraw_consent(contact, "email", "offers", by=amina, how="zq-remark")
    actions.edit_customer(made, by=amina, city="Karachi", address="8 zq-remark Street")
    ExternalRef.objects.create(customer=made, source="shopify", external_id="card-zq-77")
    SavedView.objects.create(name=NAME, query="q=zubaida@quraishi.example")
    Rejected.objects.create(reason="no_type", body=json.dumps({"traits": {"phone": PHONE}}))
    order = place_order(
        by=amina, customer=made, branch=rajkot, note="zq-remark", lines=[
            LineDraft(description="Georgette", quantity=Decimal(2), unit_price=Decimal(620))
        ],
    )  # fmt: skip
    receive_payment(
        by=amina, customer=made, amount=Decimal(500), method="upi", note="zq-remark", branch=rajkot
    )
    dispatch = Dispatch.objects.create(renderer="campaign", subject_id=1, state="done", audience=1)
    Message.objects.create(
        dispatch=dispatch, customer=made, contact=contact, address=MAIL, detail=f"{MAIL}: ok", state="sent"
    )
    BoxedMail.objects.create(message_id="1@x", mail_from="a@b.example", rcpt_to=MAIL, content=NAME.encode())
    phone = browser("zq")
    page(phone, 0, "/sale")
    viewed(phone, 1)
    identify(account("zq-remark", phone), 2, name=NAME, email=MAIL)
    catch_up()
    body = json.dumps({"customer": {"email": MAIL, "name": NAME}}).encode()
    connector = Connector.objects.create(kind="till", name="Till")
    Delivery.objects.create(connector=connector, delivery_id="1", body=body, headers={"x": PHONE})
    Delivery.objects.create(
        connector=connector, delivery_id="2", body=b"{}", order=order, params={"name": NAME}
    )
    Delivery.objects.create(connector=connector, delivery_id="3", body=b'{"name": "Noor"}')
    assert order.customer_id == made.pk
    assert Visitor.objects.filter(customer=made).count() == 2
    return made


_TEXTS = (models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField)


def texts() -> list[str]:
    """Every text of every table."""
    found = []
    for model in apps.get_models():
        names = [one.name for one in model._meta.concrete_fields if isinstance(one, _TEXTS)]
        for row in model._base_manager.values_list(*names) if names else ():
            for name, value in zip(names, row, strict=True):
                kept = (
                    bytes(value).decode("utf-8", "replace")
                    if isinstance(value, bytes | memoryview)
                    else value
                )
                text = kept if isinstance(kept, str) else json.dumps(kept, ensure_ascii=False, default=str)
                found.append(f"{model._meta.label}.{name}: {text}")
    return found


def mentions() -> list[str]:
    return [text for text in texts() if any(word.casefold() in text.casefold() for word in WORDS)]


def test_nothing_of_the_person_is_left_in_any_table(zubaida: Customer, amina: User) -> None:
    assert len(mentions()) > 20
    actions.erase_customer(zubaida, by=amina, why="asked for it by phone")
    assert mentions() == []


def test_deliveries_of_shops_are_emptied(zubaida: Customer, amina: User) -> None:
    actions.erase_customer(zubaida, by=amina, why="asked for it")
    bodies = {row.delivery_id: bytes(row.body) for row in Delivery.objects.all()}
    assert bodies == {"1": b"", "2": b"", "3": b'{"name": "Noor"}'}


def test_figures_stay_for_the_books_under_no_name(zubaida: Customer, amina: User) -> None:
    before = list(zubaida.orders.values_list("number", "net", "total"))  # type: ignore[attr-defined]
    owed = zubaida.figures.balance  # type: ignore[attr-defined]
    actions.erase_customer(zubaida, by=amina, why="asked for it")
    found = Customer.objects.get(pk=zubaida.pk)
    assert (found.name, found.source, found.city, found.archived_at is not None) == (
        f"Erased customer {zubaida.pk}", "erased", "", True,
    )  # fmt: skip
    assert list(found.orders.values_list("number", "net", "total")) == before  # type: ignore[attr-defined]
    assert found.figures.balance == owed == Decimal(740)  # type: ignore[attr-defined]
    assert found.ledger.count() == 2  # type: ignore[attr-defined]
    assert set(found.activities.values_list("group", flat=True)) == {"orders", "money"}
    assert (found.contacts.count(), found.notes.count(), found.tag_links.count()) == (0, 0, 0)
    assert Event.objects.count() == Visitor.objects.count() == 0
    message = Message.objects.get()
    assert (message.state, message.address, message.customer_id, message.contact_id) == (
        "sent",
        "",
        None,
        None,
    )


def test_the_log_says_who_and_why_and_how_much_and_nobody(zubaida: Customer, amina: User) -> None:
    actions.erase_customer(zubaida, by=amina, why="asked for it by phone")
    entry = AuditEntry.objects.get(action="customers.customer.erased")
    assert (entry.by, entry.label, entry.detail["why"]) == (
        amina, f"Erased customer {zubaida.pk}", "asked for it by phone",
    )  # fmt: skip
    counts = entry.detail["counts"]
    assert (counts["events"], counts["contacts"], counts["messages"]) == (3, 2, 1)
    added = AuditEntry.objects.get(action="customers.customer.added")
    assert (added.label, added.detail, added.by) == (f"Erased customer {zubaida.pk}", {}, amina)


def test_who_said_no_stays_unwritten_to_by_a_hash(zubaida: Customer, amina: User) -> None:
    actions.erase_customer(zubaida, by=amina, why="asked for it")
    row = Suppression.objects.get()
    assert row.address == sealed(MAIL)
    assert MAIL not in row.address
    back = actions.add_customer(by=amina, name="Somebody", emails=[MAIL], kind="person")
    actions.grant_consent(back.contacts.get(), "email", "offers", by=amina, how="by mistake")
    from grahak.channels.checks import judge, with_facts

    dispatch = Dispatch.objects.create(renderer="campaign", subject_id=2, state="sending", audience=1)
    Message.objects.create(dispatch=dispatch, customer=back, contact=back.contacts.get())
    verdict = judge("offers", with_facts(Message.objects.filter(dispatch=dispatch), dispatch))[0]
    assert verdict.reason == "suppressed"


def test_others_keep_what_is_theirs(zubaida: Customer, amina: User) -> None:
    other = actions.add_customer(by=amina, name="Zubaida Malik", phones=["+92 333 4455667"], kind="person")
    actions.write_note(other, "same phone as her sister", by=amina)
    actions.erase_customer(zubaida, by=amina, why="asked for it")
    other.refresh_from_db()
    assert (other.name, other.notes.count(), other.contacts.get().identities.get().value) == (
        "Zubaida Malik", 1, PHONE,
    )  # fmt: skip


def test_files_and_refused_rows_that_name_them_go(zubaida: Customer, amina: User, as_amina: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    for name, line in (("hers.csv", b"Somebody,(0333) 445-5667\n"), ("other.csv", b"Noor,03001234567\n")):
        file = SimpleUploadedFile(name, b"Name,Phone\n" + line)
        assert as_amina.post("/imports/", {"kind": "customers", "file": file}).status_code == 302
    hers, other = ImportRun.objects.get(file_name="hers.csv"), ImportRun.objects.get(file_name="other.csv")
    ImportRun.objects.update(state="done")
    ImportIssue.objects.create(run=other, row=2, code="missing", values=[NAME, "x"])
    ImportIssue.objects.create(run=other, row=3, code="missing", values=["Noor", "x"])
    storage, path = hers.file.storage, hers.file.name
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda act, **_more: act())
        actions.erase_customer(zubaida, by=amina, why="asked for it")
    hers.refresh_from_db()
    other.refresh_from_db()
    assert (hers.file.name, hers.inspection["samples"], storage.exists(path)) == ("", [], False)
    assert other.file.storage.exists(other.file.name)
    assert list(other.issues.values_list("row", flat=True)) == [3]
    assert as_amina.get(f"/imports/{hers.pk}/").status_code == 200
    other.file.delete(save=False)


def test_a_file_under_way_is_waited_for(zubaida: Customer, amina: User, as_amina: Client) -> None:
    run = ImportRun(kind="customers", file_name="x.csv", source="file", state="running")
    run.file.save("x.csv", ContentFile(b"Name\nZubaida Quraishi\n"))
    with pytest.raises(Conflict):
        actions.erase_customer(zubaida, by=amina, why="asked for it")
    assert as_amina.post(f"/customers/{zubaida.pk}/erase/", {"why": "asked", "sure": "on"}).status_code == 409
    zubaida.refresh_from_db()
    assert zubaida.name == NAME
    run.file.delete(save=False)


@pytest.mark.parametrize("why", ["", "  ", f"{NAME}", f"she ({MAIL}) asked", "call 0333-4455667"])
def test_the_reason_names_nobody(zubaida: Customer, amina: User, why: str) -> None:
    with pytest.raises(ValidationError):
        actions.erase_customer(zubaida, by=amina, why=why)
    zubaida.refresh_from_db()
    assert zubaida.name == NAME


def test_rooms_above_are_told(zubaida: Customer, amina: User) -> None:
    told: list[Any] = []
    events.on("customers.erased", told.append)
    listener = lambda customer_ids: told.append(customer_ids)  # noqa: E731
    events._LISTENERS["customers.erased"][-1] = listener
    try:
        actions.erase_customer(zubaida, by=amina, why="asked for it")
    finally:
        events._LISTENERS["customers.erased"].remove(listener)
    assert told == [[zubaida.pk]]


def test_the_page_says_what_goes_and_asks_twice(
    zubaida: Customer, as_amina: Client, as_bilal: Client
) -> None:
    url = f"/customers/{zubaida.pk}/erase/"
    html = as_amina.get(url).content.decode()
    for words in ("What goes", "Phones, e-mails, cards, accounts", "Orders and returns, with their figures"):
        assert words in html
    assert (
        f'href="/customers/{zubaida.pk}/erase/"' in as_amina.get(f"/customers/{zubaida.pk}/").content.decode()
    )
    assert as_bilal.get(url).status_code == as_bilal.post(url, {"why": "x", "sure": "on"}).status_code == 404
    assert "erase/" not in as_bilal.get(f"/customers/{zubaida.pk}/").content.decode()
    for wrong in ({}, {"why": "asked for it"}, {"sure": "on"}, {"why": NAME, "sure": "on"}):
        assert as_amina.post(url, wrong).status_code == 422
    zubaida.refresh_from_db()
    assert zubaida.name == NAME
    done = as_amina.post(url, {"why": "asked for it", "sure": "on"})
    assert done["Location"] == f"/customers/{zubaida.pk}/"
    html = as_amina.get(done["Location"]).content.decode()
    assert "Erased customer" in html
    assert mentions() == []


def test_twice_changes_nothing_more(zubaida: Customer, amina: User) -> None:
    actions.erase_customer(zubaida, by=amina, why="asked for it")
    actions.erase_customer(zubaida, by=amina, why="asked for it again")
    assert Customer.objects.get(pk=zubaida.pk).name == f"Erased customer {zubaida.pk}"
    assert AuditEntry.objects.filter(action="customers.customer.erased").count() == 2
