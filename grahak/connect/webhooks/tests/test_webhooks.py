"""Webhooks against a real receiver on this machine: signed, tried again, kept in order, switched off, told again."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from grahak.connect.webhooks import actions, outbox, sending, signing, wire
from grahak.connect.webhooks.models import Attempt, Endpoint, Happening, Off, Telling, TellingState
from grahak.core.models import AuditEntry, Branch, User
from grahak.customers import actions as customers
from grahak.customers.models import Customer

pytestmark = pytest.mark.django_db


class Receiver:
    """Keeps what it was sent; ANSWERS are given in turn, then 200. One is a status, or a function of the handler."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Any] = []
        self.asked: list[str] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                receiver.got.append(
                    ({k.lower(): v for k, v in self.headers.items()}, self.rfile.read(length))
                )
                receiver.asked.append(self.path)
                answer = receiver.answers.pop(0) if receiver.answers else 200
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer)
                if answer in (301, 302):
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?a=1"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _headers, body in self.got]


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTBOUND_PRIVATE = True
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    outbox.forget()
    yield
    outbox.forget()


def told(receiver: Receiver, by: User, *events: str, **more: Any) -> Endpoint:
    return actions.add(
        by=by, name="Books", url=receiver.url, events=events, role=more.pop("role", "owner"), **more
    )[0]


def send() -> None:
    """What the worker does until nothing is due, in this thread's own transaction."""
    sending.hand_out()
    from collections import Counter

    while mine := sending.claim(8, Counter()):
        for telling, endpoint in mine:
            headers = signing.headers(endpoint, telling.message_id, telling.body)
            sending.keep(telling, endpoint, headers, wire.post(endpoint.url, headers, telling.body.encode()))


def test_a_new_customer_is_told_signed_as_the_convention_says(amina: User, receiver: Receiver) -> None:
    endpoint = told(receiver, amina, "customer.added")
    customer = customers.add_customer(by=amina, name="محمد اقبال", phones=["9825011111"])
    send()
    headers, body = receiver.got[0]
    verified = Webhook(signing.secret_of(endpoint)).verify(body, headers)
    assert verified["type"] == "customer.added"
    assert verified["data"]["id"] == customer.pk
    assert verified["data"]["name"] == "محمد اقبال"
    assert headers["webhook-id"] == Telling.objects.get().message_id
    assert receiver.asked == ["/in?a=1"]
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify(body, headers)
    assert Telling.objects.get().state == TellingState.DONE


def test_nothing_is_written_down_where_nobody_wants_to_know(amina: User) -> None:
    customers.add_customer(by=amina, name="Iqbal")
    assert not Happening.objects.exists()


def test_what_is_rolled_back_is_never_told(amina: User, receiver: Receiver) -> None:
    from django.db import transaction

    told(receiver, amina, "customer.added")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        customers.add_customer(by=amina, name="Iqbal")
        raise ZeroDivisionError
    send()
    assert receiver.got == []


def test_a_failure_is_tried_again_under_the_same_id_with_the_same_bytes(
    amina: User, receiver: Receiver
) -> None:
    told(receiver, amina, "customer.added")
    receiver.answers = [500, 503]
    customers.add_customer(by=amina, name="Iqbal")
    for _turn in range(3):
        send()
        Telling.objects.update(try_at=timezone.now())
    assert len(receiver.got) == 3
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len({body for _headers, body in receiver.got}) == 1
    assert [one.status for one in Attempt.objects.all()] == [500, 503, 200]
    assert Endpoint.objects.get().failing_since is None


def test_pauses_grow_and_end_after_three_days(amina: User, receiver: Receiver) -> None:
    seconds = [sending.pause(attempts).total_seconds() for attempts in range(1, 13)]
    assert 8 <= seconds[0] <= 12
    assert 24 <= seconds[1] <= 36
    assert max(seconds) <= 12 * 3600 * 1.2
    assert sending.pause(1, asked=300).total_seconds() == 300
    told(receiver, amina, "customer.added")
    customers.add_customer(by=amina, name="Iqbal")
    sending.hand_out()
    Telling.objects.update(give_up_at=timezone.now())
    receiver.answers = [500]
    send()
    telling = Telling.objects.get()
    assert (telling.state, telling.why) == (TellingState.FAILED, "It answered 500.")


