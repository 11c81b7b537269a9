"""Connecting WhatsApp and SMS: what is kept sealed, what Meta says, trying it out, and the doors of the webhooks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from grahak.channels import wire
from grahak.channels.models import HookDelivery, SmsAccount, WhatsAppAccount, WhatsAppTemplate
from grahak.channels.secrets import seal
from grahak.channels.testing import fake, fake_sms, fake_whatsapp
from grahak.channels.whatsapp import accounts as whatsapp_accounts
from grahak.core.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("business")]


@pytest.fixture
def meta(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The FAKE of the Cloud API in place of Meta's."""
    settings.OUTBOUND_PRIVATE = True
    with fake.running(fake_whatsapp.FakeWhatsApp()) as provider:
        monkeypatch.setattr(whatsapp_accounts.Account.__init__, "__defaults__", _defaults(provider.url))
        yield provider


def _defaults(origin: str) -> tuple[Any, ...]:
    old = whatsapp_accounts.Account.__init__.__defaults__ or ()
    return tuple(origin if one == whatsapp_accounts.GRAPH else one for one in old)


def filled(**more: str) -> dict[str, str]:
    return {
        "phone_id": fake_whatsapp.PHONE_ID,
        "business_id": fake_whatsapp.BUSINESS_ID,
        "token": fake_whatsapp.TOKEN,
        "app_secret": fake_whatsapp.APP_SECRET,
        "verify": fake_whatsapp.VERIFY,
        "version": "v23.0",
        "connections": "4",
        "price_marketing": "0.78",
        "price_utility": "0.12",
        **more,
    }


def connected(**more: Any) -> WhatsAppAccount:
    return WhatsAppAccount.objects.create(
        phone_id=fake_whatsapp.PHONE_ID,
        business_id=fake_whatsapp.BUSINESS_ID,
        token_sealed=seal(fake_whatsapp.TOKEN),
        app_secret_sealed=seal(fake_whatsapp.APP_SECRET),
        verify_sealed=seal(fake_whatsapp.VERIFY),
        **more,
    )


def gateway(url: str = "https://sms.example/send", **more: Any) -> SmsAccount:
    return SmsAccount.objects.create(
        **(fake_sms.SETTINGS | {"url": url, "key_sealed": seal(fake_sms.KEY), "price": "0.25"} | more)
    )


def test_a_number_is_connected_asked_after_and_its_secrets_never_shown(meta: Any, as_amina: Client) -> None:
    assert as_amina.post("/settings/whatsapp/", filled()).status_code == 302
    row = WhatsAppAccount.objects.get()
    assert (row.number, row.quality, row.limit, row.trouble) == ("+91 98250 00000", "GREEN", "TIER_1K", "")
    assert row.prices == {"marketing": "0.78", "utility": "0.12"}
    assert row.token == fake_whatsapp.TOKEN
    assert fake_whatsapp.TOKEN not in row.token_sealed
    page = as_amina.get("/settings/whatsapp/").content.decode()
    for secret in (fake_whatsapp.TOKEN, fake_whatsapp.APP_SECRET, fake_whatsapp.VERIFY):
        assert secret not in page
        assert not AuditEntry.objects.filter(detail__icontains=secret).exists()
    assert "at most 1,000" in page
    assert "good" in page


def test_all_pages_of_templates_are_fetched_and_those_gone_are_put_aside(meta: Any, as_amina: Client) -> None:
    as_amina.post("/settings/whatsapp/", filled())
    assert WhatsAppTemplate.objects.count() == len(fake_whatsapp.TEMPLATES) == 7
    meta.templates = meta.templates[:2]
    as_amina.post("/settings/whatsapp/check/")
    assert WhatsAppTemplate.objects.filter(gone_at=None).count() == 2
    page = as_amina.get("/settings/whatsapp/templates/").content.decode()
    assert "new_stock" in page
    assert "order_ready" not in page


def test_a_token_that_ended_is_told_in_plain_words(meta: Any, as_amina: Client) -> None:
    meta.token = "another"
    as_amina.post("/settings/whatsapp/", filled())
    assert WhatsAppAccount.objects.get().trouble == "The access token is not valid any more."


def test_an_empty_secret_keeps_the_one_there(meta: Any, as_amina: Client) -> None:
    as_amina.post("/settings/whatsapp/", filled())
    as_amina.post("/settings/whatsapp/", filled(token="", app_secret="", verify="", stop_words="0"))
    row = WhatsAppAccount.objects.get()
    assert (row.token, row.stop_words) == (fake_whatsapp.TOKEN, "0")


