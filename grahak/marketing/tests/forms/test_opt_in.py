"""Only a yes that the owner of the address confirmed is one, and its link cannot be forged."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from grahak.customers.actions import add_customer, withdraw_consent
from grahak.customers.models import Activity, Consent, Contact, Customer, Identity
from grahak.marketing.forms_public import confirming, stamps
from grahak.marketing.forms_public.making import change
from grahak.marketing.models import Submission, SubmissionState
from grahak.marketing.tests.forms.world import GOOD, confirm, run_jobs, send


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
