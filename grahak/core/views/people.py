"""Colleagues: the list, inviting, one colleague's page."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core import letters
from grahak.core.access import needs
from grahak.core.actions import people
from grahak.core.models import Invitation, Role, User
from grahak.core.rights import kept
from grahak.core.shop_forms import InviteForm, PersonForm
from grahak.core.toasts import say


@needs("people.view")
def people_list(request: HttpRequest) -> HttpResponse:
    waiting = Prefetch("invitations", Invitation.objects.filter(accepted_at=None), to_attr="open_invitations")
    found = sorted(
        User.objects.select_related("branch", "team").prefetch_related(waiting),
        key=lambda person: (not person.is_active, kept.order_of(person.role), person.name),
    )
    return render(request, "core/people/list.html", {"people": found})


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """A new colleague; the mail goes out at once, and the next page shows the link for WhatsApp too."""
    first = {"role": Role.SALESMAN, "language": getattr(request, "LANGUAGE_CODE", "en")}
    form = InviteForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = people.invite_person(by=cast(User, request.user), **form.cleaned_data)
        except people.OwnersOnly as refusal:
            form.add_error("role", str(refusal.sentence))
        else:
            _tell_sent(request, invitation)
            return redirect("core:person", pk=invitation.user_id)
    return render(request, "core/people/invite.html", {"form": form}, status=422 if form.errors else 200)


def _tell_sent(request: HttpRequest, invitation: Invitation) -> None:
    trouble = letters.write_invitation(invitation)
    if trouble:
        say(request, _("The mail could not be sent. Send the link below yourself."), tone="wait")
    else:
        say(request, _("The invitation went to %(email)s.") % {"email": invitation.user.email})


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One colleague: change role and branch, send the link again, close the log-in."""
    colleague = get_object_or_404(User.objects.select_related("branch"), pk=pk)
    form = PersonForm(request.POST or None, instance=get_object_or_404(User, pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            people.edit_person(colleague, by=cast(User, request.user), **form.cleaned_data)
        except (people.LastOwner, people.OwnersOnly) as refusal:
            form.add_error("role", str(refusal.sentence))
        else:
            say(request, _("Saved."))
            return redirect("core:people")
    context = {"colleague": colleague, "form": form, **_invitation_of(colleague)}
    return render(request, "core/people/person.html", context, status=422 if form.errors else 200)


def _invitation_of(colleague: User) -> dict[str, Any]:
    """The open invitation of a colleague with its link and the WhatsApp text."""
    invitation = colleague.invitations.filter(accepted_at=None).first()
    if invitation is None or not colleague.is_active:
        return {"invitation": None}
    link = letters.invitation_link(invitation)
    text = _("%(name)s, here is your log-in for Grahak. Choose a password: %(link)s") % {
        "name": colleague.name,
        "link": link,
    }
    return {
        "invitation": invitation,
        "link": link,
        "whatsapp": letters.whatsapp_link(colleague.phone, text),
        "here_only": letters.opens_here_only(link),
    }


@needs("people.edit")
@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    colleague = get_object_or_404(User, pk=pk)
    _tell_sent(request, people.invite_again(colleague, by=cast(User, request.user)))
    return redirect("core:person", pk=pk)


@needs("people.edit")
@require_POST
def close_login(request: HttpRequest, pk: int) -> HttpResponse:
    colleague = get_object_or_404(User, pk=pk)
    people.close_login(colleague, by=cast(User, request.user))
    words = _("%(name)s is logged out and can't log in.") % {"name": colleague.name}
    say(request, words, undo=reverse("core:open_login", args=[pk]))
    return redirect("core:people")


@needs("people.edit")
@require_POST
def open_login(request: HttpRequest, pk: int) -> HttpResponse:
    colleague = get_object_or_404(User, pk=pk)
    people.open_login(colleague, by=cast(User, request.user))
    say(request, _("%(name)s may log in again.") % {"name": colleague.name})
    return redirect("core:people")


@needs("people.edit")
@require_POST
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    colleague = get_object_or_404(User, pk=pk)
    people.end_sessions(colleague, by=cast(User, request.user))
    say(request, _("%(name)s is logged out everywhere.") % {"name": colleague.name})
    return redirect("core:person", pk=pk) if colleague.pk != request.user.pk else redirect("core:login")
