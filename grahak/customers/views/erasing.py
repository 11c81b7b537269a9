"""Erasing a person: the page that says what goes and what stays, and the deed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grahak.core.access import needs
from grahak.core.forms import StyledForm
from grahak.core.toasts import say
from grahak.customers.actions.erase import erase_customer, what_goes
from grahak.customers.models import Customer
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import customer_for


class EraseForm(StyledForm):
    """Why, and that it is meant."""

    why = forms.CharField(
        label=_("Why"), max_length=200,
        help_text=_("Stays in the log: leave the name out. For example: asked for it by phone."),
    )  # fmt: skip
    sure = forms.BooleanField(label=_("I know that this can't be taken back"))


@require_http_methods(["GET", "POST"])
@needs("customers.erase")
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then erase. The customer's page stays, nameless, for the books."""
    found = customer_for(request, pk, "customers.erase")
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _done(request, found, form):
        say(request, _("The person was erased. What the books need stays without a name."))
        return redirect(found)
    lines = what_goes(found)
    context = {
        "customer": found,
        "form": form,
        "going": [line for line in lines if not line.stays],
        "staying": [line for line in lines if line.stays],
    }
    return render(request, "customers/erase.html", context, status=422 if request.method == "POST" else 200)


def _done(request: HttpRequest, found: Customer, form: Any) -> bool:
    try:
        erase_customer(found, by=request.user, why=form.cleaned_data["why"])  # type: ignore[arg-type]
    except ValidationError as error:
        keep_errors(form, error)
        return False
    return True
