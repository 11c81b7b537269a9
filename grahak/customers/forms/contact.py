"""A person at a customer, a way to recognise them, and what they permitted."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grahak.core.forms import StyledForm, style
from grahak.core.models import User
from grahak.customers.custom import CustomerField
from grahak.customers.models import CHANNELS, PURPOSES
from grahak.customers.models.customer import IdentityKind


class ContactForm(StyledForm):
    """Somebody to talk to. The phone and e-mail are asked for only when they are added."""

    name = forms.CharField(label=pgettext_lazy("form", "Name"), max_length=200)
    role = forms.CharField(
        label=_("Role, such as son or accountant"), max_length=80, required=False,
        widget=forms.TextInput(attrs={"list": "roles"}),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Writes in"), choices=[("", "–"), *settings.LANGUAGES], required=False
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "dir": "ltr"}),
    )  # fmt: skip
    email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False,
        widget=forms.TextInput(attrs={"inputmode": "email", "dir": "ltr"}),
    )  # fmt: skip

    birthday = forms.CharField(
        label=_("Birthday"), max_length=40, required=False, help_text=_("31 March, or 31/3/1980.")
    )
    roles: ClassVar[tuple[Any, ...]] = (
        pgettext_lazy("role of a contact", "Owner"),
        pgettext_lazy("role of a contact", "Partner"),
        pgettext_lazy("role of a contact", "Son"),
        pgettext_lazy("role of a contact", "Buyer"),
        pgettext_lazy("role of a contact", "Manager"),
        pgettext_lazy("role of a contact", "Accountant"),
        pgettext_lazy("role of a contact", "Godown keeper"),
        pgettext_lazy("role of a contact", "Driver"),
    )

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["phone"], self.fields["email"]


class IdentityForm(StyledForm):
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[(kind.value, kind.label) for kind in IdentityKind if kind not in (IdentityKind.WEB,)],
    )
    value = forms.CharField(
        label=_("number or address"), max_length=254, widget=forms.TextInput(attrs={"dir": "ltr"})
    )


class ConsentForm(StyledForm):
    """A yes or no that a contact said, and how."""

    contact = forms.ChoiceField(label=_("Who"))
    channel = forms.ChoiceField(label=_("Where"), choices=CHANNELS)
    purpose = forms.ChoiceField(label=_("What for"), choices=PURPOSES)
    state = forms.ChoiceField(
        label=_("What they said"), choices=[("granted", _("Yes")), ("withdrawn", _("No"))],
    )  # fmt: skip
    how = forms.CharField(
        label=_("How they said it"),
        max_length=200,
        help_text=_("In the shop, on the phone, on a signed form …"),
    )
    notice = forms.CharField(
        label=_("What they were told it is for"), max_length=2000, required=False, widget=forms.Textarea
    )

    def __init__(self, *args: Any, contacts: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].choices = [(str(one.pk), one.name) for one in contacts]  # type: ignore[attr-defined]


class MoveContactForm(StyledForm):
    """For whom a contact works now."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = CustomerField(user, label=_("Works now for"))
        style(self)
