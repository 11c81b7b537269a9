"""Campaigns by WhatsApp and SMS, from the step to the FAKE provider: templates with their values, the 24 hours, DLT,
what is left out and why, and a trial on a phone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from grahak.channels import connecting, engine, ledger
from grahak.channels.models import (
    Click,
    Dispatch,
    Incoming,
    Link,
    Message,
    SmsAccount,
    TemplateUse,
    WhatsAppAccount,
    WhatsAppTemplate,
)
from grahak.channels.secrets import seal
from grahak.channels.sms import uses as sms_uses
from grahak.channels.testing import fake, fake_sms, fake_whatsapp
from grahak.channels.whatsapp import accounts as whatsapp_accounts
from grahak.channels.whatsapp import api, uses
from grahak.channels.whatsapp.uses import Use
from grahak.core.models import User
from grahak.customers.actions import add_customer
from grahak.customers.actions.consent import grant_consent
from grahak.marketing import actions
from grahak.marketing.models import Campaign, CampaignText

pytestmark = pytest.mark.django_db(transaction=True)

VALUES = {
    "header:1": "{{ customer.city }}",
    "body:1": "{{ contact.first_name }}",
    "body:2": "{{ customer.name }}",
    "button:0:1": "new?from=wa",
}


def buyer(by: User, name: str, phone: str, channel: str, *, language: str = "en", city: str = "Surat") -> Any:
    found = add_customer(by=by, name=name, phones=[phone] if phone else [], language=language, city=city)
    contact = found.contacts.get(is_primary=True)
    contact.language = language
    contact.save()
    grant_consent(contact, channel, "offers", by=by, how="form")
    return found


@pytest.fixture
def meta(settings: Any) -> Iterator[fake_whatsapp.FakeWhatsApp]:
    settings.OUTBOUND_PRIVATE = True
    row = WhatsAppAccount.objects.create(
        phone_id=fake_whatsapp.PHONE_ID,
        business_id=fake_whatsapp.BUSINESS_ID,
        token_sealed=seal(fake_whatsapp.TOKEN),
        app_secret_sealed=seal(fake_whatsapp.APP_SECRET),
        prices={"marketing": "0.78", "utility": "0.12"},
        connections=2,
    )
    with fake.running(fake_whatsapp.FakeWhatsApp()) as provider:
        from dataclasses import replace

        here = replace(whatsapp_accounts.account_of(row), origin=provider.url)
        api.keep_templates(row, api.templates(here))
        provider.account = here  # type: ignore[attr-defined]
        yield provider


@pytest.fixture
def gateway(settings: Any) -> Iterator[fake_sms.FakeSms]:
    settings.OUTBOUND_PRIVATE = True
    with fake.running(fake_sms.FakeSms()) as provider:
        SmsAccount.objects.create(
            **(fake_sms.SETTINGS | {"url": f"{provider.url}/send", "key_sealed": seal(fake_sms.KEY)}),
            price=Decimal("0.25"),
            connections=2,
            daytime_only=False,
            entity="1101",
        )
        yield provider


def opened(page: str) -> list[str]:
    """The variants that a draft's page shows open."""
    return re.findall(r'<details class="variant" open>.*?variant__code">(\w)<', page)


def campaign(by: User, channel: str, customers: list[Any]) -> Campaign:
    return actions.begin(by=by, name="New stock", channel=channel, customers=[one.pk for one in customers])


def sent(found: Campaign, by: User, **more: Any) -> Dispatch:
    """Launched, counted and sent, as the worker would."""
    actions.edit(found, by=by, holdout_percent=0)
    dispatch = actions.send_now(found, by=by)
    ledger.freeze_audience.func(dispatch.pk)
    engine.send_all(channel=found.channel, **more)
    dispatch.refresh_from_db()
    return dispatch