def test_a_later_telling_of_a_record_waits_for_the_earlier_one(amina: User, receiver: Receiver) -> None:
    told(receiver, amina, "customer.added", "customer.edited")
    receiver.answers = [500]
    one = customers.add_customer(by=amina, name="Iqbal")
    customers.edit_customer(one, by=amina, city="Surat")
    other = customers.add_customer(by=amina, name="Other")
    send()
    assert sorted(receiver.types()) == ["customer.added", "customer.added"]
    Telling.objects.update(try_at=timezone.now())
    send()
    assert receiver.types()[2:] == ["customer.added", "customer.edited"]
    assert json.loads(receiver.got[3][1])["data"]["fields"] == ["city"]
    assert other.pk in {json.loads(body)["data"]["id"] for _headers, body in receiver.got}


def test_a_redirect_is_not_followed(amina: User, receiver: Receiver) -> None:
    told(receiver, amina, "customer.added")
    receiver.answers = [302]
    customers.add_customer(by=amina, name="Iqbal")
    send()
    assert receiver.asked == ["/in?a=1"]
    assert Attempt.objects.get().why == "It answered with a redirect, which is not followed."


def test_410_unsubscribes(amina: User, receiver: Receiver) -> None:
    told(receiver, amina, "customer.added")
    receiver.answers = [410]
    customers.add_customer(by=amina, name="Iqbal")
    send()
    assert Endpoint.objects.get().off == Off.GONE
    assert AuditEntry.objects.filter(action="connect.webhook.off").count() == 1


def test_five_days_of_failures_switch_it_off(amina: User, receiver: Receiver) -> None:
    endpoint = told(receiver, amina, "customer.added")
    Endpoint.objects.update(failing_since=timezone.now() - dt.timedelta(days=5, minutes=1))
    receiver.answers = [500]
    customers.add_customer(by=amina, name="Iqbal")
    send()
    endpoint.refresh_from_db()
    assert endpoint.off == Off.FAILING
    customers.add_customer(by=amina, name="Missed")
    send()
    assert len(receiver.got) == 1
    actions.switch_on(endpoint, by=amina)
    send()  # what waited goes on
    assert actions.replay_since(endpoint, timezone.now() - dt.timedelta(hours=1), by=amina) == 1
    Telling.objects.update(try_at=timezone.now())
    send()
    names = [json.loads(body)["data"]["name"] for _headers, body in receiver.got]
    assert names == ["Iqbal", "Iqbal", "Missed"] or names == ["Iqbal", "Missed", "Iqbal"]


def test_a_receiver_that_lets_its_answer_drip_is_cut_off(settings: Any, receiver: Receiver) -> None:
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for _turn in range(200):
            handler.wfile.write(b"X-Slow: 1\r\n")
            handler.wfile.flush()
            time.sleep(0.05)

    receiver.answers = [drip]
    began = time.monotonic()
    result = wire.post(receiver.url, {}, b"{}", seconds=0.4)
    assert time.monotonic() - began < 3
    assert (result.status, result.why) == (0, "It did not answer within ten seconds.")


def test_a_receiver_that_hangs_is_cut_off(receiver: Receiver) -> None:
    done = threading.Event()
    receiver.answers = [lambda _handler: done.wait(5)]
    result = wire.post(receiver.url, {}, b"{}", seconds=0.3)
    done.set()
    assert (result.status, result.why) == (0, "It did not answer within ten seconds.")
    assert result.took_ms < 3000


def test_an_endless_answer_is_read_no_further_than_is_kept(receiver: Receiver) -> None:
    def endless(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 300_000)

    receiver.answers = [endless]
    result = wire.post(receiver.url, {}, b"{}")
    assert result.is_received
    assert len(result.answer) == wire.MOST_KEPT


def test_rubbish_instead_of_http_is_a_failure_that_is_told(receiver: Receiver) -> None:
    receiver.answers = [lambda handler: handler.wfile.write(b"220 mail.example ESMTP\r\n")]
    result = wire.post(receiver.url, {}, b"{}")
    assert result.status == 0
    assert result.why.startswith("No answer:")


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "http://a.example/",
        "https://10.0.0.1",
        "ftp://a.example/",
        "https://user@a.example/",
        "https://a.example:99999/",
        "x",
    ],
)
def test_nothing_is_sent_inside(settings: Any, url: str) -> None:
    settings.OUTBOUND_PRIVATE = False
    result = wire.post(url, {}, b"{}")
    assert result.status == 0
    assert result.why


