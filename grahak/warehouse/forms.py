"""The choice of open copies."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.forms import StyledForm
from grahak.warehouse import copies


class CopiesForm(StyledForm):
    """How often, and of which tables."""

    every = forms.ChoiceField(
        label=_("Write them"),
        choices=[
            ("never", pgettext_lazy("copies", "Never by itself")),
            ("daily", _("Every day")),
            ("hourly", _("Every hour")),
        ],
    )
    tables = forms.MultipleChoiceField(
        label=_("Tables"),
        required=False,
        help_text=_("None ticked: all of them."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        tables = self.fields["tables"]
        assert isinstance(tables, forms.MultipleChoiceField)
        tables.choices = [(name, name) for name in copies.names()]