def test_each_gets_the_approved_template_in_their_language_with_their_own_values(
    amina: User, meta: fake_whatsapp.FakeWhatsApp
) -> None:
    people = [
        buyer(amina, "Meena Stores", "98250 12345", "whatsapp"),
        buyer(amina, "Noor Cloth House", "98250 12346", "whatsapp", language="ur"),
        buyer(amina, "Dave Brothers", "98250 12347", "whatsapp", language="gu"),
        buyer(amina, "Without Phone", "", "whatsapp"),
        buyer(amina, "Without City", "98250 12348", "whatsapp", city=""),
    ]
    found = campaign(amina, "whatsapp", people)
    uses.keep(found.pk, Use("new_stock", VALUES))
    dispatch = sent(found, amina, account=meta.account)  # type: ignore[attr-defined]
    asked = {number: told["template"] for number, _text, _ours, told in meta.taken}
    assert asked["+919825012345"] == {
        "name": "new_stock",
        "language": {"code": "en"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "Surat"}]},
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "Meena"}, {"type": "text", "text": "Meena Stores"}],
            },
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "new?from=wa"}],
            },
        ],
    }
    assert asked["+919825012346"]["language"] == {"code": "ur"}
    assert asked["+919825012347"]["language"] == {"code": "en"}  # no Gujarati one is approved
    reasons = ledger.tally(dispatch).reasons
    assert reasons == {("sent", ""): 3, ("skipped", "no_address"): 1, ("skipped", "template"): 1}
    assert ledger.tally(dispatch).adds_up
    assert set(Message.objects.filter(state="sent").values_list("cost", flat=True)) == {Decimal("0.78")}
    assert set(Message.objects.filter(state="sent").values_list("provider_id", flat=True)) == {
        "wamid.FAKE000001",
        "wamid.FAKE000002",
        "wamid.FAKE000003",
    }


def test_a_variant_may_have_a_template_of_its_own_on_its_screen_in_what_goes_out_and_in_the_next_one(
    amina: User, meta: fake_whatsapp.FakeWhatsApp, client: Client
) -> None:
    people = [buyer(amina, f"Shop {n}", f"98250 2{n:04}", "whatsapp") for n in range(20)]
    found = campaign(amina, "whatsapp", people)
    uses.keep(found.pk, Use("new_stock", VALUES))
    actions.set_variant(found, "A", by=amina, name="With the news")
    actions.set_variant(found, "B", by=amina, name="The order only")
    client.force_login(amina)
    url = f"/campaigns/{found.pk}/variants/B/template/"
    assert client.post(url, {"template": "nobody_approved_this"}).status_code == 422
    assert client.post(url, {"template": "order_ready"}).status_code == 302
    page = client.get(f"/campaigns/{found.pk}/").content.decode()
    assert 'id="id_templateA"' in page
    assert "B: “" in page  # what is still to be filled in, by its variant
    assert f'href="/campaigns/{found.pk}/#variants"' in page  # … and where that is mended
    assert opened(page) == ["B"]
    wrong = client.post(url, {"template": "order_ready", "value_body:1": "{{ contact.first"})
    assert wrong.status_code == 422
    assert opened(wrong.content.decode()) == ["B"]
    filled = {f"value_{slot.key}": "{{ customer.name }}" for slot in uses.slots_of("order_ready")}
    assert client.post(url, {"template": "order_ready", **filled}).status_code == 302
    assert client.post(f"/campaigns/{found.pk}/variants/C/template/", {"template": ""}).status_code == 404
    assert opened(client.get(f"/campaigns/{found.pk}/").content.decode()) == []
    again = actions.clone(found, by=amina)
    sent(found, amina, account=meta.account)  # type: ignore[attr-defined]
    drawn = dict(Message.objects.values_list("address", "variant"))
    assert set(drawn.values()) == {"A", "B"}
    for number, _text, _ours, told in meta.taken:
        assert told["template"]["name"] == {"A": "new_stock", "B": "order_ready"}[drawn[number]]
    assert uses.use_of(again.pk) == Use("new_stock", VALUES)
    assert uses.own_of(again.pk, "B").template == "order_ready"
    client.post(f"/campaigns/{again.pk}/variants/B/template/", {"template": ""})
    assert uses.own_of(again.pk, "B") == Use()
    assert uses.use_of(again.pk, variant="B").template == "new_stock"
    actions.remove(again, by=amina)
    assert not TemplateUse.objects.filter(subject_id=again.pk).exists()


def test_who_reads_urdu_gets_a_variant_s_template_in_urdu_though_the_campaign_has_none(
    amina: User, meta: fake_whatsapp.FakeWhatsApp
) -> None:
    people = [buyer(amina, f"Shop {n}", f"98250 3{n:04}", "whatsapp", language="ur") for n in range(6)]
    found = campaign(amina, "whatsapp", people)
    for code in "AB":
        actions.set_variant(found, code, by=amina, name=code)
        uses.keep(found.pk, Use("new_stock", VALUES), variant=code)
    sent(found, amina, account=meta.account)  # type: ignore[attr-defined]
    assert [told["template"]["language"]["code"] for *_told, told in meta.taken] == ["ur"] * 6


