"""Double opt-in: one mail that asks whether the address's owner meant it, in words of the shop alone; only pressing its
button counts. The mail is sent by a job, tried again where it fails, and told where it fails for good."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from grahak.channels.models import Suppression
from grahak.core import business
from grahak.core.jobs import task
from grahak.core.links import absolute
from grahak.marketing.forms_public import limits, questions, taking_in
from grahak.marketing.forms_public.stamps import confirm_token
from grahak.marketing.models import Submission, SubmissionState

logger = logging.getLogger("grahak.forms")
KEPT = dt.timedelta(days=14)  # a submission waits so long for its answer
SENDING = "sending"  # in `trouble` while the mail is on its way; left there by a crash
MOST_TRIES = 8
FIRST_WAIT = dt.timedelta(minutes=2)
NEXT_LOOK = dt.timedelta(minutes=20)  # where the hour's mails are used up


def ask_later(submission_id: int, wait: dt.timedelta | None = None) -> None:
    """Have the mail sent by a worker."""
    job = ask if wait is None else ask.using(run_after=timezone.now() + wait)
    job.enqueue(submission_id)


@task(queue_name="default")
def ask(submission_id: int) -> None:
    """Send the mail of a submission that waits, unless its address, its origin or the hour had enough. Safe to
    repeat: what a crash left in the middle is sent again (twice the same question is better than none)."""
    row = _claimed(submission_id)
    if row is None:
        return
    try:
        _letter(row).send()
    except Exception as error:
        _failed(row, str(error) or type(error).__name__)
    else:
        Submission.objects.filter(pk=row.pk).update(trouble="")


@transaction.atomic
def _claimed(submission_id: int) -> Submission | None:
    """The submission with its asked_at set, or None where nothing is to be sent now."""
    now = timezone.now()
    row = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("form")
        .filter(pk=submission_id)
        .first()
    )
    if row is None or row.state != SubmissionState.WAITING or not row.answers.get("email"):
        return None
    if row.asked_at is not None and row.trouble != SENDING:
        return None
    why = "barred" if _barred(row.answers["email"]) else limits.why_not_ask(row, now)
    if why == "later":
        ask_later(row.pk, NEXT_LOOK)
        return None
    if why:
        row.why = why
        row.state = SubmissionState.SPAM if why == "flood" else row.state
        row.save(update_fields=["why", "state"])
        return None
    row.asked_at, row.trouble, row.tries = now, SENDING, row.tries + 1
    row.save(update_fields=["asked_at", "trouble", "tries"])
    return row


def _barred(email: str) -> bool:
    """Whether nobody may write to it. Who asked us to stop may still say yes anew: that is what this mail asks."""
    found = Suppression.objects.filter(channel="email", address=email.strip().lower(), lifted_at=None)
    return found.exclude(reason="unsubscribed").exists()


def _failed(row: Submission, why: str) -> None:
    """Try again later, a little longer each time; after MOST_TRIES it is told on the form's page and at home."""
    logger.warning("confirmation not sent", extra={"submission": row.pk, "try": row.tries, "why": why})
    last = row.tries >= MOST_TRIES
    Submission.objects.filter(pk=row.pk).update(
        asked_at=None, trouble=why[:300], why="failed" if last else ""
    )
    if not last:
        ask_later(row.pk, FIRST_WAIT * 2 ** (row.tries - 1))


def _letter(row: Submission) -> EmailMultiAlternatives:
    """Nothing in it was written by whoever filled in the form: it can't be used to send somebody else's words."""
    language = row.language or row.form.default_language
    shop = business.current()
    with translation.override(language):
        context: dict[str, Any] = {
            "business": shop,
            "language": language,
            "direction": "rtl" if language == "ur" else "ltr",
            "title": questions.text(row.form, language, "title"),
            "notices": list(row.consents.values()),
            "link": absolute(reverse("marketing:form_confirm", args=[confirm_token(row.pk)])),
            "days": KEPT.days,
        }
        subject = " ".join(render_to_string("marketing/forms/mail/confirm_subject.txt", context).split())
        mail = EmailMultiAlternatives(
            subject, render_to_string("marketing/forms/mail/confirm.txt", context), to=[row.answers["email"]]
        )
        mail.attach_alternative(render_to_string("marketing/forms/mail/confirm.html", context), "text/html")
    mail.extra_headers["Auto-Submitted"] = "auto-generated"
    return mail


@transaction.atomic
def confirm(submission_id: int) -> Submission | None:
    """The address's owner pressed the button: take them in. Again changes nothing. None where it is too late, or
    nothing was asked."""
    row = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("form")
        .filter(pk=submission_id)
        .first()
    )
    if row is None or row.state not in (SubmissionState.WAITING, SubmissionState.DONE):
        return None
    if row.state == SubmissionState.DONE:
        return row
    if row.at < timezone.now() - KEPT:
        return None
    taking_in.take_in(row, confirmed=True)
    return row


def lapse(now: dt.datetime | None = None) -> int:
    """What nobody confirmed in KEPT is given up, and what was written there is forgotten unless it is a customer's
    question. Gives how many."""
    old = Submission.objects.filter(state=SubmissionState.WAITING, at__lt=(now or timezone.now()) - KEPT)
    many = old.filter(customer=None).update(state=SubmissionState.LAPSED, answers={}, consents={}, notice="")
    return many + old.update(state=SubmissionState.LAPSED)


@task(queue_name="default")
def lapse_old() -> None:
    """The same as a job."""
    lapse()


def on_day(day: dt.date) -> None:
    """A day began (`core.day.began`)."""
    lapse_old.enqueue()
