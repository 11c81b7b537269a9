"""What the room's views share: is it a fragment that is asked for, and the door to one row."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest

from grahak.core.access import scoped
from grahak.customers.merging.chain import kept_of
from grahak.customers.models import Contact, Customer, Task
from grahak.customers.work.seen import tasks_of

LARGEST = 2**63 - 1


def wants(request: HttpRequest, target: str) -> bool:
    """Whether htmx will put the answer into the element with this id; else the whole page is wanted."""
    htmx: Any = request.htmx  # type: ignore[attr-defined]
    named = (htmx.target or "").rpartition("#")[2]
    return bool(htmx) and not htmx.history_restore_request and named == target


def _row(rows: Any, pk: int) -> Any:
    if pk > LARGEST:
        raise Http404
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def customer_for(request: HttpRequest, pk: int, action: str = "customers.edit") -> Customer:
    """The customer this person may do ACTION with; a stranger's is 404. One that was merged is the one that it is
    part of now: a page that stood open goes on with that."""
    shared = "pk" if action in ("customers.view", "customers.edit") else ""
    rows = scoped(Customer.objects.visible_to(request.user), request.user, action, shared=shared)  # type: ignore[arg-type]
    rows = rows.select_related("owner", "branch")
    found: Customer = _row(rows, pk)
    return found if found.merged_into_id is None else _row(rows, kept_of(found).pk)


def contact_for(request: HttpRequest, pk: int, contact: int, action: str = "customers.edit") -> Contact:
    """A contact of that customer."""
    return _row(customer_for(request, pk, action).contacts.select_related("customer"), contact)  # type: ignore[arg-type]


def tasks_for(request: HttpRequest) -> Any:
    """The tasks this person may see (work.seen)."""
    return tasks_of(request.user).select_related("customer", "assigned_to", "team")


def task_for(request: HttpRequest, pk: int) -> Task:
    return _row(tasks_for(request), pk)


def sentences(error: ValidationError) -> str:
    """What went wrong, as one text for a toast."""
    return " ".join(error.messages)
