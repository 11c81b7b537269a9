"""The form of an address that is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.connect.webhooks import wire
from grahak.connect.webhooks.kinds import KINDS
from grahak.connect.webhooks.models import Endpoint
from grahak.core import business
from grahak.core.forms import StyledForm
from grahak.core.models import Branch, Role
from grahak.core.rights import kept


class EndpointForm(StyledForm):
    """Name, address, events, and as whom the receiver sees the records."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Each event is posted to it within seconds, signed."),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "url", "placeholder": "https://"}),
    )
    events = forms.MultipleChoiceField(label=_("What it is told"), widget=forms.CheckboxSelectMultiple)
    role = forms.ChoiceField(
        label=_("Sees what this role sees"),
        help_text=_("Records and fields that the role may not see are left out."),
    )
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.all(), required=False, empty_label=_("every branch")
    )

    def __init__(self, *args: Any, endpoint: Endpoint | None = None, **kwargs: Any) -> None:
        if endpoint is not None:
            names = ("name", "url", "events", "role", "branch")
            kwargs.setdefault("initial", {name: getattr(endpoint, name) for name in names})
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(one.name, one.label) for one in KINDS.values()]  # type: ignore[attr-defined]
        self.fields["role"].choices = kept.choices()  # type: ignore[attr-defined]
        self.fields["role"].initial = Role.MANAGER

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            wire.checked(url)
        except wire.Refused as error:
            raise forms.ValidationError(str(error)) from None
        return url


class SinceForm(StyledForm):
    """From which day on everything is told again."""

    since = forms.DateField(label=_("Since"), widget=forms.DateInput())

    def clean_since(self) -> dt.datetime:
        day: dt.date = self.cleaned_data["since"]
        if day > business.today():
            raise forms.ValidationError(_("That day is still to come."))
        return business.day_start(day)
