"""See what a colleague sees: begin and end. Only an owner may; both are on the log."""

from __future__ import annotations

from typing import cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.core import audit
from grahak.core.access import needs, signed_in
from grahak.core.models import Role, User
from grahak.core.rights.looking import SESSION
from grahak.core.toasts import say


@needs("roles.edit")
@require_POST
@transaction.atomic
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """From the next page on the owner sees the shop as this colleague does."""
    by = cast(User, request.user)
    person = get_object_or_404(User.objects.filter(is_active=True).exclude(role=Role.OWNER), pk=pk)
    if by.role != Role.OWNER:
        raise Http404
    audit.record("core.role.looked_as", person, by=by)
    request.session[SESSION] = person.pk
    return redirect("/")


@signed_in
@require_POST
@transaction.atomic
def end(request: HttpRequest) -> HttpResponse:
    """Back to one's own eyes."""
    person = getattr(request, "seen_as", None)
    if person is not None:
        audit.record("core.role.looked_away", person, by=person.seen_by)
        say(request, _("You see the shop as yourself again."))
    request.session.pop(SESSION, None)
    return redirect("core:roles")
