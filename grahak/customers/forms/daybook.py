"""What is written into the day book by hand: notes, calls, tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledForm
from grahak.core.models import User


class _Writing(StyledForm):
    """A form with one box to write in, which the template draws itself."""

    prompt: Any = ""

    @property
    def written(self) -> str:
        return self.data.get("text", "") if self.is_bound else ""


class NoteForm(_Writing):
    prompt = _("What happened? Only your team sees notes.")
    text = forms.CharField()


class CallForm(_Writing):
    prompt = _("What was said?")
    text = forms.CharField(required=False)
    answered = forms.BooleanField(label=_("They answered"), required=False, initial=True)


class TaskForm(StyledForm):
    title = forms.CharField(
        label=_("What is to be done"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    due_on = forms.DateField(label=_("By"), required=False, widget=forms.DateInput())
    assigned_to = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Who"), required=False, empty_label=_("me")
    )
