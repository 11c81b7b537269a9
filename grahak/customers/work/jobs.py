"""Background work of the day: the mail of a reminder."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from grahak.core.jobs import task
from grahak.core.letters import write
from grahak.core.links import absolute
from grahak.customers.models import Reminder


@task(queue_name="default")
def mail_reminder(pk: int) -> str:
    """Write to the person of a reminder; once, also when the job is repeated. Gives "" or why it was not sent."""
    with transaction.atomic():
        rows = Reminder.objects.select_for_update(of=("self",)).select_related("person")
        found = rows.filter(pk=pk, mailed_at=None, put_away_at=None, person__is_active=True).first()
        if found is None:
            return ""
        Reminder.objects.filter(pk=pk).update(mailed_at=timezone.now())
    reminder = Reminder.objects.select_related(
        "person", "task__customer", "meeting__customer"
    ).get(pk=pk)  # fmt: skip
    thing = reminder.task or reminder.meeting
    name = "customers:task" if reminder.task_id else "customers:meeting"
    where = absolute(reverse(name, args=[thing.pk])) if thing else ""
    trouble = write(
        reminder.person,
        "customers/mail/reminder",
        link=where,
        thing=thing,
        task=reminder.task,
        meeting=reminder.meeting,
    )
    if trouble:
        Reminder.objects.filter(pk=pk).update(mailed_at=None)
    return trouble
