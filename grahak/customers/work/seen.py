"""Whose work a person sees: their own and their team's, what they gave to others, what is about customers they may
see; and, where they lead, their people's."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from grahak.core.access import scope_of
from grahak.core.models import User
from grahak.customers.models import Customer, Meeting, Task, TaskPerson


def mine(user: Any) -> Q:
    """Tasks that wait for this person: given to them, shared with them and not yet ticked by them, or their team's."""
    shared = TaskPerson.objects.filter(person=user.pk, done_at=None).values("task")
    found = Q(assigned_to=user.pk, each=False) | Q(pk__in=shared)
    if user.team_id is not None:
        found |= Q(team=user.team_id, each=False, assigned_to=None)
    return found


def own_tasks(user: Any) -> Q:
    """Tasks this person may see whomever they are about: their own, their team's and their people's, and those they
    gave to others."""
    part = TaskPerson.objects.filter(person=user.pk).values("task")
    found = Q(assigned_to=user.pk) | Q(by=user.pk) | Q(pk__in=part)
    if user.team_id is not None:
        found |= Q(team=user.team_id)
    return found | Q(assigned_to__in=people_led(user).values("pk"))


def tasks_of(user: Any) -> QuerySet[Task]:
    """The tasks this person may see."""
    return Task.objects.filter(own_tasks(user) | Q(customer__in=Customer.objects.visible_to(user)))


def meetings_of(user: Any) -> QuerySet[Meeting]:
    """The meetings this person may see."""
    part = Meeting.people.through.objects.filter(user=user.pk).values("meeting")
    led = Meeting.people.through.objects.filter(user__in=people_led(user).values("pk")).values("meeting")
    found = Q(by=user.pk) | Q(pk__in=part) | Q(pk__in=led)
    return Meeting.objects.filter(found | Q(customer__in=Customer.objects.visible_to(user)))


def people_led(user: Any) -> QuerySet[User]:
    """The colleagues whose days this person may look at: those of teams they lead, and by their role those of their
    branch or all."""
    found = Q(team__leader=user.pk)
    match scope_of(user, "work.team"):
        case "all":
            found = Q()
        case "branch":
            found |= Q(branch=user.branch_id)
        case "team":
            found |= Q(team=user.team_id)
    return User.objects.filter(found, is_active=True)


def leads(user: Any) -> bool:
    """Whether there is a team to look at."""
    return scope_of(user, "work.team") is not None or user.leads.filter(archived_at=None).exists()
