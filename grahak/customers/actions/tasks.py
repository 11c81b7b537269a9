"""Things to do: added, changed, shared, ticked off and opened again, one by one or many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit, business
from grahak.core.events import announce
from grahak.core.models import Team, User
from grahak.customers.actions.reminders import move_along, remind
from grahak.customers.actions.timeline import LONGEST_NOTE, tell
from grahak.customers.models import Activity, Customer, Priority, Repeat, Task, TaskKind, TaskPerson
from grahak.customers.text import many_lines, one_line
from grahak.customers.work.repeating import following

MOST_STEPS: Final = 50
FIELDS: Final = frozenset(
    {"kind", "contact", "title", "text", "due_on", "due_time", "priority", "repeat", "every"}
    | {"assigned_to", "team", "each", "steps", "about", "about_id"}
)


def _title(text: str) -> str:
    title = one_line(text)
    if not title:
        raise ValidationError({"title": _("Say what is to be done.")})
    if len(title) > 200:
        raise ValidationError({"title": _("At most 200 characters.")})
    return title


def _steps(lines: Iterable[Any]) -> list[dict[str, Any]]:
    """The list of a task's steps: typed lines, or steps with their ticks."""
    found = []
    for line in lines:
        text, done = (line.get("text", ""), line.get("done")) if isinstance(line, dict) else (line, False)
        kept = one_line(text)[:200]
        if kept:
            found.append({"text": kept, "done": bool(done)})
    if len(found) > MOST_STEPS:
        raise ValidationError({"steps": _("At most 50 steps.")})
    return found


