"""Mail through a provider's API: what each answer means for the ledger, against a fake that answers over HTTP what a
provider would. The fake is ours; no provider was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from grahak.channels import engine
from grahak.channels.email.accounts import Account
from grahak.channels.email.building import Letterhead
from grahak.channels.models import Message, Suppression
from grahak.channels.tests.people import launched, somebody

KEYS: dict[str, dict[str, str]] = {
    "mailgun": {"api_key": "k", "sender_domain": "kapasi.example"},
    "postmark": {"server_token": "t"},
    "resend": {"api_key": "k"},
    "brevo": {"api_key": "k"},
    "mailjet": {"api_key": "k", "secret_key": "s"},
    "sendgrid": {"api_key": "k"},
    "sparkpost": {"api_key": "k"},
}
YES: dict[str, Any] = {
    "mailgun": {"id": "<theirs-1@mailgun>", "message": "Queued. Thank you."},
    "postmark": {"ErrorCode": 0, "Message": "OK", "MessageID": "theirs-1@mailgun", "To": "a@home.example"},
    "resend": {"id": "theirs-1@mailgun"},
    "brevo": {"messageId": "<theirs-1@mailgun>"},
    "mailjet": {
        "Messages": [
            {"Status": "success", "To": [{"Email": "a@home.example", "MessageID": 7, "MessageUUID": "u"}]}
        ]
    },
    "sendgrid": {},
    "sparkpost": {
        "results": {"id": "theirs-1@mailgun", "total_accepted_recipients": 1, "total_rejected_recipients": 0}
    },
}

Asked = list[tuple[dict[str, str], bytes]]


@contextmanager
def answering(status: int, body: Any, *, hang_up: bool = False) -> Iterator[tuple[str, Asked]]:
    """A fake provider at an address of its own: answers every POST so, or reads it and hangs up."""
    asked: Asked = []

    class Fake(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            asked.append((dict(self.headers.items()), content))
            if hang_up:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            answer = json.dumps(body).encode() if not isinstance(body, bytes) else body
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.send_header("Retry-After", "7")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def account(provider: str, url: str) -> Account:
    return Account(
        *("", 0, "none", "", ""),
        letterhead=Letterhead("Kapasi & Sons", "shop@kapasi.example"),
        connections=1,
        provider=provider,
        keys={**KEYS[provider], "api_url": url},
    )


def sent_through(provider: str, url: str) -> Message:
    dispatch = launched(somebody("Ayesha Ḥaq", "a@home.example"))
    engine.send_all(account=account(provider, url))
    return Message.objects.get(dispatch=dispatch)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("provider", sorted(KEYS))
def test_each_provider_takes_a_mail_with_our_name_of_it(provider: str) -> None:
    with answering(202 if provider == "sendgrid" else 200, YES[provider]) as (url, asked):
        message = sent_through(provider, url)
    assert (message.state, len(asked)) == ("sent", 1)
    headers, content = asked[0]
    content = unquote_to_bytes(content)
    assert message.message_id.encode() in content
    assert b"a@home.example" in content
    if provider == "resend":
        assert headers["Idempotency-Key"] == message.message_id
    if provider not in ("sendgrid", "mailjet"):  # which make a name of their own here, or number it
        assert message.provider_id == "theirs-1@mailgun"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, b"{not json", "unknown"),
        (500, {}, "unknown"),
        (504, {}, "unknown"),
        (400, {"message": "from is not a valid address"}, "failed"),
        (413, {}, "failed"),
    ],
)
def test_what_a_provider_answers_decides_what_is_known(status: int, body: Any, state: str) -> None:
    with answering(status, body) as (url, asked):
        message = sent_through("mailgun", url)
    assert (message.state, len(asked)) == (state, 1)


@pytest.mark.django_db(transaction=True)
def test_a_provider_that_hangs_up_after_reading_leaves_it_unknown_and_is_not_asked_again() -> None:
    with answering(200, {}, hang_up=True) as (url, asked):
        message = sent_through("postmark", url)
    assert (message.state, message.reason, len(asked)) == ("unknown", "hung_up", 1)


@pytest.mark.django_db(transaction=True)
def test_an_address_that_the_provider_bars_fails() -> None:
    says = "You tried to send to a recipient that has been marked as inactive.\nFound inactive addresses: "
    answer = {"ErrorCode": 406, "Message": says + "a@home.example.\nInactive recipients are ones that …"}
    with answering(422, answer) as (url, _asked):
        message = sent_through("postmark", url)
    assert (message.state, message.reason) == ("failed", "refused")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("status", "hold", "wait"), [(429, False, 7.0), (503, False, 7.0), (401, True, 0.0), (402, True, 0.0)]
)
def test_a_provider_that_says_not_now_has_taken_nothing(status: int, hold: bool, wait: float) -> None:
    with answering(status, {}) as (url, _asked):
        outcome = _deliver(url)
    assert (outcome.result, outcome.off, outcome.hold, outcome.wait) == ("later", True, hold, wait)


def test_a_provider_that_cannot_be_reached_has_taken_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert _deliver(f"http://127.0.0.1:{port}/").result == "later"


def _deliver(url: str) -> Any:
    import asyncio

    from grahak.channels.email.anymail import AnymailTransport
    from grahak.channels.email.building import Parcel, build
    from grahak.channels.renderers import Words

    head = Letterhead("Kapasi", "shop@kapasi.example")
    words = Words(1, "New", "Hello", "<p>Hello</p>", unsubscribe_url="https://shop.example/u/1")
    parcel = Parcel(
        1, 1, head.envelope, "a@home.example", build(head, words, "a@home.example", "1.x@k.example")
    )

    async def deliver() -> Any:
        transport = AnymailTransport(account("mailgun", url))
        await transport.open()
        try:
            return await transport.deliver(parcel)
        finally:
            await transport.close()

    return asyncio.run(deliver())


def test_the_headers_of_one_click_unsubscribing_go_along() -> None:
    with answering(200, YES["mailgun"]) as (url, asked):
        assert _deliver(url).result == "sent"
    content = unquote_to_bytes(asked[0][1])
    assert b"https://shop.example/u/1" in content
    assert b"List-Unsubscribe=One-Click" in content
