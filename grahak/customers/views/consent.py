"""What a customer's contacts permitted: the whole history, and the form that adds a statement to it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.forms import ConsentForm
from grahak.customers.models import Consent, ConsentState, Contact
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import customer_for


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Every yes and no with who, when and how; a new one is written beneath the notice shown."""
    found = customer_for(request, pk)
    people = list(found.contacts.all())  # type: ignore[arg-type]
    initial = {name: request.GET.get(name, "") for name in ("contact", "channel", "purpose", "state")}
    form = ConsentForm(request.POST or None, contacts=people, initial=initial)
    if request.method == "POST" and form.is_valid() and _stated(request, form, people):
        say(request, _("Kept, with today’s date and your name."))
        return redirect("customers:customer", pk)
    rows = (
        Consent.objects.filter(contact__in=people)
        .select_related("contact", "by")
        .order_by("-at", "-pk")[:200]
    )
    context = {"customer": found, "form": form, "rows": rows}
    return render(request, "customers/consent.html", context, status=422 if request.method == "POST" else 200)


def _stated(request: HttpRequest, form: ConsentForm, people: list[Contact]) -> bool:
    said: dict[str, Any] = form.cleaned_data
    contact = next(one for one in people if str(one.pk) == said["contact"])
    state = actions.grant_consent if said["state"] == ConsentState.GRANTED else actions.withdraw_consent
    try:
        state(
            contact,
            said["channel"],
            said["purpose"],
            by=request.user,  # type: ignore[arg-type]
            how=said["how"],
            notice=said["notice"],
        )
    except ValidationError as error:
        keep_errors(form, error)
        return False
    return True
