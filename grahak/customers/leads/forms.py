"""Forms of leads: written down in seconds, lost with a reason, made a customer; a rule and its conditions."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.access import scope_of
from grahak.core.forms import AmountField, StyledForm, style
from grahak.core.models import Branch, Team, User
from grahak.core.parsing import split_phones
from grahak.customers.forms.customer import fact_fields
from grahak.customers.leads import rules
from grahak.customers.models import (
    Customer,
    Kind,
    LeadRule,
    LeadSource,
    LostReason,
    RuleGives,
    Tag,
)

NEEDED: Final = ("kind", "city", "address", "tax_id", "language", "owner", "credit_limit", "credit_days")


class Rows(forms.ModelChoiceField):
    """A row of a list, without an empty line where one is needed."""

    def __init__(self, queryset: Any, **kwargs: Any) -> None:
        super().__init__(queryset, **({"empty_label": "–"} | kwargs))


class LeadForm(StyledForm):
    """Name, phone, where from, what they want, what it may bring; the rest is folded away."""

    first_names = ("name", "phones", "source", "wants", "worth")
    name = forms.CharField(
        label=pgettext_lazy("form", "Name"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True})
    )
    phones = forms.CharField(
        label=_("Phone"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr", "autocomplete": "off"}),
    )  # fmt: skip
    source = Rows(LeadSource.objects.none(), label=_("Where from"), empty_label=None)
    wants = forms.CharField(
        label=_("What they want"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    worth = AmountField(label=_("Expected worth"), required=False, places=2, least=0)  # type: ignore[arg-type]
    detail = forms.CharField(
        label=_("Which exhibition, advertisement or round"), max_length=120, required=False
    )
    emails = forms.CharField(
        label=_("E-mail"), max_length=254, required=False,
        widget=forms.TextInput(attrs={"inputmode": "email", "dir": "ltr"}),
    )  # fmt: skip
    contact_name = forms.CharField(label=_("Whom to ask for"), max_length=200, required=False)
    tags = forms.CharField(
        label=_("Tags"), max_length=300, required=False, help_text=_("Several: with a comma between.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facts = fact_fields(user)
        taken: dict[str, forms.Field] = {
            name: facts[name] for name in ("city", "area", "kind", "language", "branch") if name in facts
        }
        taken["kind"].initial = Kind.BUSINESS
        self.fields |= taken
        if scope_of(user, "leads.give") is not None:
            self.fields["owner"] = Rows(
                User.objects.filter(is_active=True), label=_("In charge"), required=False,
                empty_label=_("by the rules"),
            )  # fmt: skip
        self.fields["source"].queryset = LeadSource.objects.filter(archived_at=None)  # type: ignore[attr-defined]
        style(self)

    @property
    def first(self) -> list[Any]:
        return [self[name] for name in self.first_names]

    @property
    def rest(self) -> list[Any]:
        return [field for field in self if field.name not in self.first_names]

    @property
    def is_rest_wrong(self) -> bool:
        return any(field.errors for field in self.rest)

    def values(self) -> dict[str, Any]:
        """What `leads.actions.capture` takes."""
        data = dict(self.cleaned_data)
        data["phones"] = split_phones(data["phones"]) if data["phones"].strip() else []
        data["emails"] = [part for part in data["emails"].replace(";", ",").split(",") if part.strip()]
        data["tags"] = [part for part in data["tags"].split(",") if part.strip()]
        if data.get("branch") is None:
            data.pop("branch", None)
        return data


class LeadFactsForm(StyledForm):
    """Source, detail, wants and worth of a lead."""

    source = Rows(LeadSource.objects.all(), label=_("Where from"), empty_label=None)
    detail = forms.CharField(
        label=_("Which exhibition, advertisement or round"), max_length=120, required=False
    )
    wants = forms.CharField(
        label=_("What they want"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    worth = AmountField(label=_("Expected worth"), required=False, places=2, least=0)  # type: ignore[arg-type]


class LoseForm(StyledForm):
    """Why it came to nothing."""

    reason = Rows(LostReason.objects.none(), label=_("Why"), empty_label=None)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].queryset = LostReason.objects.filter(archived_at=None)  # type: ignore[attr-defined]


class ConvertForm(StyledForm):
    """What is missing of a customer that a lead becomes. What is written down already is not asked again."""

    def __init__(self, *args: Any, customer: Customer, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        facts = fact_fields(user)
        known = {name for name in NEEDED if getattr(customer, name) not in ("", None)} - {"kind"}
        self.fields |= {name: facts[name] for name in NEEDED if name in facts and name not in known}
        self.fields["kind"].initial = customer.kind
        style(self)

    def values(self) -> dict[str, Any]:
        """What `leads.actions.convert` takes: only what was filled in."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}


