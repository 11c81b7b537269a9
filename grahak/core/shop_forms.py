"""Forms of the shop: the first run, its settings, branches, colleagues, keys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from grahak.core import choices
from grahak.core.account_forms import clean_phone
from grahak.core.actions.shop import EDITABLE
from grahak.core.forms import StyledForm, StyledModelForm, style
from grahak.core.models import Branch, Business, Role, Team, User
from grahak.core.pictures import NotAPicture, checked
from grahak.core.rights import kept


class LogoField(forms.FileField):
    """A small PNG, JPEG or WebP picture, known by its content."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Logo"))
        kwargs.setdefault("required", False)
        kwargs.setdefault("help_text", _("PNG, JPEG or WebP, up to 1 MB."))
        super().__init__(
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}), **kwargs
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not data:
            return None
        try:
            return checked(file)
        except NotAPicture as error:
            raise forms.ValidationError(str(error)) from None


class ShopForm(StyledModelForm):
    """The shop's own settings, with every choice in the reader's language."""

    logo = LogoField()

    class Meta:
        model = Business
        fields = list(EDITABLE)
        labels = {"name": _("Name of the shop"), "address": _("Address (on bills and messages)")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, found in (
            ("currency", _("Currency"), choices.currencies()),
            ("time_zone", _("Time zone"), choices.zones()),
            ("country", _("Country"), choices.countries()),
            ("language", _("Language of the shop"), list(settings.LANGUAGES)),
        ):
            self.fields[name] = forms.ChoiceField(label=label, choices=found)
        self.fields["fiscal_month"] = forms.TypedChoiceField(
            label=_("Fiscal year starts in"), choices=choices.months(), coerce=int
        )
        self.fields["grouping"].label = _("Figures are written")
        self.fields["address"].widget.attrs["rows"] = 2
        self.fields["name"].widget.attrs["autocomplete"] = "organization"
        self.fields["attribution_days"] = forms.IntegerField(
            label=_("Days an order counts for a message"),
            min_value=1,
            max_value=90,
            initial=7,
            help_text=_(
                "An order this many days after a message, by somebody it went to, is shown as its sale."
            ),
        )
        style(self)

    def shop_values(self) -> dict[str, Any]:
        """The cleaned values of the shop's own columns."""
        return {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data}


# What a browser's language makes likely; every one of them can be changed in the form.
LIKELY: dict[str, dict[str, Any]] = {
    "ur": {
        "currency": "PKR",
        "country": "PK",
        "time_zone": "Asia/Karachi",
        "fiscal_month": 7,
        "language": "ur",
    },
    "hi": {"language": "hi"},
    "gu": {"language": "gu"},
}


class FirstRunForm(ShopForm):
    """The shop, its first branch and its first owner, on one page."""

    branch_name = forms.CharField(
        label=_("First branch"), max_length=120, help_text=_("A shop, counter or depot: “Main bazaar”.")
    )
    owner_name = forms.CharField(label=_("Your name"), max_length=120)
    owner_email = forms.EmailField(label=_("Your e-mail"), help_text=_("You will log in with it."))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
        help_text=_("At least 10 characters; not your name, not a common word."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["attribution_days"]
        self.fields["owner_name"].widget.attrs["autocomplete"] = "name"
        self.fields["owner_email"].widget.attrs |= {"autocomplete": "username", "dir": "ltr"}

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("password"):
            person = User(name=found.get("owner_name", ""), email=found.get("owner_email", ""))
            try:
                validate_password(found["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return found


class BranchForm(StyledModelForm):
    class Meta:
        model = Branch
        fields = ["name", "address"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].widget.attrs["rows"] = 2


class PersonForm(StyledModelForm):
    """A colleague: name, e-mail, phone, role, branch, team. Uniqueness of the e-mail is told with the field."""

    role = forms.ChoiceField(label=_("role"), choices=kept.choices)
    team = forms.ModelChoiceField(
        Team.objects.filter(archived_at=None), label=_("team"), required=False, empty_label="–"
    )

    class Meta:
        model = User
        fields = ["name", "email", "phone", "role", "branch", "team"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["dir"] = "ltr"
        self.fields["phone"].widget.attrs |= {"dir": "ltr", "inputmode": "tel"}
        self.fields["phone"].help_text = _("For sending the link on WhatsApp.")
        self.fields["branch"].empty_label = _("All branches")  # type: ignore[attr-defined]
        self.fields["role"].help_text = _("What each role may do stands under Settings, Roles.")

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("A colleague with this e-mail is here already."))
        return email

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("role") and kept.is_by_branch(found["role"]) and not found.get("branch"):
            self.add_error("branch", _("Somebody with this role sees one branch: choose it."))
        return found


class InviteForm(PersonForm):
    """The same with the language in which the invitation is written."""

    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)


class KeyForm(StyledForm):
    """A new key for a programme."""

    kind = forms.ChoiceField(
        label=_("What it is for"),
        choices=[
            ("api", _("Read and write records, as the role below may")),
            ("write", _("Only send events in")),
        ],
    )
    role = forms.ChoiceField(label=_("Acts as"), choices=kept.choices, initial=Role.ANALYST)
    branch = forms.ModelChoiceField(
        label=_("Of the branch"),
        queryset=Branch.objects.all(),
        required=False,
        empty_label=_("no branch"),
        help_text=_("Where the role reaches its own branch only, the key reaches this one."),
    )
    team = forms.ModelChoiceField(
        label=_("Of the team"),
        queryset=Team.objects.filter(archived_at=None),
        required=False,
        empty_label=_("no team"),
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Who or what uses it: “web shop”, “till 2”.")
    )


class LeaveDemoForm(StyledForm):
    """The shop's name, typed, so that nobody wipes by a slip of the hand."""

    typed = forms.CharField(
        label=_("The demo shop's name"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, shop: Business, **kwargs: Any) -> None:
        self.shop = shop
        super().__init__(*args, **kwargs)

    def clean_typed(self) -> str:
        typed = " ".join(str(self.cleaned_data["typed"]).split())
        if typed.casefold() != " ".join(self.shop.name.split()).casefold():
            raise forms.ValidationError(_("This is not the shop's name. Nothing was wiped."))
        return typed
