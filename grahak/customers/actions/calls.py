"""Phone calls: what came of one, and the next one that follows from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grahak.core import audit, business
from grahak.core.models import User
from grahak.customers.actions.tasks import add_task, edit_task, finish_task
from grahak.customers.actions.timeline import LONGEST_NOTE, tell
from grahak.customers.models import Activity, Contact, Customer, Task, TaskKind
from grahak.customers.text import many_lines

LONGEST_CALL = 24 * 60  # minutes


class Outcome(models.TextChoices):
    REACHED = "reached", pgettext_lazy("call", "Reached")
    NO_ANSWER = "no_answer", pgettext_lazy("call", "No answer")
    CALL_BACK = "call_back", pgettext_lazy("call", "Call back")


@dataclass(frozen=True)
class Called:
    """A call that was written down, and the task of the next one where there is one."""

    line: Activity
    task: Task | None


@transaction.atomic
def log_call(
    customer: Customer,
    *,
    by: User | None,
    outcome: str = Outcome.REACHED,
    text: str = "",
    minutes: int | None = None,
    contact: Contact | None = None,
    again_on: dt.date | None = None,
    again_time: dt.time | None = None,
    at: dt.datetime | None = None,
) -> Called:
    """Write a call down. Reached, a call that was to be made by now is done. Without an answer, or when they ask to be
    called back, the call stands again on AGAIN_ON (tomorrow where no day is said)."""
    if outcome not in Outcome.values:
        raise ValidationError({"outcome": _("That is not one of the choices.")})
    kept = many_lines(text)
    if len(kept) > LONGEST_NOTE:
        raise ValidationError({"text": _("A note holds at most 20,000 characters.")})
    if minutes is not None and not 0 <= minutes <= LONGEST_CALL:
        raise ValidationError({"minutes": _("A call lasts at most a day.")})
    if contact is not None and contact.customer_id != customer.pk:
        raise ValidationError({"contact": _("This contact belongs to another customer.")})
    answered = outcome != Outcome.NO_ANSWER
    facts: dict[str, Any] = {"answered": answered, "outcome": str(outcome)}
    if minutes is not None:
        facts["minutes"] = minutes
    line = tell(
        customer,
        "customers.call.made",
        group="messages",
        at=at,
        by=by,
        contact=contact,
        text=kept,
        title="" if outcome == Outcome.REACHED else str(Outcome(outcome).label),
        channel="phone",
        facts=facts,
    )
    audit.record("customers.call.made", customer, by=by, answered=answered, outcome=str(outcome))
    return Called(line, _next(customer, by, outcome, contact, again_on, again_time))


def _next(
    customer: Customer,
    by: User | None,
    outcome: str,
    contact: Contact | None,
    again_on: dt.date | None,
    again_time: dt.time | None,
) -> Task | None:
    waiting = (
        Task.objects.filter(customer=customer, kind=TaskKind.CALL, done_at=None, assigned_to=by, each=False)
        .order_by(models.F("due_on").asc(nulls_last=True), "pk")
        .first()
    )
    if outcome == Outcome.REACHED:
        today = business.today()
        if waiting is not None and (waiting.due_on is None or waiting.due_on <= today):
            finish_task(waiting, by=by)
        if again_on is None:
            return None
        waiting = None
    due = again_on or business.today() + dt.timedelta(days=1)
    if waiting is not None:
        return edit_task(waiting, by=by, due_on=due, due_time=again_time)
    title = _("Call %(name)s") % {"name": customer.name}
    return add_task(
        by=by, title=title[:200], customer=customer, contact=contact, due_on=due, due_time=again_time,
        kind=TaskKind.CALL, assigned_to=by,
    )  # fmt: skip


def outcome_words(line: Activity) -> str:
    """What the day book says under a call: how long it took."""
    minutes = line.facts.get("minutes")
    return str(gettext_lazy("%(n)s min")) % {"n": minutes} if minutes else ""


@transaction.atomic
def take_call_back(line: Activity, *, by: User | None) -> None:
    """Undo a call that was written down a moment ago by the same person. ValidationError where it is older."""
    if line.by_id != (by.pk if by else None) or timezone.now() - line.at > dt.timedelta(minutes=10):
        raise ValidationError(_("It was written down too long ago."))
    audit.record("customers.call.taken_back", line.customer, by=by)
    line.delete()
