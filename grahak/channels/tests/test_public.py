"""What links in mails lead to: nothing happens by looking, nothing can be forged."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from grahak.channels import tokens
from grahak.channels.models import Click, Dispatch, Link, Message, Suppression
from grahak.channels.tests.people import launched, somebody
from grahak.customers.models import Activity, Consent

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (Android 14; Mobile) Firefox/133.0"


@pytest.fixture
def message(business) -> Message:
    launched(somebody("عائشہ", "a@home.example", language="ur"))
    Message.objects.update(
        state="sent", address="a@home.example", sent_at=timezone.now() - dt.timedelta(hours=1)
    )
    return Message.objects.get()


@pytest.fixture
def anybody() -> Client:
    return Client(enforce_csrf_checks=True, headers={"user-agent": BROWSER})


def consent(contact) -> str:
    return Consent.objects.get(contact=contact, channel="email", purpose="offers", is_current=True).state


def test_looking_at_the_page_never_unsubscribes(anybody, message):
    url = f"/u/{tokens.stop_token(message.pk)}"
    page = anybody.get(url)
    assert page.status_code == 200
    assert 'dir="rtl"' in page.content.decode()
    assert anybody.head(url).status_code == 200
    assert consent(message.contact) == "granted"


def test_one_click_unsubscribes_without_cookies_and_twice_changes_nothing(anybody, message):
    url = f"/u/{tokens.stop_token(message.pk)}"
    for _time in range(2):
        page = anybody.post(url, {"List-Unsubscribe": "One-Click"})
        assert page.status_code == 200
        assert not page.cookies
    assert consent(message.contact) == "withdrawn"
    assert Consent.objects.filter(contact=message.contact).count() == 2
    assert Activity.objects.filter(kind="channels.contact.unsubscribed").count() == 1
    message.refresh_from_db()
    assert message.unsubscribed_at is not None


def test_everybody_with_the_same_address_counts_as_having_said_no(anybody, message):
    brother = somebody("Bilal", "a@home.example")
    anybody.post(f"/u/{tokens.stop_token(message.pk)}")
    assert consent(brother) == "withdrawn"


def test_it_can_be_undone(anybody, message):
    url = f"/u/{tokens.stop_token(message.pk)}"
    anybody.post(url)
    anybody.post(url, {"undo": "1"})
    assert consent(message.contact) == "granted"


def test_it_works_for_an_erased_customer_too(anybody, message):
    message.customer.delete()
    assert anybody.post(f"/u/{tokens.stop_token(message.pk)}").status_code == 200
    assert Suppression.objects.get().address == "a@home.example"


def test_the_link_of_a_test_message_says_what_it_is(anybody, business):
    answer = anybody.get("/u/test")
    assert answer.status_code == 200
    assert "test message" in answer.content.decode()


@pytest.mark.parametrize("token", ["1", "1.x", "x.y", "9" * 400, "1.x%0d%0aSet-Cookie:a", "-1.0", "%00"])
def test_a_forged_token_is_told_so(anybody, business, token):
    for path in ("u", "r"):
        page = anybody.get(f"/{path}/{token}")
        assert page.status_code == 404
        assert b"Traceback" not in page.content


def test_a_token_of_one_kind_is_no_token_of_the_other(anybody, message):
    assert anybody.get(f"/r/{tokens.stop_token(message.pk)}").status_code == 404


@pytest.fixture
def link(message) -> Link:
    return Link.objects.create(dispatch=message.dispatch, url="https://shop.example/new?a=1")


def test_a_link_leads_to_the_kept_address_only_and_is_counted(anybody, message, link):
    page = anybody.get(f"/r/{tokens.link_token(message.pk, link.pk)}?url=https://evil.example")
    assert (page.status_code, page["Location"]) == (302, "https://shop.example/new?a=1")
    message.refresh_from_db()
    assert message.first_clicked_at is not None
    assert Activity.objects.get(kind="channels.link.followed").text == "https://shop.example/new?a=1"


def test_a_link_of_another_dispatch_is_refused(anybody, message, link):
    other = Dispatch.objects.create(renderer="letter", subject_id=99)
    foreign = Link.objects.create(dispatch=other, url="https://other.example")
    assert anybody.get(f"/r/{tokens.link_token(message.pk, foreign.pk)}").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"user-agent": "WhatsApp/2.23"},
        {"user-agent": ""},
        {"user-agent": BROWSER, "sec-purpose": "prefetch"},
    ],
)
def test_machines_are_led_on_but_not_counted(message, link, headers):
    page = Client().get(f"/r/{tokens.link_token(message.pk, link.pk)}", headers=headers)
    assert page.status_code == 302
    assert list(Click.objects.values_list("bot", flat=True)) == [True]
    message.refresh_from_db()
    assert message.first_clicked_at is None


def test_whoever_opens_every_link_within_seconds_is_a_machine(anybody, message, link):
    Message.objects.update(sent_at=timezone.now() - dt.timedelta(seconds=4))
    second = Link.objects.create(dispatch=message.dispatch, url="https://shop.example/two")
    for one in (link, second):
        anybody.get(f"/r/{tokens.link_token(message.pk, one.pk)}")
    assert set(Click.objects.values_list("bot", flat=True)) == {True}
    message.refresh_from_db()
    assert message.first_clicked_at is None
