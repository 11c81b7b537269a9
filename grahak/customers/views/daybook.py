"""Writing into the day book: a note, a call, a task; the answer is the day book with the new line on top."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from grahak.core.access import needs
from grahak.customers import actions
from grahak.customers.forms import CallForm, NoteForm, TaskForm
from grahak.customers.models import Customer
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import customer_for, wants


def _write(
    request: HttpRequest, pk: int, name: str, form: Any, write: Callable[[Customer, dict[str, Any]], Any]
) -> HttpResponse:
    from grahak.customers.views.customer import middle, page

    found = customer_for(request, pk)
    done = False
    if form.is_valid():
        try:
            write(found, form.cleaned_data)
            done = True
        except ValidationError as error:
            keep_errors(form, error)
    if wants(request, "timeline"):
        context = middle(request, found, None if done else form) | {"composing": name if not done else "note"}
        return render(request, "customers/_timeline.html", context, status=200 if done else 422)
    if done:
        return redirect(found)
    context = middle(request, found, form) | page(request, found) | {"composing": name}
    return render(request, "customers/customer.html", context, status=422)


@require_POST
@needs("customers.edit")
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    return _write(
        request,
        pk,
        "note",
        NoteForm(request.POST),
        lambda found, told: actions.write_note(found, told["text"], by=user),
    )


@require_POST
@needs("customers.edit")
def calls(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    return _write(
        request,
        pk,
        "call",
        CallForm(request.POST),
        lambda found, told: actions.log_call(found, by=user, **told),
    )


@require_POST
@needs("customers.edit")
def customer_tasks(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    return _write(
        request,
        pk,
        "task",
        TaskForm(request.POST),
        lambda found, told: actions.add_task(by=user, customer=found, **told),
    )
