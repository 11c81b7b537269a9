"""Forms of relations: whom a customer is related to and how, who sent them, a kind of the shop's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledForm
from grahak.core.models import User
from grahak.customers.custom import CustomerField
from grahak.customers.models import Customer, RelationKind


class ChoosingForm(StyledForm):
    """A form with another customer in the field OTHER: chosen from what is suggested (other_id), or typed."""

    label: Any = _("Customer")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        box = CustomerField(user, label=self.label)
        box.widget.attrs |= {
            "class": "input", "dir": "auto", "autocomplete": "off", "role": "combobox", "aria-expanded": "false",
            "data-suggest": str(reverse_lazy("customers:others")),
        }  # fmt: skip
        chosen = self.chosen()
        if chosen is not None:
            box.clean = lambda value: chosen  # type: ignore[method-assign]
        self.fields["other"] = box
        self.order_fields(["kind", "other", "note"])

    def chosen(self) -> Customer | None:
        """Who was taken from the suggestions, if their name still stands in the box."""
        number = str(self.data.get("other_id", "")) if self.is_bound else ""
        if not (number.isascii() and number.isdecimal() and len(number) < 19):
            return None
        found = Customer.objects.visible_to(self.user).active().filter(pk=int(number)).first()
        typed = " ".join(str(self.data.get("other", "")).split())
        return found if found is not None and found.name == typed else None


class RelationForm(ChoosingForm):
    """What a customer is to another one."""

    kind = forms.ChoiceField(label=_("This customer"))
    note = forms.CharField(label=_("Note"), max_length=200, required=False)
    label = _("The other customer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {one.pk: one for one in RelationKind.objects.filter(archived_at=None)}
        choices: list[tuple[str, str]] = []
        for one in self.kinds.values():
            choices.append((f"{one.pk}-f", one.words(forward=True)))
            if not one.is_alike:
                choices.append((f"{one.pk}-b", one.words(forward=False)))
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What `relations.actions.relate` takes beside the customer."""
        number, _sign, way = self.cleaned_data["kind"].partition("-")
        return {
            "other": self.cleaned_data["other"],
            "kind": self.kinds[int(number)],
            "forward": way == "f",
            "note": self.cleaned_data["note"],
        }


class ReferrerForm(ChoosingForm):
    """Who sent a customer."""

    label = _("Who sent them")


class KindForm(StyledForm):
    """A kind of relation, told from both ends."""

    forward = forms.CharField(label=_("One is"), max_length=60, help_text=_("Such as: branch of"))
    backward = forms.CharField(
        label=_("The other is"), max_length=60, required=False, help_text=_("Empty: the same from both ends.")
    )
    is_chain = forms.BooleanField(label=_("A chain, whose figures are added up"), required=False)
