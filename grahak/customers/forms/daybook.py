"""What is written into the day book by hand: notes, calls, tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledForm
from grahak.core.models import User
from grahak.customers.actions.calls import LONGEST_CALL, Outcome


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
    """A call and what came of it. Without an outcome it was reached, or, from programmes that only know
    `answered`, not answered."""

    prompt = _("What was said?")
    text = forms.CharField(required=False)
    outcome = forms.ChoiceField(choices=Outcome.choices, required=False)
    minutes = forms.IntegerField(label=_("Minutes"), required=False, min_value=0, max_value=LONGEST_CALL)
    again_on = forms.DateField(label=_("Call again on"), required=False, widget=forms.DateInput())
    again_time = forms.TimeField(
        label=_("at"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if not told.get("outcome"):
            answered = self.data.get("answered", "on") not in ("", "0", "false")
            told["outcome"] = Outcome.REACHED if answered else Outcome.NO_ANSWER
        return told


class TaskForm(StyledForm):
    title = forms.CharField(
        label=_("What is to be done"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    due_on = forms.DateField(label=_("By"), required=False, widget=forms.DateInput())
    assigned_to = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Who"), required=False, empty_label=_("me")
    )
