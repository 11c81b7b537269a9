"""The settings page of service and fee codes."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.catalogue import actions
from grahak.catalogue.forms import CodeForm
from grahak.catalogue.models import ServiceCode
from grahak.core.access import needs
from grahak.core.toasts import say


@needs("settings.edit")
def codes(request: HttpRequest) -> HttpResponse:
    """The list, and a line to add one."""
    by: Any = request.user
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            new = actions.add_service_codes({form.cleaned_data["code"]: form.cleaned_data["label"]}, by=by)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            if new:
                say(
                    request,
                    _("%s counts as a service from now on; past bills are being brought in step.") % new[0],
                )
                return redirect("catalogue:codes")
            form.add_error("code", _("This code is already in the list."))
    context = {"form": form, "codes": ServiceCode.objects.all()}
    return render(request, "catalogue/codes.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs("settings.edit")
def remove_code(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a code off the list."""
    row = get_object_or_404(ServiceCode, pk=pk)
    actions.remove_service_code(row, by=request.user)  # type: ignore[arg-type]
    say(request, _("%s counts as goods again; past bills are being brought in step.") % row.code)
    return redirect("catalogue:codes")
