"""What comes in by the webhooks of WhatsApp and SMS: statuses in any order and number, what people write, and stop."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from grahak.channels import deliveries, incoming
from grahak.channels.models import (
    Dispatch,
    HookDelivery,
    Incoming,
    Message,
    Report,
    SmsAccount,
    Suppression,
    WhatsAppAccount,
    WhatsAppTemplate,
)
from grahak.channels.secrets import seal
from grahak.channels.testing import fake_sms, fake_whatsapp
from grahak.core.events import _LISTENERS, EVENTS, on
from grahak.customers.models import Activity, Consent, Contact, Customer, Identity

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("business")]
NUMBER = "+919825012345"


@pytest.fixture
def meta() -> WhatsAppAccount:
    return WhatsAppAccount.objects.create(
        phone_id=fake_whatsapp.PHONE_ID,
        business_id=fake_whatsapp.BUSINESS_ID,
        app_secret_sealed=seal(fake_whatsapp.APP_SECRET),
    )


@pytest.fixture
def gateway() -> SmsAccount:
    return SmsAccount.objects.create(
        **(fake_sms.SETTINGS | {"url": "https://sms.example/", "hook_key_sealed": seal(fake_sms.HOOK_KEY)})
    )


def person(name: str = "Meena", *, number: str = NUMBER, language: str = "en", **consents: str) -> Contact:
    customer = Customer.objects.create(name=name, name_sort=name.lower(), language=language)
    contact = Contact.objects.create(customer=customer, name=name, is_primary=True, language=language)
    Identity.objects.create(contact=contact, kind="phone", value=number)
    long_ago = timezone.now() - dt.timedelta(days=90)
    for channel, state in consents.items():
        Consent.objects.create(
            contact=contact, channel=channel, purpose="offers", state=state, how="form", at=long_ago
        )
    return contact


def written(contact: Contact, channel: str = "whatsapp", **more: Any) -> Message:
    """A message that went out an hour ago."""
    number = Dispatch.objects.count() + 1
    dispatch = Dispatch.objects.create(
        renderer="x", subject_id=number, channel=channel, state="done", audience=1, title="Eid offer"
    )
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    base = {
        "dispatch": dispatch, "customer": contact.customer, "contact": contact, "channel": channel,
        "address": NUMBER, "state": "sent", "sent_at": an_hour_ago, "attempted_at": an_hour_ago,
        "message_id": f"{number}.abc@{channel}", "provider_id": f"wamid.{number}",
    }  # fmt: skip
    return Message.objects.create(**(base | more))


def hook(account: Any, body: bytes) -> None:
    channel = "sms" if isinstance(account, SmsAccount) else "whatsapp"
    signed = (fake_sms if channel == "sms" else fake_whatsapp).signed(body)
    path = f"/hooks/{channel}/{account.hook_token}/"
    answer = Client().post(path, body, content_type="application/json", headers=signed)
    assert answer.status_code == 200
    deliveries.work_all()


STATUSES = ("sent", "delivered", "read")


@pytest.mark.parametrize("order", list(itertools.permutations(STATUSES)))
def test_statuses_in_any_order_end_the_same(meta: WhatsAppAccount, order: tuple[str, ...]) -> None:
    message = written(person())
    now = int(time.time())
    for word in (*order, *order):
        at = now - 60 + STATUSES.index(word)
        told = fake_whatsapp.status(message.provider_id, word, NUMBER, ref=message.message_id, at=at)
        hook(meta, fake_whatsapp.body_of(statuses=[told]))
    message.refresh_from_db()
    assert message.state == "sent"
    assert message.delivered_at is not None
    assert message.read_at is not None
    assert message.delivered_at < message.read_at
    assert Report.objects.count() == 3


def test_a_batch_of_everything_at_once_is_taken_apart(meta: WhatsAppAccount) -> None:
    one, two = written(person()), written(person("Noor", number="+919825012346"))
    WhatsAppTemplate.objects.create(name="new_stock", language="en", status="APPROVED")
    changes = [
        {"field": "messages", "value": {
            "metadata": {"phone_number_id": fake_whatsapp.PHONE_ID},
            "statuses": [
                fake_whatsapp.status(one.provider_id, "delivered", NUMBER),
                {"nonsense": True}, "not even a dict",
                fake_whatsapp.status("wamid.unknown-to-us", "read", NUMBER),
                fake_whatsapp.status(two.provider_id, "failed", NUMBER, code=131026, title="Undeliverable"),
                fake_whatsapp.status(one.provider_id, "warming up", NUMBER),
            ],
            "messages": [fake_whatsapp.wrote(NUMBER, "What is the rate?", "wamid.in1")],
        }},
        {"field": "messages", "value": {
            "metadata": {"phone_number_id": "another shop's"},
            "statuses": [fake_whatsapp.status(one.provider_id, "failed", NUMBER, code=131026)],
        }},
        {"field": "message_template_status_update", "value": {
            "event": "PAUSED", "message_template_name": "new_stock", "message_template_language": "en",
            "reason": "LOW_QUALITY"}},
        {"field": "flows", "value": {"whatever": 1}},
    ]  # fmt: skip
    hook(meta, json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": changes}]}).encode())
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, one.delivered_at is not None) == ("sent", True)
    assert (two.state, two.reason, two.detail[:6]) == ("failed", "soft", "131026")
    assert Incoming.objects.get().text == "What is the rate?"
    assert WhatsAppTemplate.objects.get().status == "PAUSED"
    assert HookDelivery.objects.get().state == "done"
    assert bytes(HookDelivery.objects.get().body) == b""


def test_an_answer_that_got_lost_is_found_by_our_own_id_and_learns_its_name(meta: WhatsAppAccount) -> None:
    message = written(person(), state="unknown", reason="hung_up", provider_id="", sent_at=None)
    told = fake_whatsapp.status("wamid.late", "sent", NUMBER, ref=message.message_id)
    hook(meta, fake_whatsapp.body_of(statuses=[told]))
    message.refresh_from_db()
    assert (message.state, message.reason, message.provider_id) == ("sent", "", "wamid.late")


@pytest.mark.parametrize(
    ("code", "reason", "barred", "stopped"),
    [
        (131026, "soft", 0, False),
        (131049, "blocked", 0, False),
        (131047, "refused", 0, False),
        (131050, "refused", 0, True),
    ],
)
def test_what_meta_says_failed_is_told_apart(
    meta: WhatsAppAccount, code: int, reason: str, barred: int, stopped: bool
) -> None:
    contact = person(whatsapp="granted")
    message = written(contact)
    told = fake_whatsapp.status(message.provider_id, "failed", NUMBER, code=code, title="Meta's words")
    hook(meta, fake_whatsapp.body_of(statuses=[told]))
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", reason)
    assert message.detail.startswith(str(code))
    assert Suppression.objects.count() == barred
    held = Consent.objects.get(contact=contact, is_current=True)
    assert held.state == ("withdrawn" if stopped else "granted")


def test_what_somebody_writes_stands_on_the_timeline_once_and_is_announced(meta: WhatsAppAccount) -> None:
    heard: list[int] = []
    on("channels.message.received", lambda incoming_id: heard.append(incoming_id))
    contact = person()
    body = fake_whatsapp.body_of(messages=[fake_whatsapp.wrote(NUMBER, "Is it in?", "wamid.in1")])
    hook(meta, body)
    hook(meta, body.replace(b"Is it in?", b"Is it in??"))  # Meta tells the same message again
    _LISTENERS["channels.message.received"].pop()
    line = Activity.objects.get(kind="channels.message.received")
    assert (line.customer_id, line.text, line.channel) == (contact.customer_id, "Is it in?", "whatsapp")
    assert heard == [Incoming.objects.get().pk]
    assert "channels.message.received" in EVENTS


def test_a_stranger_s_message_is_kept_without_a_customer(meta: WhatsAppAccount) -> None:
    hook(meta, fake_whatsapp.body_of(messages=[fake_whatsapp.wrote("+919999999999", "Hello", "wamid.in1")]))
    row = Incoming.objects.get()
    assert (row.address, row.customer_id) == ("+919999999999", None)
    assert not Activity.objects.exists()


def test_stop_withdraws_consent_of_all_with_the_number_and_is_answered_in_their_language(
    meta: WhatsAppAccount,
) -> None:
    one, two = person(whatsapp="granted", sms="granted", language="ur"), person("Son", whatsapp="granted")
    message = written(one)
    hook(meta, fake_whatsapp.body_of(messages=[fake_whatsapp.wrote(NUMBER, "بند کریں", "wamid.in1")]))
    said = {(row.contact_id, row.channel): row.state for row in Consent.objects.filter(is_current=True)}
    assert said == {
        (one.pk, "whatsapp"): "withdrawn",
        (one.pk, "sms"): "granted",
        (two.pk, "whatsapp"): "withdrawn",
    }
    message.refresh_from_db()
    assert message.unsubscribed_at is not None
    answer = Dispatch.objects.get(renderer="answer")
    assert (answer.state, answer.purpose, answer.audience) == ("sending", "service", 1)
    assert answer.messages.get().contact_id == one.pk
    hook(meta, fake_whatsapp.body_of(messages=[fake_whatsapp.wrote(NUMBER, "STOP", "wamid.in2")]))
    assert Dispatch.objects.filter(renderer="answer").count() == 1  # told once, not each time
    assert Consent.objects.filter(contact=one, channel="whatsapp").count() == 2


def test_stop_reaches_a_message_that_waits_in_hand(meta: WhatsAppAccount) -> None:
    contact = person(whatsapp="granted")
    message = written(contact, state="claimed", sent_at=None, claimed_by="worker")
    hook(meta, fake_whatsapp.body_of(messages=[fake_whatsapp.wrote(NUMBER, "STOP", "wamid.in1")]))
    message.refresh_from_db()
    assert message.state == "waiting"


def test_a_stranger_who_says_stop_is_barred_by_number(gateway: SmsAccount) -> None:
    hook(gateway, fake_sms.body_of(fake_sms.wrote("919999999999", "STOP", "in1")))
    row = Suppression.objects.get()
    assert (row.channel, row.address, row.reason) == ("sms", "+919999999999", "unsubscribed")


def test_a_switch_in_whatsapp_itself_counts_as_stop_and_back_on_as_nothing(meta: WhatsAppAccount) -> None:
    contact = person(whatsapp="granted")
    for value in ("stop", "resume"):
        one = {
            "wa_id": NUMBER[1:],
            "category": "marketing_messages",
            "value": value,
            "timestamp": str(int(time.time())),
        }
        body = fake_whatsapp.body_of(field="user_preferences", value={"user_preferences": [one]})
        hook(meta, body)
    assert Consent.objects.get(contact=contact, is_current=True).state == "withdrawn"


@pytest.mark.parametrize(
    ("kind", "text"), [("text", "stop"), ("button", "Stop"), ("interactive", "STOP"), ("image", "stop")]
)
def test_buttons_and_captions_are_read_too(meta: WhatsAppAccount, kind: str, text: str) -> None:
    contact = person(whatsapp="granted")
    hook(meta, fake_whatsapp.body_of(messages=[fake_whatsapp.wrote(NUMBER, text, "wamid.in1", kind=kind)]))
    assert Consent.objects.get(contact=contact, is_current=True).state == "withdrawn"


def test_the_window_is_open_for_a_day_after_they_wrote(meta: WhatsAppAccount) -> None:
    now = timezone.now()
    for n, hours in enumerate((30, 3, 23)):
        Incoming.objects.create(
            channel="whatsapp",
            provider_id=str(n),
            address=f"+91982501234{n // 2}",
            at=now - dt.timedelta(hours=hours),
        )
    found = incoming.window_until("whatsapp", ["+919825012340", "+919825012341", NUMBER])
    assert found == {
        "+919825012340": now + dt.timedelta(hours=21),
        "+919825012341": now + dt.timedelta(hours=1),
    }
    assert incoming.window_until("sms", [NUMBER]) == {}


# SMS


@pytest.mark.parametrize(
    ("word", "state", "reason"),
    [
        ("DELIVRD", "sent", ""),
        ("delivered", "sent", ""),
        ("EXPIRED", "failed", "soft"),
        ("REJECTD", "failed", "blocked"),
        ("invalid number", "failed", "bounced"),
        ("FAILED", "failed", "refused"),
        ("something new", "sent", ""),
    ],
)
def test_a_gateway_s_words_are_understood(gateway: SmsAccount, word: str, state: str, reason: str) -> None:
    message = written(person(), "sms", provider_id="G1")
    hook(gateway, fake_sms.body_of(fake_sms.status("G1", word)))
    message.refresh_from_db()
    assert (message.state, message.reason) == (state, reason)


def test_a_gateway_s_own_words_come_before_the_usual_ones(gateway: SmsAccount) -> None:
    SmsAccount.objects.update(statuses={"DELIVRD": "hard"})
    message = written(person(), "sms", provider_id="G1")
    hook(gateway, fake_sms.body_of(fake_sms.status("G1", "DELIVRD")))
    message.refresh_from_db()
    assert message.state == "failed"


def test_a_list_of_reports_and_a_form_are_read_like_one_report(gateway: SmsAccount) -> None:
    one = written(person(), "sms", provider_id="G1")
    two = written(person("Noor"), "sms", provider_id="G2")
    hook(gateway, fake_sms.body_of(fake_sms.status("G1", "DELIVRD"), fake_sms.status("G2", "DELIVRD")))
    three = written(person("Dave"), "sms", provider_id="G3")
    hook(gateway, b"id=G3&status=DELIVRD&time=1790000000")
    for message in (one, two, three):
        message.refresh_from_db()
        assert message.delivered_at is not None


def test_a_call_that_cannot_be_read_is_set_aside_and_holds_nobody_up(gateway: SmsAccount) -> None:
    message = written(person(), "sms", provider_id="G1")
    hook(gateway, b"{not json")
    hook(gateway, fake_sms.body_of(fake_sms.status("G1", "DELIVRD")))
    message.refresh_from_db()
    assert message.delivered_at is not None
    bad = HookDelivery.objects.get(state="failed")
    assert (bad.tries, bytes(bad.body)) == (5, b"{not json")
    assert "JSON" in bad.problem
    assert deliveries.sweep(timezone.now() + dt.timedelta(days=31)) == 2


def test_an_sms_that_somebody_writes_is_kept_by_number_as_it_is_dialled_here(gateway: SmsAccount) -> None:
    contact = person(sms="granted")
    hook(gateway, fake_sms.body_of(fake_sms.wrote("9825012345", "band karo", "in1")))
    assert Incoming.objects.get().contact_id == contact.pk
    assert Consent.objects.get(contact=contact, is_current=True).state == "withdrawn"
    assert not Dispatch.objects.filter(renderer="answer").exists()  # an answer by SMS would cost
