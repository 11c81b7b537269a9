"""Who opened a mail: people are counted once, machines apart, nobody where the shop does not want it."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from grahak.channels import tokens
from grahak.channels.actions import follow, opened
from grahak.channels.models import Link, Message
from grahak.channels.tests.people import launched, somebody
from grahak.channels.views.public import DOT

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (Android 14; Mobile) Firefox/133.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
GMAIL_AHEAD = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)


@pytest.fixture
def message(business) -> Message:
    launched(somebody("Aisha", "a@home.example"))
    Message.objects.update(
        state="sent", address="a@home.example", sent_at=timezone.now() - dt.timedelta(hours=1)
    )
    return Message.objects.get()


def fetch(message: Message, agent: str = BROWSER, **more):
    return Client(headers={"user-agent": agent, **more}).get(f"/o/{tokens.open_token(message.pk)}")


def test_a_reader_counts_once(message):
    answer = fetch(message)
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/gif", DOT)
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    message.refresh_from_db()
    first = message.first_opened_at
    assert first is not None
    assert message.machine_opened_at is None
    fetch(message)
    message.refresh_from_db()
    assert message.first_opened_at == first


@pytest.mark.parametrize(
    ("agent", "more"),
    [
        ("Mozilla/5.0", {}),
        (GMAIL, {}),
        (GMAIL_AHEAD, {}),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy", {}),
        ("", {}),
        ("Barracuda Sentinel", {}),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", {}),
        ("Mozilla/5.0 (compatible; AhrefsSiteAudit/6.1)", {}),
        (BROWSER, {"sec-purpose": "prefetch"}),
    ],
)
def test_a_machine_is_marked_and_not_counted(message, agent, more):
    assert fetch(message, agent, **more).status_code == 200
    message.refresh_from_db()
    assert message.first_opened_at is None
    assert message.machine_opened_at is not None


def test_what_comes_seconds_after_sending_is_a_machine(message):
    assert opened(message.pk, by_machine=False, now=message.sent_at + dt.timedelta(seconds=9))
    message.refresh_from_db()
    assert message.first_opened_at is None
    assert opened(message.pk, by_machine=False, now=message.sent_at + dt.timedelta(seconds=10))
    message.refresh_from_db()
    assert message.first_opened_at == message.sent_at + dt.timedelta(seconds=10)


def test_a_link_that_was_followed_counts_as_an_opening(message):
    link = Link.objects.create(dispatch=message.dispatch, url="https://shop.example/")
    at = message.sent_at + dt.timedelta(minutes=9)
    assert follow(message.pk, link.pk, looks_like_bot=False, now=at) == "https://shop.example/"
    message.refresh_from_db()
    assert message.first_opened_at == message.first_clicked_at == at


def test_a_gateway_that_follows_every_link_opened_nothing(message):
    links = [
        Link.objects.create(dispatch=message.dispatch, url=f"https://shop.example/{n}") for n in range(2)
    ]
    for link in links:
        follow(message.pk, link.pk, looks_like_bot=False, now=message.sent_at + dt.timedelta(seconds=3))
    message.refresh_from_db()
    assert message.first_opened_at is None


@pytest.mark.parametrize("token", ["1", "1.x", "x.y", "9" * 400, "%00"])
def test_a_forged_token_gets_the_same_dot_and_changes_nothing(message, token):
    answer = Client(headers={"user-agent": BROWSER}).get(f"/o/{token}")
    assert (answer.status_code, answer.content) == (404, DOT)
    message.refresh_from_db()
    assert message.first_opened_at is None


def test_the_token_of_another_page_opens_nothing(message):
    assert Client().get(f"/o/{tokens.stop_token(message.pk)}").status_code == 404
