"""Forms: what strangers send is kept once, machines apart, nobody is bombed, and only a confirmed yes is one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from grahak.core import jobs
from grahak.customers.actions import add_customer, withdraw_consent
from grahak.customers.models import Activity, Consent, Contact, Customer, Identity, Task
from grahak.marketing.forms_public import confirming, limits, stamps
from grahak.marketing.forms_public.making import begin, change
from grahak.marketing.models import Form, Submission, SubmissionState

BROWSER = "Mozilla/5.0 (Android 14; Mobile) Firefox/133.0"
GOOD = {"name": "Zainab Bibi", "phone": "98250 12345", "email": "zainab@home.example", "yes-email": "1"}


@pytest.fixture
def sign_up(amina) -> Form:
    return begin("sign_up", by=amina)


@pytest.fixture
def enquiry(amina) -> Form:
    return begin("enquiry", by=amina)


@pytest.fixture
def stranger() -> Client:
    return Client(enforce_csrf_checks=True, headers={"user-agent": BROWSER})


@pytest.fixture(autouse=True)
def _jobs_at_once(monkeypatch, django_capture_on_commit_callbacks):
    """What is done at the end of a transaction is done: tests run in one of their own."""
    from django.db import transaction

    monkeypatch.setattr(transaction, "on_commit", lambda work, *args, **kwargs: work())


def run_jobs() -> int:
    """What a worker would do, in the transaction of the test: a worker itself begins by letting old connections go."""
    ran = 0
    while (job := jobs.claim(["default"], "test")) is not None:
        jobs.run(job, "test")
        ran += 1
    return ran


def old_stamp(form: Form, seconds: float = 30) -> str:
    """The mark of a page that was opened so long ago."""
    at = int((timezone.now() - dt.timedelta(seconds=seconds)).timestamp() * 1000)
    import secrets

    return stamps._signer("form").sign(f"{form.pk}-{at}-{secrets.token_hex(8)}")


def send(client: Client, form: Form, mode: str = "", lang: str = "en", **said: Any):
    said = {"stamp": old_stamp(form), **said}
    return client.post(f"/f/{form.token}{mode}?lang={lang}", said)


def confirm(client: Client, row: Submission):
    return client.post(f"/f/yes/{stamps.confirm_token(row.pk)}")


# The page


def test_the_page_speaks_four_languages_and_keeps_no_cookie(stranger, sign_up):
    for code, direction in (("en", "ltr"), ("ur", "rtl"), ("hi", "ltr"), ("gu", "ltr")):
        page = stranger.get(f"/f/{sign_up.token}?lang={code}")
        text = page.content.decode()
        assert page.status_code == 200
        assert f'lang="{code}" dir="{direction}"' in text
        assert not page.cookies
        assert "no-store" in page["Cache-Control"]
        assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
        assert "csrfmiddlewaretoken" not in text
    assert (
        stranger.get(f"/f/{sign_up.token}", headers={"accept-language": "gu-IN"})["Content-Language"] == "gu"
    )


def test_words_stand_in_for_one_another(stranger, sign_up, amina):
    texts = {"ur": {"title": "عید کی پیشکش", "notices": {"email": "ای میل پر پیشکش"}}}
    change(sign_up, by=amina, texts=texts, default_language="ur")
    english = stranger.get(f"/f/{sign_up.token}?lang=en").content.decode()
    assert "عید کی پیشکش" in english
    assert "ای میل پر پیشکش" in english
    assert "Kapasi Textiles may send me offers and news by WhatsApp." in english


def test_people_who_look_are_counted_and_machines_are_not(stranger, sign_up):
    stranger.get(f"/f/{sign_up.token}")
    stranger.head(f"/f/{sign_up.token}")
    Client(headers={"user-agent": "WhatsApp/2.23"}).get(f"/f/{sign_up.token}")
    sign_up.refresh_from_db()
    assert sign_up.seen == 1


def test_a_form_that_is_closed_put_away_or_not_there_says_so(stranger, sign_up, amina):
    assert stranger.get("/f/nosuchform").status_code == 404
    change(sign_up, by=amina, is_open=False)
    assert stranger.get(f"/f/{sign_up.token}").status_code == 410
    assert send(stranger, sign_up, **GOOD).status_code == 410
    assert Submission.objects.count() == 0


def test_only_named_sites_may_embed_it(stranger, sign_up, amina):
    page = stranger.get(f"/f/{sign_up.token}/embed")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    change(sign_up, by=amina, origins="https://shop.example\nhttps://*.kapasi.example")
    page = stranger.get(f"/f/{sign_up.token}/embed")
    assert "frame-ancestors https://shop.example https://*.kapasi.example" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in page
    assert "frame-ancestors 'none'" in stranger.get(f"/f/{sign_up.token}")["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({**GOOD, "email": ""}, "This field is required."),
        ({**GOOD, "email": "zainab@"}, "zainab@"),
        ({**GOOD, "phone": "12"}, "12"),
        ({**GOOD, "phone": "", "yes-whatsapp": "1"}, "write your number"),
        ({"name": "Z", "email": "z@home.example"}, "Tick how we may write to you."),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(stranger, sign_up, said, words):
    page = send(stranger, sign_up, **said)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert Submission.objects.count() == 0


def test_own_fields_of_the_shop_can_be_asked(stranger, sign_up, amina):
    from grahak.customers.actions import add_field
    from grahak.customers.custom import forget, values_of

    add_field(by=amina, name="Route", kind="choice", options=["North", "South"])
    forget()
    change(
        sign_up,
        by=amina,
        fields=[*sign_up.fields, {"name": "own-route", "required": True}],
        double_opt_in=False,
    )
    assert send(stranger, sign_up, **GOOD).status_code == 422
    assert send(stranger, sign_up, **GOOD, **{"own-route": "West"}).status_code == 422
    assert send(stranger, sign_up, **GOOD, **{"own-route": "South"}).status_code == 200
    customer = Customer.objects.get()
    assert values_of([customer.pk])[customer.pk] == {"route": "South"}


# Double opt-in


def test_a_sign_up_is_nobodys_consent_until_its_owner_presses_the_button(stranger, sign_up):
    page = send(stranger, sign_up, **GOOD, **{"yes-whatsapp": "1"})
    assert page.status_code == 200
    assert "Open it and press the button" in page.content.decode()
    row = Submission.objects.get()
    assert (row.state, row.customer, row.answers["phone"]) == ("waiting", None, "+919825012345")
    assert Customer.objects.count() == Consent.objects.count() == 0
    run_jobs()
    assert [one.to for one in mail.outbox] == [["zainab@home.example"]]
    url = f"/f/yes/{stamps.confirm_token(row.pk)}"
    assert url in mail.outbox[0].body
    for look in (stranger.get, stranger.head, stranger.get):  # scanners look too
        assert look(url).status_code == 200
    assert Customer.objects.count() == 0
    assert "Confirmed" in confirm(stranger, row).content.decode()
    row.refresh_from_db()
    customer = Customer.objects.get()
    assert (row.state, row.customer, customer.source) == ("done", customer, "form")
    rows = {one.channel: one for one in Consent.objects.all()}
    assert set(rows) == {"email", "whatsapp"}
    assert rows["email"].how == "form “Sign-up”, confirmed by e-mail"
    assert rows["email"].notice == (
        "Kapasi Textiles may send me offers and news by E-mail. I can take this back at any time."
    )
    assert set(Identity.objects.values_list("kind", flat=True)) == {"email", "phone", "whatsapp"}
    confirm(stranger, row)
    assert Consent.objects.count() == 2
    assert Activity.objects.filter(kind="marketing.form.filled").count() == 1


def test_the_mail_holds_nothing_that_a_stranger_wrote(stranger, sign_up, amina):
    change(sign_up, by=amina, fields=[*sign_up.fields, {"name": "message", "required": False}])
    evil = {"name": "BUY PILLS", "message": "see you at evil dot example"}
    send(stranger, sign_up, **{**GOOD, **evil})
    run_jobs()
    sent = mail.outbox[0].message().as_string() + mail.outbox[0].body
    assert "PILLS" not in sent
    assert "evil" not in sent
    assert mail.outbox[0].subject == "Please confirm: Kapasi Textiles"


def test_the_mail_comes_in_the_language_of_the_page(stranger, sign_up):
    send(stranger, sign_up, lang="ur", **GOOD)
    run_jobs()
    html = mail.outbox[0].alternatives[0][0]
    assert 'lang="ur" dir="rtl"' in html


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(stranger, sign_up, amina):
    add_customer(by=amina, name="Known", emails=["known@home.example"])
    import re

    pages = []
    for email in ("known@home.example", "new@home.example"):
        pages.append(send(stranger, sign_up, **{**GOOD, "email": email}).content.decode())
    assert re.sub(r"\s+", " ", pages[0]) == re.sub(r"\s+", " ", pages[1])


def test_what_nobody_confirms_lapses_after_two_weeks_and_is_forgotten(stranger, sign_up):
    send(stranger, sign_up, **GOOD)
    row = Submission.objects.get()
    Submission.objects.update(at=timezone.now() - dt.timedelta(days=15))
    assert "too late" in confirm(stranger, row).content.decode()
    assert confirming.lapse() == 1
    row.refresh_from_db()
    assert (row.state, row.answers, row.consents) == ("lapsed", {}, {})
    assert "too late" in stranger.get(f"/f/yes/{stamps.confirm_token(row.pk)}").content.decode()
    assert Customer.objects.count() == 0


def test_without_double_opt_in_a_yes_is_one_at_once_but_never_overturns_a_no(stranger, sign_up, amina):
    change(sign_up, by=amina, double_opt_in=False)
    customer = add_customer(by=amina, name="Zainab Bibi", emails=["zainab@home.example"])
    withdraw_consent(customer.contacts.get(), "email", "offers", by=None, how="asked")
    send(stranger, sign_up, **GOOD)
    assert Submission.objects.get().customer == customer
    assert Consent.objects.get(is_current=True).state == "withdrawn"
    send(stranger, sign_up, **{**GOOD, "email": "other@home.example", "phone": ""})
    assert Consent.objects.filter(is_current=True, state="granted").count() == 1


# Whose it is


def test_a_confirmed_address_finds_the_only_customer_who_has_it(stranger, sign_up, amina):
    known = add_customer(by=amina, name="Z. Bibi", emails=["zainab@home.example"])
    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    assert Customer.objects.get() == known
    known.refresh_from_db()
    assert known.name == "Z. Bibi"
    assert set(Identity.objects.values_list("kind", flat=True)) == {"email", "phone"}


def test_a_phone_that_somebody_else_has_joins_nobody_and_is_written_on_both_pages(stranger, sign_up, amina):
    other = add_customer(by=amina, name="Brother", phones=["98250 12345"])
    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    new = Customer.objects.exclude(pk=other.pk).get()
    told = Activity.objects.filter(kind="customers.customer.alike")
    assert {(one.customer_id, one.facts["other"]) for one in told} == {(new.pk, other.pk), (other.pk, new.pk)}
    assert Identity.objects.filter(contact__customer=other).count() == 1


def test_two_customers_with_one_address_are_not_chosen_between(stranger, sign_up, amina):
    for name in ("Hasan", "Husain"):
        add_customer(by=amina, name=name, emails=["zainab@home.example"])
    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    assert Customer.objects.count() == 3
    assert Consent.objects.get().contact.customer.name == "Zainab Bibi"


def test_an_address_nobody_confirmed_changes_nothing_of_a_known_customer(stranger, enquiry, amina):
    known = add_customer(by=amina, name="Known", emails=["zainab@home.example"])
    said = {
        "name": "Impostor",
        "phone": "98250 99999",
        "email": "zainab@home.example",
        "message": "How much?",
    }
    send(stranger, enquiry, **said)
    known.refresh_from_db()
    assert (known.name, Identity.objects.count()) == ("Known", 1)
    assert Task.objects.get().customer == known


# Enquiries


def test_an_enquiry_is_on_a_desk_at_once(stranger, enquiry, amina, bilal):
    change(enquiry, by=amina, assigned_to=bilal)
    said = {"name": "Zainab", "phone": "9825012345", "message": "Do you have\nten metres of georgette?"}
    page = send(stranger, enquiry, **said)
    assert "We answer soon" in page.content.decode()
    task = Task.objects.get()
    assert task.title == "Answer Zainab: Do you have ten metres of georgette?"
    assert task.assigned_to == bilal
    line = Activity.objects.get(kind="marketing.form.filled")
    assert line.text == "Do you have\nten metres of georgette?"
    assert Submission.objects.get().state == "done"
    assert mail.outbox == []


def test_an_enquiry_goes_to_whoever_is_in_charge_of_the_customer(stranger, enquiry, amina, bilal):
    add_customer(by=amina, name="Zainab", phones=["9825012345"], owner=bilal)
    send(stranger, enquiry, name="Zainab", phone="9825012345", message="?")
    assert Task.objects.get().assigned_to == bilal
    assert Customer.objects.count() == 1


def test_an_enquirers_yes_still_waits_for_the_mail(stranger, enquiry, amina):
    change(enquiry, by=amina, channels=["email"])
    said = {
        "name": "Zainab",
        "phone": "9825012345",
        "email": "z@home.example",
        "message": "?",
        "yes-email": "1",
    }
    send(stranger, enquiry, **said)
    row = Submission.objects.get()
    assert (row.state, Task.objects.count(), Consent.objects.count()) == ("waiting", 1, 0)
    run_jobs()
    confirm(stranger, row)
    assert (Consent.objects.count(), Task.objects.count(), Customer.objects.count()) == (1, 1, 1)


# Machines


@pytest.mark.parametrize(
    ("more", "agent", "why"),
    [
        ({"website": "http://x"}, BROWSER, "honeypot"),
        ({"stamp": ""}, BROWSER, "stamp"),
        ({"stamp": "1-2-3.x"}, BROWSER, "stamp"),
        ({"name": "www.pills.example"}, BROWSER, "links"),
        ({}, "python-requests/2.31", "robot"),
        ({}, "", "robot"),
    ],
)
def test_a_machine_is_thanked_and_kept_apart(sign_up, more, agent, why):
    page = send(Client(headers={"user-agent": agent}), sign_up, **{**GOOD, **more})
    assert page.status_code == 200
    row = Submission.objects.get()
    assert (row.state, row.why) == ("spam", why)
    run_jobs()
    assert mail.outbox == []
    assert Customer.objects.count() == 0


def test_who_fills_it_in_within_two_seconds_is_a_machine(stranger, sign_up):
    send(stranger, sign_up, **GOOD, stamp=stamps.stamp(sign_up.pk))
    assert Submission.objects.get().why == "haste"


def test_a_page_counts_once(stranger, sign_up):
    stamp = old_stamp(sign_up)
    for _time in range(2):  # a double tap
        assert send(stranger, sign_up, **GOOD, stamp=stamp).status_code == 200
    assert Submission.objects.count() == 1
    send(stranger, sign_up, **{**GOOD, "email": "other@home.example"}, stamp=stamp)
    assert list(Submission.objects.order_by("pk").values_list("why", flat=True)) == ["", "replay"]


def test_the_stamp_of_another_form_is_none(stranger, sign_up, enquiry):
    send(stranger, sign_up, **GOOD, stamp=old_stamp(enquiry))
    assert Submission.objects.get().why == "stamp"


def test_a_page_left_open_for_a_day_keeps_what_was_written(stranger, sign_up):
    page = send(stranger, sign_up, **GOOD, stamp=old_stamp(sign_up, 90_000))
    assert page.status_code == 422
    assert "zainab@home.example" in page.content.decode()
    assert Submission.objects.count() == 0


def test_spam_that_is_none_can_be_taken_in(as_amina, stranger, sign_up):
    send(stranger, sign_up, **GOOD, website="x")
    row = Submission.objects.get()
    as_amina.post(f"/submissions/{row.pk}/release/")
    row.refresh_from_db()
    assert (row.state, row.why) == ("waiting", "")
    run_jobs()
    assert len(mail.outbox) == 1


# List bombing


def test_nobody_is_bombed_by_forms(amina, sign_up, enquiry):
    """A hundred tries to have one victim written to, over two forms, from many places: one mail."""
    change(enquiry, by=amina, channels=["email"])
    spellings = [
        "victim@gmail.com",
        "Victim@Gmail.com",
        "vic.tim@gmail.com",
        "victim+1@gmail.com",
        "victim@googlemail.com",
    ]
    for n in range(100):
        client = Client(headers={"user-agent": BROWSER}, REMOTE_ADDR=f"198.51.{n}.7")
        form = (sign_up, enquiry)[n % 2]
        send(client, form, **{**GOOD, "email": spellings[n % 5], "message": "hello"})
    run_jobs()
    assert len(mail.outbox) == 1
    assert set(Submission.objects.exclude(asked_at__isnull=False).values_list("why", flat=True)) == {"asked"}


def test_an_address_that_never_answers_is_left_alone_after_three_mails(stranger, sign_up):
    for day in range(6):
        Submission.objects.filter(asked_at__isnull=False).update(
            asked_at=timezone.now() - dt.timedelta(days=2)
        )
        send(stranger, sign_up, **GOOD)
        run_jobs()
        assert len(mail.outbox) == min(day + 1, 3)
    assert Submission.objects.filter(why="unanswered").count() == 3


def test_one_origin_cannot_have_many_written_to(stranger, sign_up):
    for n in range(limits.ASKS_AN_ORIGIN + 5):
        send(stranger, sign_up, **{**GOOD, "email": f"victim{n}@home.example"})
    run_jobs()
    assert len(mail.outbox) == limits.ASKS_AN_ORIGIN
    assert Submission.objects.filter(state="spam", why="flood").count() == 5


def test_the_hours_mails_are_paced_and_none_is_lost(sign_up, monkeypatch):
    monkeypatch.setattr(limits, "ASKS_IN_ALL", 3)
    for n in range(5):
        client = Client(headers={"user-agent": BROWSER}, REMOTE_ADDR=f"203.0.113.{n}")
        send(client, sign_up, **{**GOOD, "email": f"a{n}@home.example"})
    run_jobs()
    assert len(mail.outbox) == 3
    later = Submission.objects.filter(state="waiting", asked_at=None)
    assert later.count() == 2
    Submission.objects.filter(asked_at__isnull=False).update(asked_at=timezone.now() - dt.timedelta(hours=2))
    for row in later:
        confirming.ask.call(row.pk)
    assert len(mail.outbox) == 5


def test_too_much_from_one_place_is_refused_politely(stranger, sign_up, monkeypatch):
    monkeypatch.setattr(limits, "SUBMISSIONS_AN_ORIGIN", 2)
    for n in range(3):
        page = send(stranger, sign_up, **{**GOOD, "email": f"a{n}@home.example"})
    assert page.status_code == 429
    assert Submission.objects.count() == 2


def test_an_address_that_bounced_is_not_written_to(stranger, sign_up):
    from grahak.channels.actions import suppress

    suppress("zainab@home.example", by=None, reason="hard")
    assert send(stranger, sign_up, **GOOD).status_code == 200
    run_jobs()
    assert mail.outbox == []
    assert Submission.objects.get().why == "barred"


def test_who_asked_to_stop_and_confirms_anew_is_written_to_again(stranger, sign_up):
    from grahak.channels.models import Suppression

    Suppression.objects.create(address="zainab@home.example", reason="unsubscribed")
    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    assert Suppression.objects.get().lifted_at is not None


# A mail server that is away


def test_a_failed_mail_is_tried_again_and_told_when_it_fails_for_good(
    stranger, sign_up, monkeypatch, as_amina
):
    from django.core.mail import EmailMultiAlternatives

    def refuse(self, *args):
        raise ConnectionError("no route to the mail server")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", refuse)
        send(stranger, sign_up, **GOOD)
        row = Submission.objects.get()
        for _time in range(confirming.MOST_TRIES):
            confirming.ask.call(row.pk)
    row.refresh_from_db()
    assert (row.state, row.why, row.trouble) == ("waiting", "failed", "no route to the mail server")
    assert "could not be sent" in as_amina.get(f"/forms/{sign_up.pk}/").content.decode()
    as_amina.post(f"/forms/{sign_up.pk}/ask-again/")
    run_jobs()
    assert len(mail.outbox) == 1
    row.refresh_from_db()
    assert (row.why, row.trouble) == ("", "")


def test_a_crash_while_sending_sends_again(stranger, sign_up):
    send(stranger, sign_up, **GOOD)
    row = Submission.objects.get()
    Submission.objects.update(asked_at=timezone.now(), trouble=confirming.SENDING)
    confirming.ask.call(row.pk)
    confirming.ask.call(row.pk)
    assert len(mail.outbox) == 1


# Tokens


@given(st.integers(1, 2**60), st.text(max_size=12), st.integers(0, 60))
def test_a_confirmation_cannot_be_forged_or_changed(number, junk, at):
    token = stamps.confirm_token(number)
    assert stamps.read_confirm(token) == number
    at %= len(token)
    changed = token[:at] + junk + token[at + 1 :]
    assert changed == token or stamps.read_confirm(changed) in (None, number)
    assert stamps.read_stamp(token) is None


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_stamp(text):
    assert stamps.read_stamp(text) is None
    assert stamps.read_confirm(text) is None


@pytest.mark.parametrize("token", ["1", "1.x", "9" * 300, "%00", "x.y"])
def test_a_forged_confirmation_is_told_so(stranger, business, token):
    assert stranger.get(f"/f/yes/{token}").status_code == 404
    assert stranger.post(f"/f/yes/{token}").status_code == 404


def test_erasing_a_customer_takes_what_came_in_by_forms(stranger, sign_up, amina):
    from grahak.customers.actions import erase_customer

    send(stranger, sign_up, **GOOD)
    run_jobs()
    confirm(stranger, Submission.objects.get())
    send(stranger, sign_up, **GOOD, website="spam that bears the address")
    assert Submission.objects.count() == 2
    erase_customer(Customer.objects.get(), by=amina, why="asked")
    assert Submission.objects.count() == 0
    assert Contact.objects.count() == 0


def test_states_add_up(stranger, sign_up):
    from grahak.marketing.forms_public.figures import figures

    send(stranger, sign_up, **GOOD)
    send(stranger, sign_up, **GOOD, website="x")
    found = figures([sign_up.pk])[sign_up.pk]
    assert (found.filled, found.waiting, found.spam) == (1, 1, 1)
    assert SubmissionState.values == ["waiting", "done", "spam", "lapsed"]
