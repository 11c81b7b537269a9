"""The settings page of a shop's own fields: what is known of customers beyond the usual."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.forms.custom import CustomFieldForm
from grahak.customers.models import CustomField
from grahak.customers.views.facts import keep_errors


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def fields(request: HttpRequest) -> HttpResponse:
    """The fields in order, those put away, and a form to add one."""
    by: Any = request.user
    form = CustomFieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_field(by=by, **form.values())
        except ValidationError as error:
            keep_errors(form, error)
        else:
            say(request, _("“%(name)s” stands on every customer from now on.") % {"name": made.name})
            return redirect("customers:fields")
    every = CustomField.objects.all()
    context = {
        "form": form,
        "fields": [one for one in every if one.archived_at is None],
        "put_away": [one for one in every if one.archived_at is not None],
    }
    return render(request, "customers/fields.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def field(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one field; values that the new kind or list cannot hold refuse the change."""
    found = get_object_or_404(CustomField, pk=pk)
    by: Any = request.user
    initial = {"name": found.name, "kind": found.kind, "options": "\n".join(found.options)}
    form = CustomFieldForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_field(found, by=by, **form.values())
        except ValidationError as error:
            keep_errors(form, error)
        else:
            say(request, _("Saved."))
            return redirect("customers:fields")
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/field.html", {"form": form, "field": found}, status=status)


@require_POST
@needs("settings.edit")
def put_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a field out of use; Undo brings it back."""
    found = get_object_or_404(CustomField, pk=pk)
    actions.put_field_away(found, by=request.user)  # type: ignore[arg-type]
    undo = reverse("customers:bring_field_back", args=[pk])
    say(request, _("“%(name)s” is put away with its values.") % {"name": found.name}, undo=undo)
    return redirect("customers:fields")


@require_POST
@needs("settings.edit")
def bring_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Use a field again that was put away."""
    found = get_object_or_404(CustomField, pk=pk)
    actions.bring_field_back(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(name)s” is back, with its values.") % {"name": found.name})
    return redirect("customers:fields")


@require_POST
@needs("settings.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up or down."""
    found = get_object_or_404(CustomField, pk=pk)
    actions.move_field(found, by=request.user, up="up" in request.POST)  # type: ignore[arg-type]
    return redirect("customers:fields")
