"""The shop's rules for messages to many: cap, quiet hours, hold-out, a second person's word."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from grahak.channels.models import SendingRules
from grahak.channels.rules import rules
from grahak.channels.rules_form import RulesForm
from grahak.core import audit
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say


@needs("channels.rules.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Edit them; they hold from the next message on, also in what is being sent."""
    found = rules()
    before = _told(found)
    form = RulesForm(request.POST if request.method == "POST" else None, instance=found)
    if request.method == "POST" and form.is_valid():
        _keep(form.save(commit=False), before, cast(User, request.user))
        say(request, _("Saved."))
        return redirect("channels:rules")
    return render(request, "channels/rules.html", {"form": form}, status=422 if form.errors else 200)


@transaction.atomic
def _keep(found: SendingRules, before: dict[str, object], by: User) -> None:
    found.save()
    changes = audit.changed(before, _told(found))
    audit.record("channels.rules.changed", found, by=by, label=_("Rules of sending"), **changes)


def _told(found: SendingRules) -> dict[str, object]:
    """The rules as the audit log tells them."""
    paces = ", ".join(f"{name} {most}" for name, most in sorted(found.paces.items()))
    return {name: getattr(found, name) for name in RulesForm.Meta.fields} | {"paces": paces}
