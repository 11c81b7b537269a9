"""What daily work hangs into the shell and the day book."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from grahak.core.registry import NavLink, registry
from grahak.customers import timeline
from grahak.customers.actions.calls import outcome_words
from grahak.customers.search.tasks import tasks
from grahak.customers.work import access  # noqa: F401 - its grants


def hang() -> None:
    registry.add(
        NavLink(
            _("My day"),
            "customers:today",
            "task",
            "customers.view",
            group=1,
            order=2,
            key="t",
            also=("/tasks/", "/reminders/"),
        ),
        NavLink(_("Calendar"), "customers:calendar", "calendar", "customers.view", group=1, order=4, key="l"),
    )
    registry.add_new(
        NavLink(_("Task"), "customers:task_add", "task", "customers.view", order=20, key="t"),
        NavLink(_("Meeting"), "customers:meeting_add", "calendar", "customers.view", order=25, key="v"),
    )
    registry.searches.append(tasks)
    timeline.tellers["customers.call.made"] = outcome_words
