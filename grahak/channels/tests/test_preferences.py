"""The preferences page: looking changes nothing, what is ticked is written as statements, it is kind to everybody."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from grahak.channels import preferences, tokens
from grahak.channels.models import Message, Suppression
from grahak.channels.tests.people import launched, somebody
from grahak.customers.models import Consent, Identity, Wish


@pytest.fixture
def message(db, business) -> Message:
    contact = somebody("عائشہ", "a@home.example", language="ur")
    Identity.objects.create(contact=contact, kind="phone", value="+919825012345")
    launched(contact)
    Message.objects.update(state="sent", address="a@home.example", sent_at=timezone.now())
    return Message.objects.select_related("contact").get()


@pytest.fixture
def anybody() -> Client:
    return Client(enforce_csrf_checks=True)


def page_of(message: Message) -> str:
    return f"/me/{tokens.me_token(message=message.pk)}"


def states(contact) -> dict[str, str]:
    rows = Consent.objects.filter(contact=contact, is_current=True)
    return {f"{row.channel}-{row.purpose}": row.state for row in rows}


SHOWN = [f"{channel}-{purpose}" for purpose in ("offers", "service") for channel in preferences.KINDS]


def test_looking_changes_nothing_and_speaks_the_readers_language(anybody, message):
    before = Consent.objects.count()
    for ask in (anybody.get, anybody.head):
        page = ask(page_of(message))
        assert page.status_code == 200
        assert not page.cookies
    text = anybody.get(page_of(message)).content.decode()
    assert 'dir="rtl"' in text
    assert "a…@home.example" in text
    assert "a@home.example" not in text
    assert Consent.objects.count() == before
    assert 'lang="hi"' in anybody.get(page_of(message) + "?lang=hi").content.decode()


def test_what_is_ticked_is_written_with_the_notice_that_was_shown(anybody, message):
    said = {"shown": SHOWN, "yes": ["email-offers", "whatsapp-offers", "email-service"], "counts_shown": "1"}
    assert anybody.post(f"{page_of(message)}?lang=en", said).status_code == 200
    assert states(message.contact) == {
        "email-offers": "granted",
        "whatsapp-offers": "granted",
        "whatsapp-service": "withdrawn",
        "sms-service": "withdrawn",
        "phone-service": "withdrawn",
        "email-tracking": "withdrawn",
        "whatsapp-tracking": "withdrawn",
        "sms-tracking": "withdrawn",
    }
    row = Consent.objects.get(channel="whatsapp", purpose="offers")
    assert row.notice == "Kapasi Textiles may send me offers and news by WhatsApp, until I say otherwise."
    assert row.how == "on the preferences page"
    rows = Consent.objects.count()
    anybody.post(f"{page_of(message)}?lang=en", said)
    assert Consent.objects.count() == rows


def test_a_line_that_was_not_on_the_page_is_not_taken_as_a_no(anybody, message):
    anybody.post(page_of(message), {"shown": ["sms-offers"], "yes": ["sms-offers"]})
    assert states(message.contact) == {"email-offers": "granted", "sms-offers": "granted"}


def test_taking_offers_back_is_told_to_the_campaign_and_holds_for_the_address(anybody, message):
    brother = somebody("Bilal", "a@home.example")
    anybody.post(page_of(message), {"shown": ["email-offers"]})
    assert states(message.contact)["email-offers"] == states(brother)["email-offers"] == "withdrawn"
    message.refresh_from_db()
    assert message.unsubscribed_at is not None
    anybody.post(page_of(message), {"shown": ["email-offers"], "yes": ["email-offers"]})
    assert (states(message.contact)["email-offers"], states(brother)["email-offers"]) == (
        "granted",
        "withdrawn",
    )
    message.refresh_from_db()
    assert message.unsubscribed_at is None


def test_everything_stops_with_one_press(anybody, message):
    page = anybody.post(page_of(message), {"stop": "all"})
    assert page.status_code == 200
    found = states(message.contact)
    assert set(found.values()) == {"withdrawn"}
    assert len(found) == 11


def test_fewer_and_a_pause_are_kept_and_the_pause_is_not_made_longer_by_looking(anybody, message):
    anybody.post(page_of(message), {"often": "fewer"})
    assert Wish.objects.get().fewer is True
    anybody.post(page_of(message), {"often": "pause"})
    until = Wish.objects.get().paused_until
    assert dt.timedelta(days=29) < until - timezone.now() < dt.timedelta(days=31)
    anybody.post(page_of(message), {"often": "pause"})
    assert Wish.objects.get().paused_until == until
    anybody.post(page_of(message), {"often": "usual"})
    wish = Wish.objects.get()
    assert (wish.fewer, wish.paused_until) == (False, None)


def test_the_language_of_what_comes_is_chosen(anybody, message):
    anybody.post(page_of(message), {"language": "gu"})
    message.contact.refresh_from_db()
    assert message.contact.language == "gu"
    anybody.post(page_of(message), {"language": "xx"})
    message.contact.refresh_from_db()
    assert message.contact.language == "gu"


def test_who_was_erased_is_met_kindly_and_can_still_say_no(anybody, message):
    url = page_of(message)
    message.customer.delete()
    assert anybody.get(url).status_code == 200
    assert anybody.post(url, {"often": "pause", "yes": ["email-offers"]}).status_code == 200
    assert Suppression.objects.count() == 0
    anybody.post(url, {"stop": "all"})
    assert Suppression.objects.get().address == "a@home.example"


def test_a_contacts_own_link_opens_it_too(anybody, message):
    page = anybody.get(f"/me/{tokens.me_token(contact=message.contact_id)}")
    assert page.status_code == 200
    gone = tokens.me_token(contact=999_999)
    assert anybody.get(f"/me/{gone}").status_code == 200  # erased: met kindly


def test_the_unsubscribe_page_leads_here(anybody, message):
    page = anybody.get(f"/u/{tokens.stop_token(message.pk)}").content.decode()
    assert f"/me/{tokens.me_token(message=message.pk)}" in page


def test_a_test_messages_link_says_what_it_is(anybody, business):
    assert "test message" in anybody.get("/me/test").content.decode()


@pytest.mark.parametrize("token", ["1", "m1", "m1.x", "c1.x", "9" * 400, "%00", "m1.x%0d%0aa:b"])
def test_a_forged_token_is_told_so(anybody, business, token):
    assert anybody.get(f"/me/{token}").status_code == 404
    assert anybody.post(f"/me/{token}", {"stop": "all"}).status_code == 404


@given(st.integers(0, 2**62), st.sampled_from("mc"), st.text(max_size=20), st.integers(0, 60))
def test_tokens_are_read_as_they_were_made_and_no_change_of_one_is(number, kind, junk, at):
    token = tokens.me_token(message=number) if kind == "m" else tokens.me_token(contact=number)
    assert tokens.read_me(token) == (kind, number)
    at %= len(token)
    changed = token[:at] + junk + token[at + 1 :]
    assert changed == token or tokens.read_me(changed) in (None, (kind, number))
    assert tokens.read_stop(token) is None
    assert tokens.read_open(token) is None
    assert tokens.read_link(token) is None


def test_who_paused_gets_no_offers_and_who_wants_fewer_gets_one_in_two_weeks(db, business):
    from grahak.channels.checks import judge, with_facts
    from grahak.channels.models import Dispatch, MessageState

    usual, paused, fewer = (somebody(name, f"{name}@home.example") for name in ("usual", "paused", "fewer"))
    first = launched(usual, paused, fewer)
    Wish.objects.create(contact=paused, paused_until=timezone.now() + dt.timedelta(days=3))
    Wish.objects.create(contact=fewer, fewer=True)

    def reasons(dispatch: Dispatch, now: dt.datetime | None = None) -> list[str]:
        rows = Message.objects.filter(dispatch=dispatch).order_by("pk")
        return [one.reason for one in judge(dispatch.purpose, with_facts(rows, dispatch, now=now))]

    assert reasons(first) == ["", "resting", ""]
    Message.objects.filter(contact=fewer).update(state=MessageState.SENT, sent_at=timezone.now())
    second = launched(usual, paused, fewer)
    assert reasons(second) == ["", "resting", "resting"]
    assert reasons(second, timezone.now() + dt.timedelta(days=15)) == ["", "", ""]
    assert reasons(launched(paused, fewer, purpose="service")) == ["", ""]
