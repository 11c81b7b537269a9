"""With whom, how far, until when."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledForm
from grahak.core.models import Team, User


class ShareForm(StyledForm):
    """One colleague or one team. `values()` gives what actions.share_customer takes."""

    whom = forms.ChoiceField(label=_("With whom"))
    may_edit = forms.ChoiceField(
        label=_("They may"),
        choices=[("", _("see the customer")), ("1", _("see and change it"))],
        required=False,
    )
    last_day = forms.DateField(
        label=_("Last day"), required=False, help_text=_("Left empty: until somebody ends it."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, may_edit: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("name")
        teams = Team.objects.filter(archived_at=None)
        self.people = {f"person-{one.pk}": one for one in people}
        self.teams = {f"team-{one.pk}": one for one in teams}
        groups: list[Any] = [
            ("", "–"),
            (_("Colleagues"), [(key, one.name) for key, one in self.people.items()]),
        ]
        if self.teams:
            groups.append((_("Teams"), [(key, one.name) for key, one in self.teams.items()]))
        self.fields["whom"].choices = groups  # type: ignore[attr-defined]
        if not may_edit:
            del self.fields["may_edit"]

    def values(self) -> dict[str, Any]:
        whom: str = self.cleaned_data["whom"]
        day: dt.date | None = self.cleaned_data["last_day"]
        return {
            "user": self.people.get(whom),
            "team": self.teams.get(whom),
            "may_edit": self.cleaned_data.get("may_edit") == "1",
            "last_day": day,
        }