def test_a_name_that_leads_inside_is_refused_at_the_moment_of_sending(
    settings: Any, monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    settings.OUTBOUND_PRIVATE = False
    inside = [(2, 1, 6, "", ("127.0.0.1", receiver.server.server_port))]
    monkeypatch.setattr(wire.socket, "getaddrinfo", lambda *_a, **_k: inside)
    result = wire.post(f"https://hook.example:{receiver.server.server_port}/", {}, b"{}")
    assert "inside the local network" in result.why
    assert receiver.got == []


def test_a_worker_that_dies_while_sending_leaves_a_claim_that_runs_out(
    amina: User, receiver: Receiver
) -> None:
    from collections import Counter

    told(receiver, amina, "customer.added")
    customers.add_customer(by=amina, name="Iqbal")
    sending.hand_out()
    ((telling, _endpoint),) = sending.claim(8, Counter())
    send()  # another worker: it is taken
    assert receiver.got == []
    Telling.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
    send()
    assert [headers["webhook-id"] for headers, _body in receiver.got] == [telling.message_id]
    assert Telling.objects.get().attempts == 2


def test_a_new_secret_and_the_one_before_both_sign_for_a_day(amina: User, receiver: Receiver) -> None:
    endpoint = told(receiver, amina, "customer.added")
    before = signing.secret_of(endpoint)
    after = actions.rotate(endpoint, by=amina)
    customers.add_customer(by=amina, name="Iqbal")
    send()
    headers, body = receiver.got[0]
    for secret in (before, after):
        assert Webhook(secret).verify(body, headers)["type"] == "customer.added"
    Endpoint.objects.update(old_until=timezone.now() - dt.timedelta(seconds=1))
    customers.add_customer(by=amina, name="Later")
    send()
    headers, body = receiver.got[1]
    with pytest.raises(WebhookVerificationError):
        Webhook(before).verify(body, headers)


def test_a_receiver_is_told_only_what_its_role_and_branch_may_see(
    amina: User, chirag: User, receiver: Receiver, surat: Branch
) -> None:
    told(receiver, amina, "customer.added", role="salesman", branch=surat)
    customers.add_customer(by=amina, name="Rajkot's own")
    mine = customers.add_customer(by=chirag, name="Surat's own")
    send()
    assert [json.loads(body)["data"]["id"] for _headers, body in receiver.got] == [mine.pk]


def test_one_that_was_received_can_be_sent_again(amina: User, receiver: Receiver) -> None:
    told(receiver, amina, "customer.added")
    customers.add_customer(by=amina, name="Iqbal")
    send()
    assert actions.replay(Telling.objects.get(), by=amina)
    send()
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len(receiver.got) == 2


def test_the_screens_from_adding_to_removing(as_amina: Any, amina: User, receiver: Receiver) -> None:
    made = as_amina.post(
        "/settings/webhooks/",
        {"name": "Books", "url": receiver.url, "events": ["customer.added"], "role": "owner"},
    )
    endpoint = Endpoint.objects.get()
    assert made.headers["Location"] == endpoint.get_absolute_url()
    page = as_amina.get(endpoint.get_absolute_url())
    assert signing.secret_of(endpoint) in page.content.decode()
    tried = as_amina.post(f"{endpoint.get_absolute_url()}try/")
    send()
    assert receiver.types() == ["test.ping"]
    told_page = as_amina.get(tried.headers["Location"]).content.decode()
    assert "webhook-signature" in told_page
    as_amina.post(f"{endpoint.get_absolute_url()}secret/")
    assert Endpoint.objects.get().old_until is not None
    as_amina.post(f"{endpoint.get_absolute_url()}switch/end/")
    assert as_amina.get(endpoint.get_absolute_url()).status_code == 404


def test_a_wrong_form_is_answered_422_at_its_fields(as_amina: Any, settings: Any) -> None:
    settings.OUTBOUND_PRIVATE = False
    answer = as_amina.post("/settings/webhooks/", {"name": "X", "url": "http://a.example/", "role": "owner"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"url", "events"}


def test_orders_and_payments_are_told(amina: User, receiver: Receiver) -> None:
    from decimal import Decimal

    from grahak.sales import actions as sales

    told(receiver, amina, "order.added", "payment.added")
    customer = customers.add_customer(by=amina, name="Iqbal")
    line = sales.LineDraft(quantity=Decimal(2), unit_price=Decimal(50), description="Tea")
    sales.place_order(by=amina, customer=customer, lines=[line])
    sales.receive_payment(by=amina, customer=customer, amount=Decimal(30), method="cash")
    send()
    bodies = {json.loads(body)["type"]: json.loads(body)["data"] for _headers, body in receiver.got}
    assert bodies["order.added"]["total"] == "100.00"
    assert bodies["order.added"]["lines"][0]["amount"] == "100.00"
    assert bodies["payment.added"]["amount"] == "30.00"
    assert Customer.objects.count() == 1
