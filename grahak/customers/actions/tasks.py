"""Things to do: added, changed, ticked off and opened again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.models import User
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Activity, Customer, Task
from grahak.customers.text import one_line


def _title(text: str) -> str:
    title = one_line(text)
    if not title:
        raise ValidationError({"title": _("Say what is to be done.")})
    if len(title) > 200:
        raise ValidationError({"title": _("At most 200 characters.")})
    return title


@transaction.atomic
def add_task(
    *,
    by: User | None,
    title: str,
    customer: Customer | None = None,
    due_on: dt.date | None = None,
    assigned_to: User | None = None,
) -> Task:
    """Something to do by a day, for whoever it is given to (else for the one who adds it)."""
    task = Task.objects.create(
        customer=customer, title=_title(title), due_on=due_on, assigned_to=assigned_to or by, by=by
    )
    _tell(task, by)
    audit.record("customers.task.added", customer or task, by=by, label=task.title, task=task.pk)
    return task


def _tell(task: Task, by: User | None) -> None:
    if task.customer_id is not None:
        tell(
            task.customer_id,
            "customers.task.added",
            group="tasks",
            at=task.created_at,
            by=by,
            subject="task",
            subject_id=task.pk,
            title=task.title,
            facts={
                "due_on": task.due_on.isoformat() if task.due_on else "",
                "who": str(task.assigned_to or ""),
            },
        )


@transaction.atomic
def edit_task(task: Task, *, by: User | None, **fields: Any) -> Task:
    """Change title, due_on or assigned_to."""
    unknown = set(fields) - {"title", "due_on", "assigned_to"}
    if unknown:
        raise TypeError(f"a task has no {', '.join(sorted(unknown))}")
    if "title" in fields:
        fields["title"] = _title(fields["title"])
    before = {name: getattr(task, name) for name in fields}
    for name, value in fields.items():
        setattr(task, name, value)
    task.save(update_fields=list(fields))
    _tell(task, task.by)
    changes = audit.changed(before, fields)
    audit.record(
        "customers.task.edited", task.customer or task, by=by, label=task.title, task=task.pk, changes=changes
    )
    return task


@transaction.atomic
def finish_task(task: Task, *, by: User | None) -> Task:
    """Tick it off. Ticking twice keeps the first tick."""
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.done_at is not None:
        return locked
    locked.done_at, locked.done_by = timezone.now(), by
    locked.save(update_fields=["done_at", "done_by"])
    if locked.customer_id is not None:
        tell(
            locked.customer_id,
            "customers.task.done",
            group="tasks",
            at=locked.done_at,
            by=by,
            subject="task",
            subject_id=locked.pk,
            title=locked.title,
        )
    audit.record("customers.task.done", locked.customer or locked, by=by, label=locked.title, task=locked.pk)
    return locked


@transaction.atomic
def reopen_task(task: Task, *, by: User | None) -> Task:
    """Undo the tick."""
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.done_at is None:
        return locked
    locked.done_at = locked.done_by = None
    locked.save(update_fields=["done_at", "done_by"])
    Activity.objects.filter(kind="customers.task.done", subject="task", subject_id=locked.pk).delete()
    audit.record(
        "customers.task.reopened", locked.customer or locked, by=by, label=locked.title, task=locked.pk
    )
    return locked
