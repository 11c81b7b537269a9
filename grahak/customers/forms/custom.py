"""A field of the shop's own: its name, its kind, and the words of its list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.forms import StyledForm
from grahak.customers.models import CustomKind


class CustomFieldForm(StyledForm):
    """`values()` gives what actions.add_field and change_field take."""

    name = forms.CharField(label=pgettext_lazy("form", "Name"), max_length=60)
    kind = forms.ChoiceField(label=_("Kind"), choices=CustomKind.choices)
    options = forms.CharField(
        label=_("The words of the list"),
        required=False,
        widget=forms.Textarea,
        help_text=_("For lists only: a word or a few on each line."),
    )

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "options": self.cleaned_data["options"].splitlines()}