def _cleaned(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as they are kept. ValidationError names the one at fault."""
    kept = dict(fields)
    if "title" in kept:
        kept["title"] = _title(kept["title"])
    if "text" in kept:
        kept["text"] = many_lines(kept["text"])
        if len(kept["text"]) > LONGEST_NOTE:
            raise ValidationError({"text": _("A note holds at most 20,000 characters.")})
    if "steps" in kept:
        kept["steps"] = _steps(kept["steps"])
    if kept.get("kind", TaskKind.TASK) not in TaskKind.values:
        raise ValidationError({"kind": _("That is not one of the choices.")})
    if kept.get("priority", 0) not in Priority.values:
        raise ValidationError({"priority": _("That is not one of the choices.")})
    if kept.get("repeat", "") not in Repeat.values:
        raise ValidationError({"repeat": _("That is not one of the choices.")})
    if not 1 <= kept.get("every", 1) <= 99:
        raise ValidationError({"every": _("A number from 1 to 99.")})
    return kept


def _fits(task: Task) -> None:
    if task.due_time is not None and task.due_on is None:
        raise ValidationError({"due_on": _("An hour needs its day.")})
    if task.repeat and task.due_on is None:
        raise ValidationError({"due_on": _("What repeats needs the day of its first time.")})
    if task.contact is not None and task.contact.customer_id != task.customer_id:
        raise ValidationError({"contact": _("This contact belongs to another customer.")})


@transaction.atomic
def add_task(
    *,
    by: User | None,
    title: str,
    customer: Customer | None = None,
    due_on: dt.date | None = None,
    assigned_to: User | None = None,
    team: Team | None = None,
    people: Sequence[User] = (),
    remind_before: int | None = None,
    remind_by_mail: bool = False,
    **more: Any,
) -> Task:
    """Something to do by a day, for whoever it is given to: a person, a TEAM (whoever ticks first, or with each=True
    everybody of it), or several PEOPLE who each tick for themselves; else the one who adds it. MORE: kind, contact,
    text, due_time, priority, repeat, every, steps, about, about_id."""
    unknown = set(more) - FIELDS
    if unknown:
        raise TypeError(f"a task has no {', '.join(sorted(unknown))}")
    each = bool(people) or (team is not None and bool(more.pop("each", False)))
    more.pop("each", None)
    kept = _cleaned(more | {"title": title})
    nobody = assigned_to is None and team is None and not people
    task = Task(
        customer=customer,
        due_on=due_on,
        assigned_to=by if nobody else assigned_to,
        team=team,
        each=each,
        by=by,
        **kept,
    )
    _fits(task)
    task.anchor = due_on.day if due_on else None
    task.save()
    if each:
        _share(task, people)
    for person in _those_who_do_it(task) if remind_before is not None else ():
        remind(task, person, before=remind_before, by_mail=remind_by_mail)
    _tell(task, by)
    audit.record("customers.task.added", customer or task, by=by, label=task.title, task=task.pk)
    announce("customers.task.added", task_id=task.pk)
    return task


def _share(task: Task, people: Iterable[User]) -> None:
    chosen = {one.pk for one in people}
    if not chosen and task.team is not None:
        chosen = set(task.team.people.filter(is_active=True).values_list("pk", flat=True))
    if not chosen:
        raise ValidationError({"people": _("Choose at least one colleague.")})
    there = {row.person_id: row for row in task.people.all()}
    TaskPerson.objects.filter(task=task, person_id__in=set(there) - chosen, done_at=None).delete()
    TaskPerson.objects.bulk_create([TaskPerson(task=task, person_id=pk) for pk in chosen - set(there)])


def _those_who_do_it(task: Task) -> list[User]:
    if task.each:
        return [row.person for row in task.people.select_related("person")]
    if task.assigned_to is not None:
        return [task.assigned_to]
    return list(task.team.people.filter(is_active=True)) if task.team is not None else []


def _tell(task: Task, by: User | None) -> None:
    if task.customer_id is not None:
        tell(
            task.customer_id,
            "customers.task.added",
            group="tasks",
            at=task.created_at,
            by=by,
            contact=task.contact_id,  # type: ignore[arg-type]
            subject="task",
            subject_id=task.pk,
            title=task.title,
            facts={
                "due_on": task.due_on.isoformat() if task.due_on else "",
                "who": str(task.assigned_to or task.team or ""),
            },
        )


@transaction.atomic
def edit_task(task: Task, *, by: User | None, people: Sequence[User] | None = None, **fields: Any) -> Task:
    """Change any of its FIELDS; PEOPLE are those who each do it (an empty list: not shared any more)."""
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"a task has no {', '.join(sorted(unknown))}")
    fields = _cleaned(fields)
    locked = Task.objects.select_for_update().get(pk=task.pk)
    before = {name: getattr(locked, name) for name in fields}
    for name, value in fields.items():
        setattr(task, name, value)
        setattr(locked, name, value)
    if people is not None:
        locked.each = bool(people) or (bool(fields.get("each")) and locked.team is not None)
    _fits(locked)
    if "due_on" in fields and before["due_on"] != locked.due_on:
        locked.anchor = locked.due_on.day if locked.due_on else None
    locked.save()
    if people is not None:
        if locked.each:
            _share(locked, people)
        else:
            locked.people.all().delete()
    task.anchor, task.each = locked.anchor, locked.each
    move_along(locked)
    _tell(locked, locked.by)
    changes = audit.changed(before, fields)
    audit.record(
        "customers.task.edited", task.customer or task, by=by, label=task.title, task=task.pk, changes=changes
    )
    return task


def tick_step(task: Task, place: int, done: bool, *, by: User | None) -> Task:
    """Tick the step at PLACE (from 0) of a task, or open it again. IndexError beyond the list."""
    with transaction.atomic():
        locked = Task.objects.select_for_update().get(pk=task.pk)
        if not 0 <= place < len(locked.steps):
            raise IndexError(place)
        locked.steps[place]["done"] = done
        locked.save(update_fields=["steps", "changed_at"])
        audit.record(
            "customers.task.edited", locked.customer or locked, by=by, label=locked.title, task=locked.pk,
            step=locked.steps[place]["text"], done=done,
        )  # fmt: skip
    return locked


@transaction.atomic
def finish_task(task: Task, *, by: User | None) -> Task:
    """Tick it off. Ticking twice keeps the first tick. Of a task that several do, the one who ticks has done their
    part, and the last tick closes it; somebody who has no part in it closes it for all. What repeats comes back."""
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.done_at is not None:
        return locked
    now = timezone.now()
    if locked.each:
        parts = list(locked.people.select_for_update())
        own = [row for row in parts if by is not None and row.person_id == by.pk]
        TaskPerson.objects.filter(pk__in=[row.pk for row in own or parts], done_at=None).update(done_at=now)
        if own and locked.people.filter(done_at=None).exists():
            audit.record(
                "customers.task.part_done",
                locked.customer or locked,
                by=by,
                label=locked.title,
                task=locked.pk,
            )
            return locked
    locked.done_at, locked.done_by = now, by
    locked.save(update_fields=["done_at", "done_by", "changed_at"])
    locked.reminders.filter(put_away_at=None).update(put_away_at=now)
    if locked.repeat and locked.due_on is not None:
        _again(locked)
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
    announce("customers.task.done", task_id=locked.pk)
    return locked


def _again(task: Task) -> Task | None:
    """The next one of a repeating task, with its steps opened and its reminders."""
    if Task.objects.filter(after=task).exists() or task.due_on is None:
        return None
    due = following(task.due_on, task.repeat, task.every, task.anchor, business.today())
    copied = (
        "kind",
        "customer",
        "contact",
        "about",
        "about_id",
        "title",
        "text",
        "due_time",
        "priority",
        "repeat",
    )
    fields = {
        name: getattr(task, name)
        for name in (*copied, "every", "anchor", "assigned_to", "team", "each", "by")
    }
    steps = [{"text": step["text"], "done": False} for step in task.steps]
    again = Task.objects.create(**fields, due_on=due, steps=steps, after=task)
    if task.each:
        TaskPerson.objects.bulk_create(
            [TaskPerson(task=again, person_id=row.person_id) for row in task.people.all()]
        )
    for reminder in task.reminders.filter(before__isnull=False).select_related("person"):
        remind(again, reminder.person, before=reminder.before, by_mail=reminder.by_mail)
    _tell(again, task.by)
    announce("customers.task.added", task_id=again.pk)
    return again


@transaction.atomic
def reopen_task(task: Task, *, by: User | None) -> Task:
    """Undo the tick, one's own of a task that several do. What repeats takes its next one back, unless that was begun
    already: then both stay."""
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.each and by is not None:
        own = locked.people.filter(person=by)
        (own if own.exists() else locked.people).update(done_at=None)
    if locked.done_at is None:
        return locked
    done_at = locked.done_at
    locked.done_at = locked.done_by = None
    locked.save(update_fields=["done_at", "done_by", "changed_at"])
    locked.reminders.filter(put_away_at=done_at).update(put_away_at=None)
    again = Task.objects.filter(after=locked, done_at=None).first()
    if again is not None and not again.people.exclude(done_at=None).exists() and _untouched(again):
        Activity.objects.filter(subject="task", subject_id=again.pk).delete()
        again.delete()
    Activity.objects.filter(kind="customers.task.done", subject="task", subject_id=locked.pk).delete()
    audit.record(
        "customers.task.reopened", locked.customer or locked, by=by, label=locked.title, task=locked.pk
    )
    return locked


def _untouched(task: Task) -> bool:
    """Nobody wrote into it since it came back by itself."""
    changed = task.changed_at or task.created_at
    return changed - task.created_at < dt.timedelta(seconds=5) and not any(
        step["done"] for step in task.steps
    )


@transaction.atomic
def finish_tasks(tasks: Iterable[Task], *, by: User | None) -> list[int]:
    """Tick many off; returns those that were open, for the way back."""
    done = []
    for task in tasks:
        if task.done_at is None:
            finish_task(task, by=by)
            done.append(task.pk)
    return done


@transaction.atomic
def change_tasks(tasks: Iterable[Task], *, by: User | None, **fields: Any) -> int:
    """Give many to a colleague or a team (assigned_to, team), or put them to another day (due_on)."""
    count = 0
    for task in tasks:
        if task.done_at is None:
            edit_task(task, by=by, **fields)
            count += 1
    return count
