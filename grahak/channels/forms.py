"""Forms of the mail account and of barred addresses."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import Sender
from grahak.core.forms import StyledForm, StyledModelForm


class SenderForm(StyledModelForm):
    """The mail account. The password is written, never shown: left empty it stays as it is."""

    password = forms.CharField(
        label=capfirst(_("password")),
        required=False,
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    forget_password = forms.BooleanField(label=capfirst(_("Forget the password")), required=False)
    connections = forms.IntegerField(
        label=capfirst(_("connections at once")),
        min_value=1,
        max_value=50,
        initial=Sender().connections,  # it stands in a closed part of a new form
        help_text=_("Many providers allow few; ask yours before you raise it."),
    )
    port = forms.IntegerField(label=capfirst(_("port")), min_value=1, max_value=65535, initial=Sender().port)

    class Meta:
        model = Sender
        fields: ClassVar[list[str]] = [
            "from_name",
            "from_address",
            "reply_to",
            "host",
            "port",
            "security",
            "username",
            "connections",
            "log_path",
            "counts_openings",
        ]
        help_texts: ClassVar[dict[str, Any]] = {
            "from_address": _("Of a domain that your mail server may send for."),
            "reply_to": _("Empty: answers go to the sender's address."),
            "counts_openings": _(
                "An invisible picture of one dot in each message tells when it is opened. Switch it off where "
                "that is not allowed; a link that was followed still counts as opened."
            ),
            "log_path": _(
                "Only where the mail server runs on this machine (Postfix). After a power cut it tells "
                "which mails were really sent."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = bool(self.instance and self.instance.password_sealed)
        if kept:
            self.fields["password"].help_text = _("One is kept. Leave this empty to keep it.")
        else:
            del self.fields["forget_password"]
        for name in ("host", "username", "from_address", "reply_to", "log_path"):
            self.fields[name].widget.attrs["dir"] = "ltr"

    def clean_from_name(self) -> str:
        return " ".join(str(self.cleaned_data["from_name"]).split())

    def clean_host(self) -> str:
        host = str(self.cleaned_data["host"]).strip()
        if not host or (any(sign in host for sign in " /:@") and host.count(":") < 2):
            raise forms.ValidationError(_("Write the name of the server alone, such as smtp.example.com."))
        return host

    def changes(self) -> dict[str, Any]:
        """What to keep, for actions.set_sender."""
        data = self.cleaned_data
        found = {name: data[name] for name in self.Meta.fields}
        password = data["password"] or ("" if data.get("forget_password") else None)
        return {**found, "password": password}


class BarForm(StyledForm):
    """An address that must not be written to."""

    address = forms.EmailField(label=capfirst(_("e-mail")), max_length=254)
    detail = forms.CharField(label=capfirst(_("why")), required=False, max_length=300)


class LiftForm(StyledForm):
    """Why writing to an address is allowed again."""

    why = forms.CharField(label=capfirst(_("why")), max_length=300)
