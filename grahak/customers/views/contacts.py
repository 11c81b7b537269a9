"""The people at a customer and the ways to reach them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers import actions, birthdays
from grahak.customers.field_rights import SUBJECT, field_of_identity, hidden, locked, refuse_locked
from grahak.customers.forms import ContactForm, IdentityForm, MoveContactForm
from grahak.customers.models import Contact
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import LARGEST, contact_for, customer_for, sentences


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """One more person at a customer."""
    found = customer_for(request, pk)
    form = ContactForm(request.POST or None, is_new=True)
    for name in locked(request.user, SUBJECT) & {"phone", "email"}:
        if request.POST.get(name):
            raise Http404
        form.fields.pop(name)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.add_contact(
                found,
                by=request.user,  # type: ignore[arg-type]
                name=data["name"],
                role=data["role"],
                language=data["language"],
                phones=[data.get("phone", "")],
                emails=[data.get("email", "")],
                birthday=data["birthday"],
            )
            say(request, _("Contact added."))
            return redirect(found)
        except ValidationError as error:
            _keep(form, error)
    status = 422 if request.method == "POST" else 200
    return render(request, "customers/contact.html", {"customer": found, "form": form}, status=status)


def _keep(form: Any, error: ValidationError) -> None:
    """The action speaks of phones and emails, the form of one of each."""
    if hasattr(error, "error_dict"):
        names = {"phones": "phone", "emails": "email"}
        told = {names.get(name, name): messages for name, messages in error.message_dict.items()}
        error = ValidationError(told)
    keep_errors(form, error)


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def contact(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """Change a contact, and the phones and addresses under it."""
    found = contact_for(request, pk, contact)
    form = ContactForm(request.POST or None, initial=_initial(found), is_new=False)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_contact(found, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            say(request, _("Saved."))
            return redirect(found.customer)
        except ValidationError as error:
            keep_errors(form, error)
    return _contact_page(request, found, form, IdentityForm(), 422 if request.method == "POST" else 200)


def _contact_page(
    request: HttpRequest, found: Contact, form: Any, identity: Any, status: int, moving: Any = None
) -> HttpResponse:
    closed = hidden(request.user, SUBJECT)
    context = {
        "customer": found.customer,
        "contact": found,
        "form": form,
        "identity_form": identity,
        "move_form": moving or MoveContactForm(user=request.user),  # type: ignore[arg-type]
        "identities": [
            row for row in found.identities.order_by("pk") if field_of_identity(row.kind) not in closed
        ],
    }
    return render(request, "customers/contact.html", context, status=status)


@require_POST
@needs("customers.edit")
def identities(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """Hang one more phone, address or card on a contact."""
    found = contact_for(request, pk, contact)
    form = IdentityForm(request.POST)
    refuse_locked(request.user, [field_of_identity(request.POST.get("kind", ""))])
    if form.is_valid():
        try:
            actions.add_identity(
                found,
                form.cleaned_data["kind"],
                form.cleaned_data["value"],
                by=request.user,  # type: ignore[arg-type]
            )  # type: ignore[arg-type]
            return redirect("customers:contact", pk, contact)
        except ValidationError as error:
            form.add_error("value", error)
    return _contact_page(request, found, ContactForm(initial=_initial(found), is_new=False), form, 422)


def _initial(found: Contact) -> dict[str, str]:
    return {
        "name": found.name,
        "role": found.role,
        "language": found.language,
        "birthday": birthdays.shown(found.birthday),
    }


@require_POST
@needs("customers.edit")
def remove_identity(request: HttpRequest, pk: int, contact: int, identity: int) -> HttpResponse:
    found = contact_for(request, pk, contact)
    row = found.identities.filter(pk=identity).first() if identity <= LARGEST else None
    if row is None:
        raise Http404
    refuse_locked(request.user, [field_of_identity(row.kind)])
    actions.remove_identity(row, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(value)s” is removed.") % {"value": row.shown or row.value})
    return redirect("customers:contact", pk, contact)


@require_POST
@needs("customers.edit")
def first(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """Make this the contact to talk to first."""
    found = contact_for(request, pk, contact)
    try:
        actions.make_primary(found, by=request.user)  # type: ignore[arg-type]
        say(request, _("“%(name)s” is the main contact now.") % {"name": found.name})
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    return redirect(found.customer)


@require_POST
@needs("customers.edit")
def end(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """They left; the toast brings them back."""
    found = contact_for(request, pk, contact)
    try:
        actions.end_contact(found, by=request.user)  # type: ignore[arg-type]
        undo = reverse("customers:bring_contact_back", args=[pk, contact])
        say(request, _("“%(name)s” has left and stays in the history.") % {"name": found.name}, undo=undo)
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    return redirect("customers:customer", pk)


@require_POST
@needs("customers.edit")
def bring_back(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    found = actions.bring_contact_back(contact_for(request, pk, contact), by=request.user)  # type: ignore[arg-type]
    say(request, _("“%(name)s” is back.") % {"name": found.name})
    return redirect("customers:customer", pk)


@require_POST
@needs("customers.edit")
def move(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    """They work for another customer now, whom this person may change too."""
    found = contact_for(request, pk, contact)
    form = MoveContactForm(request.POST, user=request.user)  # type: ignore[arg-type]
    if form.is_valid():
        if form.cleaned_data["to"] is None:
            form.add_error("to", _("Choose another customer."))
        else:
            to = customer_for(request, form.cleaned_data["to"].pk)
            try:
                actions.move_contact(found, to, by=request.user)  # type: ignore[arg-type]
                say(
                    request,
                    _("“%(name)s” works for %(customer)s now.") % {"name": found.name, "customer": to.name},
                )
                return redirect(to)
            except ValidationError as error:
                form.add_error("to", error)
    empty = ContactForm(initial=_initial(found), is_new=False)
    return _contact_page(request, found, empty, IdentityForm(), 422, form)


@require_POST
@needs("customers.edit")
def remove(request: HttpRequest, pk: int, contact: int) -> HttpResponse:
    found = contact_for(request, pk, contact)
    try:
        actions.remove_contact(found, by=request.user)  # type: ignore[arg-type]
        say(request, _("“%(name)s” is removed.") % {"name": found.name})
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
    return redirect("customers:customer", pk)