def test_without_a_template_only_those_get_it_who_wrote_in_the_last_day(
    amina: User, meta: fake_whatsapp.FakeWhatsApp
) -> None:
    people = [buyer(amina, f"Buyer {n}", f"98250 1234{n}", "whatsapp") for n in range(3)]
    now = timezone.now()
    for n, hours in ((0, 23), (1, 25)):
        Incoming.objects.create(
            channel="whatsapp",
            provider_id=str(n),
            address=f"+91982501234{n}",
            at=now - dt.timedelta(hours=hours),
        )
    found = campaign(amina, "whatsapp", people)
    CampaignText.objects.create(campaign=found, language="en", body="Come {{ contact.first_name }}")
    dispatch = sent(found, amina, account=meta.account)  # type: ignore[attr-defined]
    assert [(number, text) for number, text, *_rest in meta.taken] == [("+919825012340", "Come Buyer")]
    assert ledger.tally(dispatch).reasons == {("sent", ""): 1, ("skipped", "no_window"): 2}


def test_a_button_that_leads_to_our_own_address_is_counted(
    amina: User, meta: fake_whatsapp.FakeWhatsApp, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://crm.example"
    WhatsAppTemplate.objects.create(
        name="counted", language="en", status="APPROVED", category="MARKETING",
        components=[
            {"type": "BODY", "text": "Look"},
            {"type": "BUTTONS", "buttons": [
                {"type": "URL", "text": "Go", "url": "https://crm.example/r/{{1}}"}]},
        ],
    )  # fmt: skip
    found = campaign(amina, "whatsapp", [buyer(amina, "Meena Stores", "98250 12345", "whatsapp")])
    uses.keep(found.pk, Use("counted", {"button:0:1": "https://shop.example/new"}))
    sent(found, amina, account=meta.account)  # type: ignore[attr-defined]
    token = meta.taken[0][3]["template"]["components"][0]["parameters"][0]["text"]
    assert Link.objects.get().url == "https://shop.example/new"
    answer = Client().get(f"/r/{token}", headers={"User-Agent": "Mozilla/5.0 (Android) Chrome/120"})
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "https://shop.example/new")
    assert Click.objects.count() == 1


@pytest.mark.parametrize(
    ("template", "values", "what"),
    [
        ("big_sale", {"body:1": "x"}, "cannot be sent"),
        ("gone", {}, "not at Meta any more"),
        ("new_stock", VALUES | {"body:2": ""}, "is empty"),
        ("new_stock", VALUES | {"body:2": "{{ contact.nam }}"}, "There is no tag"),
        ("eid_card", {"header:image": "http://x.example/a.jpg", "body:1": "x"}, "must begin with https://"),
    ],
)
def test_what_cannot_go_is_stopped_before_anything_is_sent(
    amina: User, meta: fake_whatsapp.FakeWhatsApp, template: str, values: dict[str, str], what: str
) -> None:
    found = campaign(amina, "whatsapp", [buyer(amina, "Meena Stores", "98250 12345", "whatsapp")])
    uses.keep(found.pk, Use(template, values))
    stops = [str(one) for one in actions.problems(found) if one.level == "stop"]
    assert any(what in one for one in stops), stops
    with pytest.raises(actions.NotReady):
        actions.send_now(found, by=amina)


def test_a_template_that_meta_withdraws_meanwhile_holds_the_rest(
    amina: User, meta: fake_whatsapp.FakeWhatsApp
) -> None:
    people = [buyer(amina, f"Buyer {n}", f"98250 1234{n}", "whatsapp") for n in range(4)]
    meta.otherwise = "template"
    found = campaign(amina, "whatsapp", people)
    uses.keep(found.pk, Use("new_stock", VALUES))
    dispatch = sent(found, amina, account=meta.account)  # type: ignore[attr-defined]
    assert dispatch.state == "paused"
    assert dispatch.trouble.startswith("132001 ")
    assert ledger.tally(dispatch).states == {"waiting": 4}
    meta.otherwise = "accept"
    ledger.resume(dispatch, by=amina)
    Message.objects.update(not_before=timezone.now())
    engine.send_all(channel="whatsapp", account=meta.account)  # type: ignore[attr-defined]
    assert ledger.tally(dispatch).states == {"sent": 4}


