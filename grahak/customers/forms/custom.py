"""A field of the shop's own: its name, its kind, and the words of its list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.forms import StyledForm
from grahak.customers.models import CustomKind
from grahak.customers.text import one_line


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

    section = forms.CharField(
        label=_("Heading it stands under"),
        max_length=60,
        required=False,
        help_text=_("Fields with the same heading stand together."),
    )
    help_text = forms.CharField(label=_("What to write there"), max_length=200, required=False)
    default = forms.CharField(
        label=_("New customers begin with"),
        max_length=200,
        required=False,
        help_text=_("Stands in the form of a new customer and can be changed there."),
    )
    is_required = forms.BooleanField(label=_("Must be filled in, in forms"), required=False)

    def values(self) -> dict[str, Any]:
        """What the actions take. Words of a list that stand in boxes of their own (word-0, word-1 …) come first, those
        of the large box after them."""
        words = [word for word in self.words.values() if word]
        more = self.cleaned_data["options"].splitlines()
        return {**self.cleaned_data, "options": [*words, *more]}

    @property
    def words(self) -> dict[str, str]:
        """The words as they are, and what stands in their boxes now: "" for one that leaves the list."""
        given = {name: self.data[name] for name in self.data if name.startswith("word-")}
        return {
            old: one_line(str(given[f"word-{at}"]))
            for at, old in enumerate(self.listed)
            if f"word-{at}" in given
        }

    @property
    def boxes(self) -> list[tuple[str, str, str]]:
        """(name, word, what stands there) of each word's box."""
        return [(f"word-{at}", old, self.words.get(old, old)) for at, old in enumerate(self.listed)]

    def __init__(self, *args: Any, listed: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = listed or []
        if self.listed:
            self.fields["options"].label = _("More words for the list")
