"""Teams: who is in them and who leads them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.actions import teams as actions
from grahak.core.forms import StyledForm
from grahak.core.models import Team, User
from grahak.core.toasts import say


class TeamForm(StyledForm):
    """A team's name, leader and people."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    leader = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=gettext_lazy("Leader"), required=False, empty_label="–",
        help_text=gettext_lazy("Sees what everybody in the team sees as their own, where the role reaches a team."),
    )  # fmt: skip
    people = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True), label=gettext_lazy("People"), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Somebody is in one team at a time."),
    )  # fmt: skip


def _saved(request: HttpRequest, form: TeamForm, team: Team | None) -> bool:
    data: dict[str, Any] = form.cleaned_data
    by = cast(User, request.user)
    try:
        if team is None:
            actions.add_team(by=by, **data)
        else:
            actions.edit_team(team, by=by, **data)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            form.add_error(name, messages)
        return False
    say(request, _("Saved."))
    return True


@needs("people.view")
@require_http_methods(["GET", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    """The teams, and a form for one more."""
    user = cast(User, request.user)
    form = TeamForm(request.POST or None)
    if request.method == "POST":
        if not user.can("people.edit"):
            raise Http404
        if form.is_valid() and _saved(request, form, None):
            return redirect("core:teams")
    found = Team.objects.select_related("leader").prefetch_related("people")
    context = {
        "teams": [team for team in found if team.archived_at is None],
        "archived": [team for team in found if team.archived_at is not None],
        "form": form,
    }
    return render(request, "core/teams/teams.html", context, status=422 if form.errors else 200)


@needs("people.edit")
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest, pk: int) -> HttpResponse:
    """One team."""
    found = get_object_or_404(Team, pk=pk)
    start = {
        "name": found.name,
        "leader": found.leader_id,
        "people": list(found.people.values_list("pk", flat=True)),
    }
    form = TeamForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid() and _saved(request, form, found):
        return redirect("core:teams")
    status = 422 if form.errors else 200
    return render(request, "core/teams/team.html", {"team": found, "form": form}, status=status)


@needs("people.edit")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=pk)
    actions.archive_team(found, by=cast(User, request.user))
    say(request, _("“%(name)s” is put away.") % {"name": found.name})
    return redirect("core:teams")


@needs("people.edit")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=pk)
    actions.restore_team(found, by=cast(User, request.user))
    say(request, _("“%(name)s” is back.") % {"name": found.name})
    return redirect("core:teams")