def test_an_sms_goes_with_its_dlt_template_and_costs_by_its_own_segments(
    amina: User, gateway: fake_sms.FakeSms
) -> None:
    people = [
        buyer(amina, "Meena Stores", "98250 12345", "sms"),
        buyer(amina, "Noor", "98250 12346", "sms", language="ur"),
        buyer(amina, "Landline", "022 2345 6789", "sms"),
    ]
    found = campaign(amina, "sms", people)
    CampaignText.objects.create(
        campaign=found, language="en", body="Dear {{ contact.first_name }}. Reply STOP to stop"
    )
    CampaignText.objects.create(campaign=found, language="ur", body="نیا مال " * 12)
    sms_uses.keep(found.pk, sms_uses.Use({"en": "1107160000000000001", "ur": "1107160000000000002"}))
    dispatch = sent(found, amina)
    asked = {number: told for number, _text, _ours, told in gateway.taken}
    assert asked["+919825012345"]["text"] == "Dear Meena. Reply STOP to stop"
    assert asked["+919825012345"]["template"] == "1107160000000000001"
    assert asked["+919825012345"]["entity"] == "1101"
    assert asked["+919825012346"]["template"] == "1107160000000000002"
    assert dict(Message.objects.filter(state="sent").values_list("address", "cost")) == {
        "+919825012345": Decimal("0.25"),
        "+919825012346": Decimal("0.50"),
    }
    assert ledger.tally(dispatch).reasons == {("sent", ""): 2, ("skipped", "no_address"): 1}


def test_an_sms_without_its_dlt_template_does_not_go(amina: User, gateway: fake_sms.FakeSms) -> None:
    found = campaign(amina, "sms", [buyer(amina, "Meena Stores", "98250 12345", "sms")])
    CampaignText.objects.create(campaign=found, language="en", body="New stock")
    said = {(one.level, str(one)) for one in actions.problems(found)}
    assert ("stop", "There is no DLT template ID for this text: operators in India refuse it.") in said
    assert ("warn", "The text does not say how to stop, such as “Reply STOP to stop”.") in said


def test_a_campaign_is_tried_on_my_phone(
    as_amina: Client, amina: User, gateway: fake_sms.FakeSms, meta: fake_whatsapp.FakeWhatsApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found = campaign(amina, "sms", [])
    CampaignText.objects.create(campaign=found, language="en", body="Dear {{ contact.first_name }}")
    as_amina.post(f"/campaigns/{found.pk}/phone/", {"number": "98250 99999"})
    assert gateway.taken[0][:2] == ("+919825099999", "Dear Ayesha")
    tried: list[Any] = []
    monkeypatch.setattr(
        connecting, "try_whatsapp", lambda row, words, number, by: tried.append(words) or engine_sent()
    )
    found = campaign(amina, "whatsapp", [])
    uses.keep(found.pk, Use("new_stock", VALUES))
    as_amina.post(f"/campaigns/{found.pk}/phone/", {"number": "98250 99999"})
    assert tried[0].template == "new_stock"
    assert tried[0].components[1]["parameters"][0]["text"] == "Ayesha"
    ready = {slot.key: "{{ customer.name }}" for slot in uses.slots_of("order_ready")}
    actions.set_variant(found, "B", by=amina, name="The order only")
    uses.keep(found.pk, Use("order_ready", ready), variant="B")
    for variant in ("B", "", "Z"):
        as_amina.post(f"/campaigns/{found.pk}/phone/", {"number": "98250 99999", "variant": variant})
    assert [one.template for one in tried[1:]] == ["order_ready", "new_stock", "new_stock"]


def engine_sent() -> Any:
    from grahak.channels.turns import Outcome

    return Outcome(0, "sent")


def test_the_step_of_a_whatsapp_campaign_shows_the_template_and_its_places(
    as_amina: Client, amina: User, meta: fake_whatsapp.FakeWhatsApp
) -> None:
    found = campaign(amina, "whatsapp", [])
    uses.keep(found.pk, Use("new_stock", VALUES))
    page = as_amina.get(f"/campaigns/{found.pk}/").content.decode()
    for words in ("new_stock", "Text, value 2", "End of the button", "https://shop.example/", "Reply STOP"):
        assert words in page
    assert "big_sale" not in page
