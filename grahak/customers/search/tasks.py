"""Open tasks by the words in their title, for the search box."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from grahak.core.access import scope_of
from grahak.core.latest import with_text
from grahak.customers.models import Customer, Task
from grahak.customers.work.seen import own_tasks

LATEST: Final = (
    1_000  # open tasks whose titles are read, those due last first: as quick however many there are
)
_SHORTEST: Final = 3
_MOST: Final = 100


def tasks(user: Any, text: str, limit: int) -> list[dict[str, Any]]:
    """Open tasks this person may see whose title has the typed text in it, at most LIMIT."""
    typed = " ".join(text.split())[:60]
    if scope_of(user, "customers.view") is None or len(typed) < _SHORTEST:
        return []
    open_ones = Task.objects.filter(done_at=None).order_by("-due_on", "-pk")
    numbers = with_text(open_ones, "title", typed, LATEST)[-_MOST:]
    if not numbers:
        return []
    whole = Task.objects.filter(pk__in=numbers).select_related("customer", "assigned_to")
    found = list(whole.order_by("due_on", "pk"))
    ids = {task.customer_id for task in found}
    known = [pk for pk in ids if pk is not None]
    theirs = set(Customer.objects.visible_to(user).filter(pk__in=known).values_list("pk", flat=True))
    if len(theirs) < len(ids):
        rest = [task.pk for task in found if task.customer_id not in theirs]
        mine = set(Task.objects.filter(own_tasks(user), pk__in=rest).values_list("pk", flat=True))
        found = [task for task in found if task.customer_id in theirs or task.pk in mine]
    return [
        {
            "group": _("Tasks"),
            "icon": "task",
            "title": task.title,
            "text": " · ".join(
                told
                for told in (
                    task.customer.name if task.customer_id in theirs and task.customer else "",
                    task.assigned_to.name if task.assigned_to else "",
                )
                if told
            ),
            "url": reverse("customers:task", args=[task.pk]),
        }
        for task in found[:limit]
    ]
