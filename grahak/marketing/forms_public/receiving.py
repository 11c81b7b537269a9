"""Takes in what a stranger sent by a form. Whatever is known of the address, the answer is the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from grahak.core import audit
from grahak.core.models import User
from grahak.marketing.forms_public import confirming, limits, spam, taking_in
from grahak.marketing.forms_public.stamps import Stamp
from grahak.marketing.models import Form, FormKind, Submission, SubmissionState

SOURCES = ("page", "embedded", "counter")


@dataclass(frozen=True)
class Sent:
    """What came with a request beside the answers."""

    language: str
    source: str
    origin: str  # limits.ip_hash
    agent: str
    honeypot: str = ""
    stamp: Stamp | None = None


def asks_again(form: Form, answers: dict[str, Any]) -> bool:
    """Whether somebody who answers so is asked once more by mail: the form wants it, and there is an address."""
    return bool(form.double_opt_in and answers.get("email"))


@transaction.atomic
def receive(
    form: Form,
    answers: dict[str, Any],
    consents: dict[str, str],
    sent: Sent,
    *,
    now: dt.datetime | None = None,
) -> Submission | None:
    """Keep one submission, and set going what follows from it. None where the very same was sent before (a page sent
    twice is one submission)."""
    why = spam.suspicion(form, answers, stamp=sent.stamp, honeypot=sent.honeypot, agent=sent.agent)
    if why == "replay" and sent.stamp is not None:
        same = Submission.objects.filter(form=form, stamp=sent.stamp.nonce).order_by("pk").first()
        if same is not None and (same.answers, same.consents) == (answers, consents):
            return None
    email = str(answers.get("email") or "")
    row = Submission.objects.create(
        form=form,
        answers=answers,
        language=sent.language,
        address_hash=limits.address_hash(email) if email else "",
        state=SubmissionState.SPAM if why else SubmissionState.WAITING,
        why=why,
        notice="\n".join(consents.values()),
        consents=consents,
        ip_hash=sent.origin,
        stamp=sent.stamp.nonce if sent.stamp else "",
        source=sent.source if sent.source in SOURCES else "page",
        at=now or timezone.now(),
    )
    if why:
        return row
    _go_on(row)
    return row


def seen(form: Form) -> None:
    """A person looked at the form."""
    Form.objects.filter(pk=form.pk).update(seen=F("seen") + 1)


@transaction.atomic
def release(row: Submission, *, by: User) -> None:
    """A colleague says that this is no spam: it is taken in as if it had come just now, by the same rules."""
    locked = Submission.objects.select_for_update(of=("self",)).select_related("form").get(pk=row.pk)
    if locked.state != SubmissionState.SPAM:
        return
    locked.state, locked.why, locked.at = SubmissionState.WAITING, "", timezone.now()
    locked.save(update_fields=["state", "why", "at"])
    audit.record("marketing.submission.released", locked, by=by, label=locked.form.name)
    _go_on(locked, by=by)


@transaction.atomic
def remove(row: Submission, *, by: User) -> None:
    """Throw a submission away, such as spam. What became of it stays."""
    audit.record("marketing.submission.removed", row, by=by, label=row.form.name, state=row.state)
    row.delete()


def _go_on(row: Submission, *, by: User | None = None) -> None:
    """What follows from a submission that is no machine's."""
    enquiry = row.form.kind == FormKind.ENQUIRY
    if enquiry:  # somebody waits for an answer, whether they agree to anything or not
        taking_in.take_question(row)
    if asks_again(row.form, row.answers) and (row.consents or not enquiry):
        transaction.on_commit(lambda: confirming.ask_later(row.pk))
    else:
        taking_in.take_in(row, confirmed=False, by=by)
