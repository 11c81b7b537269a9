"""What is written into the day book by hand: notes, calls, tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledForm
from grahak.core.models import User


def _text(placeholder: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(
        required=required,
        widget=forms.Textarea(
            attrs={
                "class": "composer__text",
                "rows": 1,
                "dir": "auto",
                "placeholder": placeholder,
                "aria-label": placeholder,
                "data-send": True,
            }
        ),
    )


class NoteForm(StyledForm):
    text = _text(_("What happened? Only your team sees notes."), required=True)


class CallForm(StyledForm):
    text = _text(_("What was said?"), required=False)
    answered = forms.BooleanField(label=_("They answered"), required=False, initial=True)


class TaskForm(StyledForm):
    title = forms.CharField(
        label=_("What is to be done"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    due_on = forms.DateField(label=_("By"), required=False, widget=forms.DateInput())
    assigned_to = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("Who"), required=False, empty_label=_("me")
    )
