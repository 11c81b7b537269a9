"""What mail providers report. The payloads follow the public documentation of each provider, in the form that anymail
documents and reads; they were made up and signed here with keys of our own, no provider sent them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from grahak.channels.models import Message, Report, Sender, SetAside, Suppression
from grahak.channels.secrets import seal
from grahak.channels.tests.test_reports import sent

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.usefixtures("amina")]
TOKEN = "t0ken-that-nobody-can-guess"
SECRET = "whsec_" + base64.b64encode(b"a key of our own").decode()
_SENDGRID_KEY = ec.generate_private_key(ec.SECP256R1())
HOOK = f"/hooks/mail/{TOKEN}/"


def account(provider: str, secret: str = "s3cret") -> None:
    Sender.objects.create(
        provider=provider,
        from_name="Kapasi",
        from_address="shop@kapasi.example",
        hook_token=TOKEN,
        hook_sealed=seal(secret),
    )


def basic(secret: str = "s3cret") -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"grahak:{secret}".encode()).decode()}


def post(body: Any, headers: dict[str, str] | None = None) -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Client().post(HOOK, content, content_type="application/json", headers=headers or {})
    return answer.status_code


def mailgun(message: Message, event: str, *, key: str = "s3cret", **more: Any) -> dict[str, Any]:
    """docs: Mailgun, Webhooks, "securing webhooks" and event structure."""
    moment, token = "1795428000", f"tok-{event}"
    signed = hmac.new(key.encode(), f"{moment}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": event,
        "id": f"id-{event}",
        "timestamp": 1795428000.1,
        "recipient": message.address,
        "message": {"headers": {"message-id": message.message_id}},
        "user-variables": {"grahak_id": message.message_id},
        **more,
    }
    return {"signature": {"timestamp": moment, "token": token, "signature": signed}, "event-data": data}


def test_mailgun_s_signature_is_checked_and_a_permanent_failure_bars_the_address() -> None:
    account("mailgun")
    message = sent()
    told = {"severity": "permanent", "delivery-status": {"code": 550, "message": "5.1.1 No such user"}}
    assert post(mailgun(message, "failed", key="somebody else's", **told)) == 400
    assert not Report.objects.exists()
    assert post(mailgun(message, "failed", **told)) == 200
    assert post(mailgun(message, "failed", **told)) == 200
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "bounced")
    assert list(Report.objects.values_list("provider", "kind", "code")) == [("mailgun", "hard", "5.1.1")]
    assert Suppression.objects.get().address == message.address


def test_what_is_only_put_off_or_opened_changes_nothing() -> None:
    account("mailgun")
    message = sent()
    assert post(mailgun(message, "failed", severity="temporary")) == 200
    assert post(mailgun(message, "opened")) == 200
    assert not Report.objects.exists()


def test_delivered_resolves_what_a_crash_left_unknown() -> None:
    account("mailgun")
    message = sent(state="unknown", sent_at=None)
    assert post(mailgun(message, "delivered")) == 200
    message.refresh_from_db()
    assert (message.state, message.sent_at) == ("sent", message.attempted_at)


POSTMARK_HARD = {
    "RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "TypeCode": 1, "MessageID": "theirs",
    "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "Email": "ayesha@home.example", "BouncedAt": "2026-11-23T06:00:00Z",
}  # fmt: skip
BREVO_SOFT = {"event": "soft_bounce", "email": "ayesha@home.example", "ts_epoch": 1795413600000,
              "message-id": "<theirs>",
              "reason": "452 4.2.2 mailbox is full", "id": 1}  # fmt: skip
MAILJET_SPAM = [{"event": "spam", "time": 1795413600, "MessageID": 19421777835146490, "email": "ayesha@home.example",
                 "source": "JMRPP", "Payload": ""}]  # fmt: skip
SPARKPOST_BLOCK = [{"msys": {"message_event": {
    "type": "bounce", "bounce_class": "51", "event_id": "92356927693813856", "timestamp": "1795413600",
    "raw_rcpt_to": "ayesha@home.example", "raw_reason": "550 5.7.1 listed at a block list", "transmission_id": "theirs",
}}}]  # fmt: skip


@pytest.mark.parametrize(
    ("provider", "body", "kind"),
    [
        ("postmark", POSTMARK_HARD, "hard"),
        ("postmark", {**POSTMARK_HARD, "Type": "SoftBounce"}, "soft"),
        ("postmark", {**POSTMARK_HARD, "RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complained"),
        ("brevo", BREVO_SOFT, "soft"),
        ("brevo", {**BREVO_SOFT, "event": "hard_bounce"}, "hard"),
        ("brevo", {**BREVO_SOFT, "event": "unsubscribe"}, "unsubscribed"),
        ("mailjet", MAILJET_SPAM, "complained"),
        (
            "mailjet",
            [{**MAILJET_SPAM[0], "event": "bounce", "hard_bounce": True, "error": "user unknown"}],
            "hard",
        ),
        ("sparkpost", SPARKPOST_BLOCK, "blocked"),
    ],
)
def test_providers_that_log_in_are_understood_and_nobody_else_is(provider: str, body: Any, kind: str) -> None:
    account(provider)
    theirs = "19421777835146490" if provider == "mailjet" else "theirs"
    message = sent(provider_id=theirs)
    assert post(body) == 400
    assert post(body, basic("guessed")) == 400
    assert post(body, basic()) == 200
    assert post(body, basic()) == 200
    assert list(Report.objects.values_list("kind", "message_id")) == [(kind, message.pk)]


def test_resend_s_signature_is_checked_with_its_moment() -> None:
    account("resend", SECRET)
    message = sent(provider_id="theirs")
    bounce = {
        "type": "Permanent",
        "subType": "General",
        "message": "The recipient's email address does not exist.",
    }
    body = json.dumps(
        {
            "type": "email.bounced",
            "created_at": "2026-11-23T06:00:00.000Z",
            "data": {"email_id": "theirs", "to": ["ayesha@home.example"], "bounce": bounce},
        }
    ).encode()

    def signed(moment: int, key: bytes = b"a key of our own") -> dict[str, str]:
        what = hmac.digest(key, f"msg_1.{moment}.".encode() + body, hashlib.sha256)
        return {
            "svix-id": "msg_1",
            "svix-timestamp": str(moment),
            "svix-signature": "v1,bogus v1," + base64.b64encode(what).decode(),
        }

    now = int(time.time())
    assert post(body) == 400
    assert post(body, signed(now, b"another key")) == 400
    assert post(body, signed(now - 3_600)) == 400
    assert post(body, signed(now)) == 200
    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "bounced")


def test_sendgrid_s_signature_over_the_raw_bytes_is_checked() -> None:
    public = _SENDGRID_KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    account("sendgrid", base64.b64encode(public).decode())
    message = sent()
    event = {"event": "bounce", "type": "blocked", "sg_event_id": "e1", "timestamp": 1795413600,
             "email": "ayesha@home.example", "reason": "550 spam", "grahak_id": message.message_id}  # fmt: skip
    body = json.dumps([event]).encode()
    signature = base64.b64encode(_SENDGRID_KEY.sign(b"1795413600" + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": "1795413600",
    }
    assert post(body + b" ", headers) == 400
    assert post(body, headers) == 200
    assert Report.objects.get().kind == "blocked"


def test_a_report_that_nobody_can_read_is_set_aside_and_not_asked_for_again() -> None:
    account("postmark")
    assert post(b"{broken", basic()) == 200
    assert post(b"{broken", basic()) == 200
    assert list(SetAside.objects.values_list("source", "reason")) == [("postmark", "broken")]


def test_nobody_finds_the_door_by_guessing() -> None:
    account("postmark")
    assert Client().post("/hooks/mail/guessed/", b"{}", content_type="application/json").status_code == 404
    assert Client().head(HOOK).status_code == 200
    assert Client().get(HOOK).status_code == 405


def test_a_sender_without_a_provider_has_no_door() -> None:
    account("smtp")
    assert post({}) == 404