class GiveForm(StyledForm):
    """To whom leads go, by hand."""

    owner = Rows(
        User.objects.filter(is_active=True), label=_("Colleague"), required=False, empty_label=_("nobody")
    )
    team = Rows(Team.objects.filter(archived_at=None), label=_("Team"), required=False)


class RuleForm(StyledForm):
    """A rule for leads. Its conditions are lines c-0-on, c-0-op, c-0-values …, read by `conditions`."""

    name = forms.CharField(label=pgettext_lazy("form", "Name"), max_length=80)
    gives = forms.ChoiceField(label=_("Goes to"), choices=RuleGives.choices)
    person = Rows(User.objects.filter(is_active=True), label=_("Colleague"), required=False)
    team = Rows(Team.objects.filter(archived_at=None), label=_("Team"), required=False)
    branch = Rows(Branch.objects.all(), label=_("Branch"), required=False, empty_label=_("the lead’s own"))
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)
    lines = 4

    def __init__(self, *args: Any, rule: LeadRule | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given: Any = self.data if self.is_bound else None
        kept = list(rule.conditions) if rule and given is None else []
        sent = sum(name.startswith("c-") and name.endswith("-on") for name in given or ())
        for at in range(min(max(self.lines, len(kept) + 1, sent), rules.MOST_CONDITIONS)):
            line = kept[at] if at < len(kept) else {}
            self.fields |= {
                f"c-{at}-on": forms.ChoiceField(
                    label=_("When"), required=False, initial=line.get("on", ""),
                    choices=[("", "–"), *((one.code, one.label) for one in rules.SUBJECTS.values())],
                ),
                f"c-{at}-op": forms.ChoiceField(
                    label=_("How"), required=False, initial=line.get("op", rules.IS),
                    choices=list(rules.OPERATORS.items()),
                ),
                f"c-{at}-values": forms.CharField(
                    label=_("What"), max_length=2000, required=False,
                    initial=shown_values(line) if line else "",
                ),
            }  # fmt: skip
        style(self)
        for name, field in self.fields.items():
            if name.startswith("c-"):  # these stand in one line, without a label of their own
                field.widget.attrs["aria-label"] = field.label

    @property
    def head(self) -> list[Any]:
        return [self[name] for name in ("name", "gives", "person", "team", "branch", "is_active")]

    @property
    def condition_lines(self) -> list[list[Any]]:
        numbers = [name.split("-")[1] for name in self.fields if name.endswith("-on")]
        return [[self[f"c-{at}-{part}"] for part in ("on", "op", "values")] for at in numbers]

    def conditions(self) -> list[dict[str, Any]]:
        """The lines that are filled in, with codes for what is one of a list (typed by its name)."""
        found = []
        for name, on in self.cleaned_data.items():
            if name.endswith("-on") and on:
                at = name.split("-")[1]
                op, typed = self.cleaned_data[f"c-{at}-op"], self.cleaned_data[f"c-{at}-values"]
                found.append({"on": on, "op": op, "values": values_of(on, typed)})
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        gives = data.get("gives")
        if gives == RuleGives.PERSON and not data.get("person"):
            self.add_error("person", _("Say who."))
        if gives in (RuleGives.TEAM, RuleGives.TURNS) and not data.get("team"):
            self.add_error("team", _("Say which team."))
        try:
            data["conditions"] = rules.checked(self.conditions())
        except forms.ValidationError as error:
            self.add_error(None, error)
        return data


def values_of(on: str, typed: str) -> list[str]:
    """Typed words, several with commas between, as the values of a condition: names of a list become codes."""
    subject = rules.SUBJECTS[on]
    if subject.is_amount:
        return [typed]
    words = [word.strip() for word in typed.replace("،", ",").replace(";", ",").split(",") if word.strip()]
    if subject.choices is None:
        return words
    codes = {str(label).casefold(): str(code) for code, label in subject.choices()}
    return [codes.get(word.casefold(), word) for word in words]


def shown_values(line: dict[str, Any]) -> str:
    """The values of a condition as they are typed."""
    subject = rules.SUBJECTS[line["on"]]
    named = {str(code): str(label) for code, label in subject.choices()} if subject.choices else {}
    return ", ".join(named.get(value, value) for value in line["values"])


def suggestions() -> dict[str, list[str]]:
    """What may be typed for each subject of a list, for the datalists of the rule's page."""
    found = {
        str(one.label): [str(label) for _code, label in one.choices()]
        for one in rules.SUBJECTS.values()
        if one.choices
    }
    return found | {str(rules.SUBJECTS["tag"].label): list(Tag.objects.values_list("name", flat=True)[:300])}
