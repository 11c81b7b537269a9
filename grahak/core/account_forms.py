"""Forms of the person at the screen: logging in, a new password, one's own settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import (
    AuthenticationForm,
    PasswordChangeForm,
    PasswordResetForm,
    SetPasswordForm,
)
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledModelForm, style
from grahak.core.models import User
from grahak.core.parsing import Unreadable, parse_phone


class LoginForm(AuthenticationForm):
    """E-mail and password. What is wrong is never told apart, so that nobody learns who has a log-in."""

    error_messages = {
        "invalid_login": _("E-mail or password is wrong. Mind capital letters in the password."),
        "inactive": _("E-mail or password is wrong. Mind capital letters in the password."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)
        self.fields["username"].label = _("E-mail")
        self.fields["username"].widget.attrs |= {"type": "email", "dir": "ltr", "autocomplete": "username"}
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs["dir"] = "ltr"

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).strip().lower()


class ResetForm(PasswordResetForm):
    """Asks for an address; who has a log-in is found out by the job that writes (core.letters)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs |= {"dir": "ltr", "autofocus": True}


class ChoosePasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style(self)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _(
            "At least 10 characters; not your name, not a common word."
        )
        self.fields["new_password2"].label = _("The same once more")
        self.fields["new_password2"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs["dir"] = "ltr"


class ChangePasswordForm(ChoosePasswordForm, PasswordChangeForm):  # type: ignore[type-arg]
    """The old password, then a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("Password until now")
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        self.fields["old_password"].widget.attrs["dir"] = "ltr"
        self.order_fields(["old_password", "new_password1", "new_password2"])


class OwnSettingsForm(StyledModelForm):
    """Name, phone, language, and how dense and bright the screen is."""

    theme = forms.ChoiceField(
        label=_("Light or dark"),
        required=False,
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    density = forms.ChoiceField(
        label=_("Lines of lists"), required=False, choices=[("", _("Dense")), ("comfortable", _("Roomy"))]
    )
    script = forms.ChoiceField(
        label=_("Urdu script"),
        required=False,
        choices=[("", _("Nastaliq")), ("naskh", _("Naskh, compact: more lines on a screen"))],
        help_text=_("Only for pages in Urdu."),
    )

    class Meta:
        model = User
        fields = ["name", "phone", "language", "theme", "density", "script"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs |= {"dir": "ltr", "inputmode": "tel", "autocomplete": "tel"}
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            required=False,
            choices=[("", _("As the browser")), *settings.LANGUAGES],
            initial=self.instance.language,
        )
        style(self)

    def clean_phone(self) -> str:
        return clean_phone(self.cleaned_data["phone"])


def clean_phone(typed: str) -> str:
    """A phone as +91…; empty stays empty. forms.ValidationError with the reason where it can't be one."""
    if not typed.strip():
        return ""
    try:
        phone = parse_phone(typed)
    except Unreadable as error:
        raise forms.ValidationError(str(error)) from None
    if not phone.valid:
        raise forms.ValidationError(phone.message or _("This is not a phone number in use."))
    return phone.e164