@pytest.mark.parametrize(
    ("field", "value"), [("phone_id", "+91 98250"), ("business_id", "x"), ("version", "23")]
)
def test_what_is_no_id_is_refused_at_its_field(as_amina: Client, field: str, value: str) -> None:
    answer = as_amina.post("/settings/whatsapp/", filled(**{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not WhatsAppAccount.objects.exists()


def test_a_template_without_values_is_tried_on_my_phone(meta: Any, as_amina: Client) -> None:
    as_amina.post("/settings/whatsapp/", filled())
    row = WhatsAppTemplate.objects.create(
        name="hello", language="en", status="APPROVED", components=[{"type": "BODY", "text": "Hello"}]
    )
    as_amina.post("/settings/whatsapp/try/", {"number": "98250 12345", "which": row.pk})
    number, _text, named, asked = meta.taken[0]
    assert number == "+919825012345"
    assert named.startswith("test.")
    assert asked["template"] == {"name": "hello", "language": {"code": "en"}}
    assert WhatsAppAccount.objects.get().tested_at is not None


def test_a_salesman_sees_none_of_it(as_bilal: Client) -> None:
    for path in ("/settings/whatsapp/", "/settings/whatsapp/templates/", "/settings/sms/"):
        assert as_bilal.get(path).status_code == 404


def sms_form(**more: str) -> dict[str, str]:
    base = {key: str(value) for key, value in fake_sms.SETTINGS.items() if key != "statuses"}
    return base | {"url": "https://sms.example/send", "key": "k", "connections": "4", "price": "0.2"} | more


def test_a_gateway_is_set_up(as_amina: Client) -> None:
    assert as_amina.post("/settings/sms/", sms_form(statuses="GONE = hard")).status_code == 302
    row = SmsAccount.objects.get()
    assert (row.key, row.statuses) == ("k", {"GONE": "hard"})
    assert "0.20" in as_amina.get("/settings/sms/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "ftp://sms.example/"),
        ("url", "http://sms.example/send"),
        ("body", '{"to": "{to}"'),
        ("body", '{"to": "{to}"}'),
        ("headers", "nonsense"),
        ("statuses", "X = nothing"),
    ],
)
def test_a_gateway_that_cannot_work_is_refused_at_its_field(as_amina: Client, field: str, value: str) -> None:
    answer = as_amina.post("/settings/sms/", sms_form(**{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_gateway_is_tried_and_says_in_its_own_words_what_is_wrong(settings: Any, as_amina: Client) -> None:
    settings.OUTBOUND_PRIVATE = True
    with fake.running(fake_sms.FakeSms()) as provider:
        gateway(f"{provider.url}/send", key_sealed=seal("wrong"))
        answer = as_amina.post("/settings/sms/try/", {"number": "98250 12345", "text": "Hello"}, follow=True)
        assert "wrong key" in answer.content.decode()
        assert "wrong key" in SmsAccount.objects.get().trouble
        SmsAccount.objects.update(key_sealed=seal(fake_sms.KEY))
        as_amina.post("/settings/sms/try/", {"number": "98250 12345", "text": "Hello", "template": "1107"})
        assert provider.taken[0][0] == "+919825012345"
        assert provider.taken[0][3]["template"] == "1107"


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/send", "https://127.0.0.1/send", "https://10.0.0.1/send"]
)
def test_a_gateway_inside_the_network_is_not_knocked_at(as_amina: Client, address: str) -> None:
    gateway(address)
    answer = as_amina.post("/settings/sms/try/", {"number": "98250 12345", "text": "Hello"}, follow=True)
    assert "Not taken" in answer.content.decode()
    assert SmsAccount.objects.get().tested_at is None
    with pytest.raises(wire.Unreachable):
        wire.Wire(address).open()


def test_the_meter_counts_segments_and_money(as_bilal: Client, as_amina: Client) -> None:
    gateway()
    said = as_amina.post("/sms/meter/", {"text": "a" * 161}).content.decode()
    assert "2 segments" in said
    assert "0.50" in said
    said = as_bilal.post("/sms/meter/", {"text": "سلام"}).content.decode()
    assert "1 segment" in said
    assert "Unicode" in said


# The doors


def door(row: Any) -> str:
    return f"/hooks/{'sms' if isinstance(row, SmsAccount) else 'whatsapp'}/{row.hook_token}/"


def test_meta_s_webhook_proves_itself_by_its_word() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": fake_whatsapp.VERIFY, "hub.challenge": "1158201444"}
    path = door(connected())
    answer = Client().get(path, asked)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"].startswith("text/plain")
    assert Client().get(path, asked | {"hub.verify_token": "wrong"}).status_code == 403
    assert Client().get(path, {"hub.mode": "subscribe", "hub.challenge": "1"}).status_code == 403
    assert Client().get(path).content == b"This address takes what Meta posts."


def post(path: str, body: bytes, **headers: str) -> int:
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


def test_only_what_is_signed_over_its_very_bytes_comes_in() -> None:
    path = door(connected())
    body = fake_whatsapp.body_of(statuses=[fake_whatsapp.status("wamid.1", "read", "+919825012345")])
    signed = fake_whatsapp.signed(body)
    assert post(path, body) == 401
    assert post(path, body, **fake_whatsapp.signed(body, "other secret")) == 401
    assert post(path, json.dumps(json.loads(body), indent=1).encode(), **signed) == 401
    assert post(path, body, **{"X-Hub-Signature-256": "sha256=é"}) == 401
    assert post("/hooks/whatsapp/guessed/", body, **signed) == 404
    assert not HookDelivery.objects.exists()
    assert post(path, body, **signed) == 200
    assert post(path, body, **signed) == 200
    assert HookDelivery.objects.count() == 1
    assert WhatsAppAccount.objects.get().hooked_at is not None


def test_a_gateway_with_a_key_must_sign_and_one_without_has_only_its_token() -> None:
    row = gateway(hook_key_sealed=seal(fake_sms.HOOK_KEY))
    body = fake_sms.body_of(fake_sms.status("1", "DELIVRD"))
    assert post(door(row), body) == 401
    assert post(door(row), body, **fake_sms.signed(body)) == 200
    SmsAccount.objects.update(hook_key_sealed="")
    assert Client().get(door(row), {"id": "2", "status": "DELIVRD"}).status_code == 200
    assert HookDelivery.objects.count() == 2


def test_a_call_that_is_too_large_is_not_read() -> None:
    assert post(door(connected()), b"x" * (3 * 1024 * 1024 + 1)) == 413
    assert not HookDelivery.objects.exists()


def test_a_call_without_an_account_finds_no_door() -> None:
    assert post("/hooks/whatsapp/x/", b"{}") == 404
    assert post("/hooks/sms/x/", b"{}") == 404
