"""A new customer: name and phone are enough; who may be the same is shown while one types, and blocks
nothing."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.duplicates import Likely, likely
from grahak.customers.duplicates.pairs import not_the_same
from grahak.customers.forms import AddCustomerForm
from grahak.customers.models import Customer
from grahak.customers.views.facts import keep_errors


def _likely(request: HttpRequest, given: dict[str, str]) -> list[Likely]:
    user: Any = request.user
    return likely(
        user,
        given.get("name", "")[:200],
        given.get("phones", "")[:200],
        given.get("emails", "")[:254],
    )  # type: ignore[arg-type]


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def add(request: HttpRequest) -> HttpResponse:
    """The form, filled from the address if it says so (?name=…&phones=…, from a search that found nobody)."""
    initial = {name: request.GET[name][:200] for name in ("name", "phones", "emails") if name in request.GET}
    form = AddCustomerForm(request.POST or None, user=request.user, initial=initial)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = actions.add_customer(by=request.user, **form.values())  # type: ignore[arg-type]
                actions.set_own(made, form.own(), by=request.user)  # type: ignore[arg-type]
                _told_apart(request, made)
        except ValidationError as error:
            keep_errors(form, error)
        else:
            say(request, _("“%(name)s” is added.") % {"name": made.name})
            return redirect("customers:add") if "another" in request.POST else redirect(made)
    given = {name: str(value) for name, value in (request.POST or request.GET).items()}
    context = {
        "form": form,
        "likely": _likely(request, given) if given.get("name") or given.get("phones") else [],
        "apart": _apart(request),
    }
    return render(request, "customers/add.html", context, status=422 if request.method == "POST" else 200)


@require_GET
@needs("customers.edit")
def likely_ones(request: HttpRequest) -> HttpResponse:
    """Who may be the same as the one being typed in."""
    given = {name: str(value) for name, value in request.GET.items()}
    context = {"likely": _likely(request, given), "apart": _apart(request)}
    return render(request, "customers/_likely.html", context)


def _apart(request: HttpRequest) -> set[int]:
    """The proposed ones that were ticked as not the same."""
    given = (request.POST or request.GET).getlist("apart")[:50]
    return {int(one) for one in given if one.isascii() and one.isdecimal() and len(one) < 19}


def _told_apart(request: HttpRequest, made: Customer) -> None:
    """Who was ticked as not the same is not proposed again."""
    user: Any = request.user
    for other in Customer.objects.visible_to(user).filter(pk__in=_apart(request)):
        not_the_same(made, other, by=user)
