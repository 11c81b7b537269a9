"""Forms of the mail account and of barred addresses."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grahak.channels.email.accounts import keys_of
from grahak.channels.email.providers import PROVIDERS, SMTP, Provider
from grahak.channels.models import BounceMailbox, Sender
from grahak.core.forms import StyledForm, StyledModelForm

# What only a mail server has, not a provider's API
_OF_A_SERVER = ("host", "port", "security", "username", "password", "forget_password", "log_path", "bounce_address",
                "tags_bounces")  # fmt: skip


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

    host = forms.CharField(label=capfirst(_("mail server")), max_length=200)

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
            "bounce_address",
            "tags_bounces",
        ]
        help_texts: ClassVar[dict[str, Any]] = {
            "from_address": _("Of a domain that your mail server may send for."),
            "reply_to": _("Empty: answers go to the sender's address."),
            "counts_openings": _(
                "An invisible picture of one dot in each message tells when it is opened. Switch it off where "
                "that is not allowed; a link that was followed still counts as opened."
            ),
            "bounce_address": _(
                "Empty: the sender's address. Grahak can read that mailbox, see “Mail that comes back”."
            ),
            "tags_bounces": _(
                "Then every bounce names its message, as bounces+7.3f9c@example.com. The mailbox must take such "
                "addresses; most do."
            ),
            "log_path": _(
                "Only where the mail server runs on this machine (Postfix). After a power cut it tells "
                "which mails were really sent."
            ),
        }

    def __init__(self, *args: Any, provider: str = SMTP, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = PROVIDERS.get(provider)
        self.kept_keys = keys_of(self.instance) if self.instance.provider == provider else {}
        kept = bool(self.instance and self.instance.password_sealed)
        if kept:
            self.fields["password"].help_text = _("One is kept. Leave this empty to keep it.")
        else:
            del self.fields["forget_password"]
        if self.provider is not None:
            for name in _OF_A_SERVER:
                self.fields.pop(name, None)
            self._ask_for_keys(self.provider)
        for name in ("host", "username", "from_address", "reply_to", "log_path", "bounce_address"):
            if name in self.fields:
                self.fields[name].widget.attrs["dir"] = "ltr"

    def _ask_for_keys(self, provider: Provider) -> None:
        """A blank for each thing that lets us in at the provider. Secret ones are written, never shown."""
        signs = [provider.signs] if provider.signs else []
        for key in (*provider.keys, *signs):
            is_kept = bool(self.kept_keys.get(key.name)) or (key in signs and self._hook_is_kept)
            blank: forms.Field
            if key.choices:
                blank = forms.ChoiceField(choices=key.choices, initial=self.kept_keys.get(key.name))
            else:
                widget = (
                    forms.PasswordInput(attrs={"autocomplete": "off"}) if key.secret else forms.TextInput()
                )
                blank = forms.CharField(max_length=500, widget=widget)
                blank.initial = "" if key.secret else self.kept_keys.get(key.name)
            blank.label = capfirst(key.label)
            blank.required = key.required and not (key.secret and is_kept) and key not in signs
            blank.widget.attrs["dir"] = "ltr"
            if key.secret and is_kept:
                blank.help_text = _("One is kept. Leave this empty to keep it.")
            elif key in signs:
                blank.help_text = _("Until it is filled in, reports of the provider are refused.")
            self.fields[f"key_{key.name}"] = blank

    @property
    def _hook_is_kept(self) -> bool:
        return (
            self.provider is not None
            and self.instance.provider == self.provider.code
            and bool(self.instance.hook_sealed)
        )

    @property
    def key_fields(self) -> list[Any]:
        """The blanks of the provider, for the template."""
        return [self[name] for name in self.fields if name.startswith("key_")]

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
        found = {name: data[name] for name in self.Meta.fields if name in data}
        found["provider"] = self.provider.code if self.provider else SMTP
        password = data.get("password") or ("" if data.get("forget_password") else None)
        return {**found, "password": password if self.provider is None else None}

    def keys(self) -> dict[str, str]:
        """What was written of the provider's keys, for setting_up.keep_keys; "hook" is what it signs with."""
        written = {
            name[4:]: str(value).strip()
            for name, value in self.cleaned_data.items()
            if name.startswith("key_")
        }
        signs = self.provider.signs if self.provider else None
        if signs is not None:
            written["hook"] = written.pop(signs.name, "")
        return written


class BounceMailboxForm(StyledModelForm):
    """The mailbox in which mail comes back. The password is written, never shown."""

    password = forms.CharField(
        label=capfirst(_("password")),
        required=False,
        strip=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    port = forms.IntegerField(label=capfirst(_("port")), min_value=1, max_value=65535, initial=993)

    class Meta:
        model = BounceMailbox
        fields: ClassVar[list[str]] = [
            *("host", "port", "security", "username", "folder", "done_folder", "is_on"),
        ]
        help_texts: ClassVar[dict[str, Any]] = {
            "done_folder": _(
                "Bounces and complaints are moved there once they are read. Empty: they stay, marked as read."
            ),
            "is_on": _("Letters of people in it are never touched."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.password_sealed:
            self.fields["password"].help_text = _("One is kept. Leave this empty to keep it.")
        for name in ("host", "username", "folder", "done_folder"):
            self.fields[name].widget.attrs["dir"] = "ltr"

    def changes(self) -> dict[str, Any]:
        """What to keep, for setting_up.set_mailbox."""
        data = self.cleaned_data
        return {**{name: data[name] for name in self.Meta.fields}, "password": data["password"] or None}


class BarForm(StyledForm):
    """An address that must not be written to."""

    address = forms.EmailField(label=capfirst(_("e-mail")), max_length=254)
    detail = forms.CharField(label=capfirst(_("why")), required=False, max_length=300)


class LiftForm(StyledForm):
    """Why writing to an address is allowed again."""

    why = forms.CharField(label=capfirst(_("why")), max_length=300)
