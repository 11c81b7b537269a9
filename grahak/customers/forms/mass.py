"""One field for many customers: which, and what it should be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.access import scope_of
from grahak.core.forms import StyledForm
from grahak.core.models import Team, User
from grahak.customers import custom
from grahak.customers import field_rights as rights
from grahak.customers.actions.setting import FACTS
from grahak.customers.forms.customer import fact_fields
from grahak.customers.models import Lifecycle


def settable(user: User) -> dict[str, forms.Field]:
    """A form field for every field that this person may set for many at once, by its name."""
    made = fact_fields(user)
    made["team"] = forms.ModelChoiceField(
        Team.objects.filter(archived_at=None), label=_("team"), required=False, empty_label="–"
    )
    steps = [(one.value, one.label) for one in (Lifecycle.PROSPECT, Lifecycle.CUSTOMER)]
    made["lifecycle"] = forms.ChoiceField(
        label=_("lifecycle"), choices=steps, required=True,
        help_text=_("Leads become prospects, leads and prospects become customers; who buys already stays."),
    )  # fmt: skip
    if scope_of(user, "customers.mass") != "all":
        made.pop("branch", None)
    closed = rights.locked(user, custom.SUBJECT)
    usual = {name: made[name] for name in FACTS if name in made and name not in closed}
    return usual | custom.form_fields(user)


def field_choices(user: User) -> list[tuple[str, Any]]:
    """(name, words) of those fields, in order."""
    return [(name, box.label) for name, box in settable(user).items()]


class WhichFieldForm(StyledForm):
    """What is to be set."""

    field = forms.ChoiceField(label=_("Which fact"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = field_choices(user)  # type: ignore[attr-defined]


class ValueForm(StyledForm):
    """What the field should be for all of them: KeyError for one that this person may not set."""

    def __init__(self, *args: Any, field: str, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        box = settable(user)[field]
        box.required = box.required and field not in ("owner", "team", "branch")
        box.label = box.label or pgettext_lazy("form", "Value")
        self.fields = {"value": box}
        from grahak.core.forms import style

        style(self)
