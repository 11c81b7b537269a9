"""A person's day: what is late, what is due, meetings by the hour, calls to make, and the lists that rooms above
bring (who is due to order again). A fixed number of questions, however much there is to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from grahak.core import business
from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.core.registry import registry
from grahak.customers.models import Identity, Meeting, Task, TaskKind, TaskPerson
from grahak.customers.phones import call_link
from grahak.customers.work.seen import mine, people_led

MOST = 60  # of a list; the rest stands on the page of all tasks
DAY_LIST = 6


@dataclass
class Day:
    """What stands on the page of a day."""

    date: dt.date
    late: list[Task] = field(default_factory=list)
    today: list[Task] = field(default_factory=list)
    calls: list[Task] = field(default_factory=list)
    undated: list[Task] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    lists: list[dict[str, Any]] = field(default_factory=list)
    done: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.late or self.today or self.calls or self.meetings or self.undated)

    @property
    def left(self) -> int:
        """How many things are still to do."""
        return len(self.late) + len(self.today) + len(self.calls)


def with_rows(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """With what a line of a list shows. Two questions for any number of tasks."""
    people = Prefetch("people", TaskPerson.objects.select_related("person").order_by("person__name"))
    return tasks.select_related("customer", "assigned_to", "team").prefetch_related(people)


def waiting(user: Any, whose: str = "mine") -> QuerySet[Task]:
    """Open tasks of this person, or ("team") of the people they lead with what waits for any of their team."""
    if whose != "team":
        return Task.objects.filter(mine(user), done_at=None)
    led = people_led(user).values("pk")
    shared = TaskPerson.objects.filter(person__in=led, done_at=None).values("task")
    found = Q(assigned_to__in=led, each=False) | Q(pk__in=shared)
    teams = Q(team__leader=user.pk)
    if scope_of(user, "work.team") == "all":
        teams = Q(team__isnull=False)
    return Task.objects.filter(found | (teams & Q(each=False, assigned_to=None)), done_at=None)


def meetings_between(
    user: Any, begin: dt.datetime, end: dt.datetime, whose: str = "mine"
) -> QuerySet[Meeting]:
    """Meetings of this person (or of the people they lead) that touch the time, in their order."""
    chosen: Any = people_led(user).values("pk") if whose == "team" else [user.pk]
    part = Meeting.people.through.objects.filter(user__in=chosen).values("meeting")
    rows = Meeting.objects.filter(pk__in=part, cancelled_at=None, starts_at__lt=end, ends_at__gt=begin)
    rows = rows.filter(
        starts_at__gt=begin - dt.timedelta(days=14)
    )  # the longest meeting: the index finds them
    return rows.select_related("customer").prefetch_related("people").order_by("starts_at", "pk")


def day_of(user: Any, whose: str = "mine") -> Day:
    """Today, for this person."""
    today = business.today()
    found = Day(today)
    rows = waiting(user, whose).filter(Q(due_on__lte=today) | Q(due_on=None))
    ordered = rows.order_by(
        "-priority", F("due_on").asc(nulls_last=True), F("due_time").asc(nulls_last=True), "pk"
    )
    for task in with_rows(ordered)[: MOST * 3]:
        if task.kind == TaskKind.CALL:
            found.calls.append(task)
        elif task.due_on is None:
            found.undated.append(task)
        elif task.is_late:
            found.late.append(task)
        else:
            found.today.append(task)
    with_phones([*found.calls, *found.late, *found.today])
    begin = business.day_start(today)
    found.meetings = list(
        meetings_between(user, begin, business.day_start(today + dt.timedelta(days=1)), whose)
    )
    found.done = Task.objects.filter(done_by=user.pk, done_at__gte=begin).count()
    found.lists = lists_of(user)
    return found


def with_phones(tasks: Sequence[Task]) -> None:
    """Put the number to ring onto tasks about a customer (`call`): the contact's, else the main contact's first."""
    ids = {task.customer_id for task in tasks if task.customer_id}
    rows = Identity.objects.filter(contact__customer__in=ids, kind="phone").order_by(
        "-contact__is_primary", "id"
    )
    of_customer: dict[int, str] = {}
    of_contact: dict[int, str] = {}
    for customer, contact, value in rows.values_list("contact__customer", "contact", "value") if ids else ():
        of_customer.setdefault(customer, value)
        of_contact.setdefault(contact, value)
    for task in tasks:
        phone = of_contact.get(task.contact_id or 0) or of_customer.get(task.customer_id or 0, "")
        task.call = call_link(phone) if phone else ""  # type: ignore[attr-defined]


def lists_of(user: Any) -> list[dict[str, Any]]:
    """The lists of rooms above that this person may see and that hold somebody."""
    found = []
    for one in registry.day_lists:
        if scope_of(user, one.action) is not None:
            rows = one.find(user, DAY_LIST)
            if rows:
                found.append({"name": one.name, "label": one.label, "url": one.url(), "rows": rows})
    return found


def colleagues(user: Any) -> list[User]:
    """Whom this person may give work to: everybody who may log in."""
    return list(User.objects.filter(is_active=True).order_by("name"))
