"""Reminders: set, moved along with what they remind of, put off, put away; told once, and mailed where wished."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from grahak.core import business
from grahak.core.models import User
from grahak.customers.models import Meeting, Reminder, Task

MORNING = dt.time(9)  # a task of a day without an hour counts from then
LONGEST_BEFORE = 60 * 24 * 60  # minutes: sixty days


def moment_of(thing: Task | Meeting) -> dt.datetime | None:
    """The time a reminder of it counts back from; None where it has no day."""
    if isinstance(thing, Meeting):
        return thing.starts_at
    if thing.due_on is None:
        return None
    return dt.datetime.combine(thing.due_on, thing.due_time or MORNING, business.zone())


def remind(
    thing: Task | Meeting, person: User, *, before: int | None, by_mail: bool = False
) -> Reminder | None:
    """Have PERSON told of it BEFORE minutes ahead; None takes the reminder away. A thing without a day keeps none."""
    key: dict[str, Any] = {"meeting": thing} if isinstance(thing, Meeting) else {"task": thing}
    at = moment_of(thing)
    Reminder.objects.filter(person=person, put_away_at=None, **key).delete()
    if before is None or at is None:
        return None
    before = max(0, min(before, LONGEST_BEFORE))
    return Reminder.objects.create(
        person=person, before=before, by_mail=by_mail, at=at - dt.timedelta(minutes=before), **key
    )


def move_along(thing: Task | Meeting) -> None:
    """Count open reminders anew after the day or hour changed; one that was told tells again at its new time."""
    at = moment_of(thing)
    for reminder in thing.reminders.filter(put_away_at=None, before__isnull=False):
        if at is None:
            reminder.delete()
            continue
        moved = at - dt.timedelta(minutes=reminder.before or 0)
        if moved != reminder.at:
            reminder.at, reminder.told_at, reminder.mailed_at = moved, None, None
            reminder.save(update_fields=["at", "told_at", "mailed_at"])


def snooze(reminder: Reminder, until: dt.datetime) -> Reminder:
    """Be silent until then. It is told in the bell again, but not mailed twice."""
    reminder.at, reminder.before, reminder.told_at = until, None, None
    reminder.by_mail = False
    reminder.save(update_fields=["at", "before", "told_at", "by_mail"])
    return reminder


def put_reminder_away(reminder: Reminder) -> None:
    """Never again."""
    if reminder.put_away_at is None:
        reminder.put_away_at = timezone.now()
        reminder.save(update_fields=["put_away_at"])


@transaction.atomic
def tell_due(now: dt.datetime | None = None, most: int = 200) -> int:
    """Tell what is due: mark it, and enqueue the mail in the same transaction, so that a worker killed here neither
    forgets nor repeats one. Returns how many were told."""
    from grahak.customers.work.jobs import mail_reminder

    now = now or timezone.now()
    waiting = Reminder.objects.filter(told_at=None, at__lte=now)
    if not waiting.exists():
        return 0
    due = list(waiting.select_for_update(skip_locked=True).order_by("at")[:most])
    for reminder in due:
        reminder.told_at = now
        if reminder.by_mail and reminder.mailed_at is None and reminder.put_away_at is None:
            mail_reminder.enqueue(reminder.pk)
    Reminder.objects.bulk_update(due, ["told_at"])
    return len(due)
