"""Adding a customer in seconds, and changing one or all of its facts."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.access import scope_of
from grahak.core.forms import AmountField, StyledForm
from grahak.core.models import Branch, Team, User
from grahak.customers import custom
from grahak.customers.field_rights import SUBJECT, locked
from grahak.customers.models import Customer, Kind
from grahak.customers.places import country_choices

# in the order in which the fact sheet and the form show them
FACTS: Final = (
    "name",
    "other_names",
    "kind",
    "address",
    "area",
    "city",
    "region",
    "postcode",
    "country",
    "tax_id",
    "language",
    "owner",
    "team",
    "branch",
    "credit_limit",
    "credit_days",
    "since",
)
_LTR: Final = ("tax_id", "postcode")
NAMES_IN: Final = {"name_en": "en", "name_ur": "ur", "name_hi": "hi", "name_gu": "gu"}


def fact_fields(user: User) -> dict[str, forms.Field]:
    """A form field for every fact that this person may set."""
    made = forms.fields_for_model(Customer, fields=[name for name in FACTS if name != "other_names"])
    made["kind"] = forms.ChoiceField(label=_("kind"), choices=Kind.choices)
    made["country"] = forms.ChoiceField(
        label=_("country"), choices=lambda: [("", "–"), *country_choices()], required=False
    )
    made["language"] = forms.ChoiceField(
        label=_("writes in"), choices=[("", "–"), *settings.LANGUAGES], required=False
    )
    made["owner"] = forms.ModelChoiceField(
        User.objects.filter(is_active=True), label=_("in charge"), required=False, empty_label="–"
    )
    made["team"] = forms.ModelChoiceField(
        Team.objects.filter(archived_at=None), label=_("team"), required=False, empty_label="–"
    )
    made["branch"] = forms.ModelChoiceField(
        Branch.objects.all(), label=_("branch"), required=False, empty_label=_("every branch")
    )
    made["credit_limit"] = AmountField(label=_("credit limit"), required=False, places=2)
    made["since"] = forms.DateField(label=_("customer since"), required=False, widget=forms.DateInput())
    if scope_of(user, "customers.edit") != "all":
        made.pop("branch")
    for name in _LTR:
        made[name].widget.attrs["dir"] = "ltr"
    closed = locked(user, SUBJECT)
    return {name: made[name] for name in FACTS if name in made and name not in closed}


def name_fields() -> dict[str, forms.Field]:
    """A field for the name in each language's script."""
    labels = dict(settings.LANGUAGES)
    return {
        field: forms.CharField(
            label=labels[code], max_length=200, required=False, widget=forms.TextInput(attrs={"lang": code})
        )
        for field, code in NAMES_IN.items()
    }


def own_values(cleaned: dict[str, Any]) -> dict[str, Any]:
    """The cleaned values of the shop's own fields by their codes."""
    return {
        name.removeprefix(custom.PREFIX): value
        for name, value in cleaned.items()
        if name.startswith(custom.PREFIX)
    }


class FactsForm(StyledForm):
    """All facts of a customer, or ONLY one of them. `values()` gives what actions.edit_customer takes, `own()` what
    actions.set_own takes."""

    def __init__(self, *args: Any, customer: Customer, user: User, only: str = "", **kwargs: Any) -> None:
        initial = {name: getattr(customer, name) for name in FACTS if name != "other_names"}
        initial |= {"owner": customer.owner_id, "branch": customer.branch_id, "team": customer.team_id}
        initial |= {field: (customer.other_names or {}).get(code, "") for field, code in NAMES_IN.items()}
        own = custom.values_of([customer.pk]).get(customer.pk, {})
        initial |= {custom.PREFIX + code: value for code, value in own.items()}
        super().__init__(*args, initial=initial, **kwargs)
        fields = fact_fields(user) | custom.form_fields(user)
        if only and only != "other_names":
            self.fields = {only: fields[only]}
        elif only:
            self.fields = name_fields()
        else:
            first = fields.pop("name")
            self.fields = {"name": first, **name_fields(), **fields}
        from grahak.core.forms import style

        style(self)

    def own(self) -> dict[str, Any]:
        """The values of the shop's own fields, as actions.set_own takes them."""
        return own_values(self.cleaned_data)

    def values(self) -> dict[str, Any]:
        usual = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith(custom.PREFIX)
        }
        found = {name: value for name, value in usual.items() if name not in NAMES_IN}
        if "name_en" in self.cleaned_data:
            found["other_names"] = {code: self.cleaned_data[field] for field, code in NAMES_IN.items()}
        return found


class AddCustomerForm(StyledForm):
    """Name and phone first; the rest is folded away."""

    name = forms.CharField(
        label=pgettext_lazy("form", "Name"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True})
    )
    phones = forms.CharField(
        label=_("Phone"), max_length=200, required=False, help_text=_("Several: with a comma between.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        closed = locked(user, SUBJECT)
        self.fields["phones"].widget = forms.TextInput(
            attrs={"inputmode": "tel", "dir": "ltr", "autocomplete": "off", "class": "input"}
        )
        facts = fact_fields(user)
        facts.pop("name")
        facts["kind"].initial = Kind.BUSINESS
        self.fields |= {
            "city": facts.pop("city"),
            "contact_name": forms.CharField(label=_("Whom to ask for"), max_length=200, required=False),
            "whatsapp": forms.CharField(
                label=_("WhatsApp, if it is another number"), max_length=40, required=False,
                widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr"}),
            ),
            "emails": forms.CharField(
                label=_("E-mail"), max_length=254, required=False,
                widget=forms.TextInput(attrs={"inputmode": "email", "dir": "ltr"}),
            ),
            "tags": forms.CharField(
                label=_("Tags"), max_length=300, required=False, help_text=_("Several: with a comma between.")
            ),
            **name_fields(),
            **facts,
            **custom.form_fields(user, is_new=True),
        }  # fmt: skip
        for name, field in (("phones", "phone"), ("whatsapp", "phone"), ("emails", "email")):
            if field in closed:
                del self.fields[name]
        from grahak.core.forms import style

        style(self)

    @property
    def first(self) -> list[Any]:
        """The fields that stand open."""
        return [self[name] for name in ("name", "phones", "city") if name in self.fields]

    @property
    def rest(self) -> list[Any]:
        """The fields that are folded away."""
        return [field for field in self if field.name not in ("name", "phones", "city")]

    @property
    def is_rest_wrong(self) -> bool:
        return any(field.errors for field in self.rest)

    def own(self) -> dict[str, Any]:
        """The values of the shop's own fields, as actions.set_own takes them."""
        return own_values(self.cleaned_data)

    def values(self) -> dict[str, Any]:
        """What actions.add_customer takes."""
        from grahak.core.parsing import split_phones

        data = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith(custom.PREFIX)
        }
        names = {code: data.pop(field) for field, code in NAMES_IN.items()}
        data["other_names"] = {code: name for code, name in names.items() if name}
        phones, emails = data.get("phones", ""), data.get("emails", "")
        data["phones"] = split_phones(phones) if phones.strip() else []
        data["emails"] = [part for part in emails.replace(";", ",").split(",") if part.strip()]
        data["tags"] = [part for part in data["tags"].split(",") if part.strip()]
        if data.get("branch") is None:
            data.pop("branch", None)
        return data
