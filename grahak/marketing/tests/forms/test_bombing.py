"""Nobody is bombed by forms, and no mail of theirs is lost while the mail server is away."""

from __future__ import annotations

import datetime as dt

from django.core import mail
from django.test import Client
from django.utils import timezone

from grahak.marketing.forms_public import confirming, limits
from grahak.marketing.forms_public.making import change
from grahak.marketing.models import Submission
from grahak.marketing.tests.forms.world import BROWSER, GOOD, confirm, run_jobs, send


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
