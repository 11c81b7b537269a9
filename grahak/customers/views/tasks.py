"""My tasks: what is to be done, by when; ticked off with one press."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core import business
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.forms import TaskForm
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import task_for, tasks_for

MOST = 200


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def my_tasks(request: HttpRequest) -> HttpResponse:
    """Open tasks of this person, or of everybody they may see (?of=all), or those done lately (?of=done)."""
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_task(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            return redirect("customers:tasks")
        except ValidationError as error:
            keep_errors(form, error)
    of = request.GET.get("of", "mine")
    rows = tasks_for(request)
    if of == "done":
        rows = rows.filter(done_at__isnull=False).order_by("-done_at")
    else:
        rows = rows.filter(done_at=None).order_by(F("due_on").asc(nulls_last=True), "pk")
        rows = rows if of == "all" else rows.filter(assigned_to=request.user)
    context = {"form": form, "of": of, "tasks": list(rows[:MOST]), "today": business.today(), "most": MOST}
    return render(request, "customers/tasks.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is to be done, by when and by whom."""
    found = task_for(request, pk)
    initial = {"title": found.title, "due_on": found.due_on, "assigned_to": found.assigned_to_id}
    form = TaskForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields: dict[str, Any] = form.cleaned_data
        fields["assigned_to"] = fields["assigned_to"] or request.user
        try:
            actions.edit_task(found, by=request.user, **fields)  # type: ignore[arg-type]
            say(request, _("Saved."))
            return redirect("customers:tasks")
        except ValidationError as error:
            keep_errors(form, error)
    context = {"task": found, "form": form}
    return render(request, "customers/task.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@needs("customers.view")
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a task off; the toast opens it again."""
    found = actions.finish_task(task_for(request, pk), by=request.user)  # type: ignore[arg-type]
    say(
        request, _("Done: %(title)s") % {"title": found.title}, undo=reverse("customers:task_open", args=[pk])
    )
    return _back(request, found)


@require_POST
@needs("customers.view")
def open_again(request: HttpRequest, pk: int) -> HttpResponse:
    found = actions.reopen_task(task_for(request, pk), by=request.user)  # type: ignore[arg-type]
    say(request, _("Open again: %(title)s") % {"title": found.title})
    return _back(request, found)


def _back(request: HttpRequest, found: Any) -> HttpResponse:
    if request.POST.get("from") == "customer" and found.customer_id:
        return redirect("customers:customer", found.customer_id)
    return redirect("customers:tasks")
