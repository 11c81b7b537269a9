"""Forms of the accounts of WhatsApp and SMS, and of trying them out. Secrets are written, never shown: left empty they
stay as they are."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import ReportKind, SmsAccount, WhatsAppAccount
from grahak.channels.sms import filling
from grahak.core.forms import AmountField, StyledForm, StyledModelForm
from grahak.core.parsing import Unreadable, parse_phone
from grahak.customers.actions.contacts import regions

CATEGORIES = (("marketing", _("an offer")), ("utility", _("about orders and khata")))
KEPT = _("One is kept. Leave this empty to keep it.")
LEFT = {"dir": "ltr"}


def secret(label: Any, *, required: bool, help_text: Any = "") -> forms.CharField:
    """A field for a secret."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password", **LEFT})
    return forms.CharField(
        label=label, required=required, strip=True, max_length=1_000, widget=widget, help_text=help_text
    )


class WhatsAppForm(StyledModelForm):
    """The shop's number at the Cloud API."""

    class Meta:
        model = WhatsAppAccount
        fields: ClassVar[list[str]] = ["phone_id", "business_id", "version", "connections", "stop_words"]
        help_texts: ClassVar[dict[str, Any]] = {
            "phone_id": _(
                "In Meta's app dashboard under WhatsApp, API set-up. Digits only; not the number itself."
            ),
            "business_id": _("Beside it, called “WhatsApp Business Account ID”."),
            "stop_words": _("With commas between. “Stop” in four languages is known already."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        new = self.instance.pk is None
        for name, label, why in (
            ("token", _("Access token"), _("Of a system user, that does not end by itself.")),
            ("app_secret", _("App secret"), _("Meta signs its webhooks with it.")),
            ("verify", _("Word of the webhook's set-up"), _("Make one up; Meta asks for it once.")),
        ):
            kept = bool(getattr(self.instance, f"{name}_sealed"))
            self.fields[name] = secret(label, required=new, help_text=KEPT if kept else why)
        prices = self.instance.prices or {}
        for category, label in CATEGORIES:
            self.fields[f"price_{category}"] = AmountField(
                label=_("Price of one message that is %(kind)s") % {"kind": label},
                places=4,
                least=Decimal(0),
                required=False,
                initial=prices.get(category, ""),
                help_text=_("From Meta's price list for your country; shown before sending."),
            )
        for name in ("phone_id", "business_id", "version"):
            self.fields[name].widget.attrs.update(LEFT)
        for bound in self.fields.values():
            bound.label = capfirst(str(bound.label))
            if isinstance(bound.widget, forms.PasswordInput | forms.TextInput):
                bound.widget.attrs.setdefault("class", "input")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("phone_id", "business_id"):
            value = str(data.get(name) or "").strip()
            if value and not (value.isascii() and value.isdigit()):
                self.add_error(name, _("This ID is made of digits only."))
        version = str(data.get("version") or "")
        if version and not (version.startswith("v") and version[1:].replace(".", "").isdigit()):
            self.add_error("version", _("Write it like v23.0."))
        return data

    def changes(self) -> dict[str, Any]:
        """What to keep, for connecting.set_whatsapp."""
        data = self.cleaned_data
        prices = {
            category: str(data[f"price_{category}"])
            for category, _label in CATEGORIES
            if data.get(f"price_{category}") is not None
        }
        fields = {name: data[name] for name in self.Meta.fields}
        secrets = {name: data[name] for name in ("token", "app_secret", "verify")}
        return {**fields, "prices": prices, "secrets": secrets}


class SmsForm(StyledModelForm):
    """The shop's gateway."""

    statuses = forms.CharField(
        label=_("Its words for what became of a message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input", "dir": "ltr"}),
        help_text=_("One a line, such as DLVRD = delivered. The usual ones are known already."),
    )

    class Meta:
        model = SmsAccount
        fields: ClassVar[list[str]] = [
            "name", "url", "method", "headers", "body_kind", "body", "sender", "ok_pattern", "bad_number_pattern",
            "id_path", "entity", "price", "daytime_only", "stop_words", "connections", "hook_header", "hook_id",
            "hook_status",
        ]  # fmt: skip
        help_texts: ClassVar[dict[str, Any]] = {
            "url": _("As the gateway's manual says, with https://."),
            "headers": _("One a line, such as Authorization: Bearer {key}"),
            "body": _("As the manual says, with {to}, {text}, {sender} and so on where they belong."),
            "ok_pattern": _("Many gateways answer “200 OK” to what they refuse; * stands for anything."),
            "id_path": _("Such as data.0.id in JSON; * for what stood for the * above."),
            "entity": _("In India every sender and text is registered (DLT). Empty elsewhere."),
            "daytime_only": _("By the recipient's clock; what comes later waits until the morning."),
            "stop_words": _("With commas between. “Stop” in four languages is known already."),
            "hook_header": _("Where the gateway signs with HMAC-SHA256; else leave it empty."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("key", _("Key or password at the gateway")),
            ("hook_key", _("Key it signs with")),
        ):
            kept = bool(getattr(self.instance, f"{name}_sealed"))
            self.fields[name] = secret(label, required=False, help_text=KEPT if kept else "")
            self.fields[name].widget.attrs["class"] = "input"
        self.initial["statuses"] = "\n".join(
            f"{word} = {kind}" for word, kind in sorted((self.instance.statuses or {}).items())
        )
        for name in ("url", "headers", "body", "ok_pattern", "bad_number_pattern", "id_path", "hook_header"):
            self.fields[name].widget.attrs.update(LEFT)
        self.fields["body"].widget.attrs["rows"] = 5

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        parts = urlsplit(url)
        allowed = ("https", "http") if settings.OUTBOUND_PRIVATE else ("https",)
        if parts.scheme not in allowed or not parts.hostname or "{" in parts.netloc:
            raise forms.ValidationError(_("Write the whole address, with https:// in front."))
        return url

    def clean_statuses(self) -> dict[str, str]:
        found = {}
        for line in str(self.cleaned_data["statuses"]).splitlines():
            word, equals, kind = (part.strip() for part in line.partition("="))
            if not line.strip():
                continue
            if not equals or kind.lower() not in ReportKind.values:
                raise forms.ValidationError(
                    _("“%(line)s”: write a word of the gateway, =, and one of: %(kinds)s."),
                    params={"line": line[:60], "kinds": ", ".join(ReportKind.values)},
                )
            found[word] = kind.lower()
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        values = dict.fromkeys(filling.NAMES, "x")
        try:
            filling.headers(str(data.get("headers") or ""), values)
        except ValueError as error:
            self.add_error("headers", str(error))
        try:
            filling.body(str(data.get("body_kind") or ""), str(data.get("body") or ""), values)
        except ValueError as error:
            self.add_error("body", str(error))
        whole = json.dumps([str(data.get(name) or "") for name in ("url", "headers", "body")])
        for place, words in (("{to}", "{plus}"), ("{text}", "{text}")):
            if place not in whole and words not in whole:
                self.add_error(
                    "body", _("%(place)s stands nowhere: nothing would be sent.") % {"place": place}
                )
        return data

    def changes(self) -> dict[str, Any]:
        """What to keep, for connecting.set_sms."""
        data = self.cleaned_data
        fields = {name: data[name] for name in (*self.Meta.fields, "statuses")}
        return {**fields, "secrets": {name: data[name] for name in ("key", "hook_key")}}


class TryForm(StyledForm):
    """One phone, to try a channel out on."""

    number = forms.CharField(
        label=_("My phone"), max_length=30, widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "tel"})
    )
    text = forms.CharField(
        label=_("Text"), required=False, max_length=1_000, widget=forms.Textarea(attrs={"rows": 2})
    )
    template = forms.CharField(label=_("DLT template ID"), required=False, max_length=40)

    def clean_number(self) -> str:
        try:
            phone = parse_phone(self.cleaned_data["number"], regions())
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from None
        if not phone.e164:
            raise forms.ValidationError(_("This is no phone number that we know how to reach."))
        return phone.e164
