"""Machines are thanked and kept apart; what was none can be taken in."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from grahak.customers.models import Customer
from grahak.marketing.forms_public import stamps
from grahak.marketing.models import Submission
from grahak.marketing.tests.forms.world import BROWSER, GOOD, old_stamp, run_jobs, send


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
