"""Forms of connections and back-fills."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from grahak.connect.connectors.models import Connector, ConnectorKind
from grahak.connect.models import ImportRun
from grahak.core.forms import StyledForm
from grahak.core.models import Branch
from grahak.customers.models import Kind

SECRETS = ("secret", "api_key", "api_secret")
LABELS = {
    ConnectorKind.WOOCOMMERCE: {"api_key": _("Consumer key"), "api_secret": _("Consumer secret")},
    ConnectorKind.SHOPIFY: {
        "secret": _("Secret that signs the webhooks"),
        "api_key": _("Admin API access token"),
    },
    ConnectorKind.TILL: {},
}


def _secret(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=400,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )


class ConnectorForm(StyledForm):
    """A connection of one kind. Secrets are written, never shown: left empty they stay as they are."""

    name = forms.CharField(label=_("Name"), max_length=80)
    address = forms.CharField(label=_("Address of the shop"), max_length=200)
    customer_kind = forms.ChoiceField(label=_("New customers are"), choices=Kind.choices)
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.all(), required=False, empty_label=_("no branch")
    )
    source = forms.ChoiceField(
        label=_("Earlier orders of this shop"),
        required=False,
        help_text=_("Brought in from a file before? Choose it, and the same orders are not there twice."),
    )

    def __init__(self, *args: Any, kind: str, connector: Connector | None = None, **kwargs: Any) -> None:
        if connector is not None:
            names = ("name", "address", "customer_kind", "branch")
            kwargs.setdefault("initial", {name: getattr(connector, name) for name in names})
        super().__init__(*args, **kwargs)
        self.kind, self.connector = kind, connector
        self.fields["address"].widget.attrs |= {"dir": "ltr", "inputmode": "url"}
        for name, label in LABELS[ConnectorKind(kind)].items():
            self.fields[name] = _secret(label)
            self.fields[name].widget.attrs["class"] = "input"
            if connector is not None and getattr(connector, f"{name}_sealed"):
                self.fields[name].help_text = _("One is kept. Leave this empty to keep it.")
        if kind == ConnectorKind.TILL:
            del self.fields["address"]
        elif kind == ConnectorKind.SHOPIFY:
            self.fields["address"].help_text = _("As in your-shop.myshopify.com.")
            self.fields["secret"].required = connector is None
        else:
            self.fields["address"].help_text = _("Where WordPress lives, as in https://shop.example.com.")
        self._offer_sources()
        self.order_fields(["name", "address", *SECRETS, "customer_kind", "branch", "source"])

    def _offer_sources(self) -> None:
        """Sources of order files that no other connection bears."""
        if self.connector is not None or self.kind == ConnectorKind.TILL:
            del self.fields["source"]
            return
        taken = set(Connector.objects.values_list("source", flat=True))
        files = ImportRun.objects.filter(kind="orders", state="done").values_list("source", flat=True)
        found = [(name, name) for name in sorted(set(files) - taken - {""})]
        if not found:
            del self.fields["source"]
            return
        self.fields["source"].choices = [("", _("none brought in")), *found]  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_address(self) -> str:
        """An origin, for WordPress with a folder; without anything that is no part of an address."""
        typed = str(self.cleaned_data["address"]).strip().rstrip("/")
        whole = typed if "://" in typed else f"https://{typed}"
        try:
            parts = urlsplit(whole)
            port = parts.port
        except ValueError:
            raise forms.ValidationError(_("That is no address of a shop.")) from None
        is_plain = parts.scheme == "http" and settings.OUTBOUND_PRIVATE
        host = (parts.hostname or "").lower()
        if (parts.scheme != "https" and not is_plain) or parts.username or parts.query or parts.fragment:
            raise forms.ValidationError(_("Write the address as https:// and the name of the shop."))
        if not host or ("." not in host and not settings.OUTBOUND_PRIVATE):
            raise forms.ValidationError(_("That is no address of a shop."))
        if self.kind == ConnectorKind.SHOPIFY:
            if not host.endswith(".myshopify.com") and not settings.OUTBOUND_PRIVATE:
                raise forms.ValidationError(
                    _("Write the shop’s own address at Shopify, ending in myshopify.com.")
                )
            return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
        return f"{parts.scheme}://{host}" + (f":{port}" if port else "") + parts.path.rstrip("/")

    @property
    def sealed(self) -> dict[str, str]:
        return {name: self.cleaned_data[name].strip() for name in SECRETS if self.cleaned_data.get(name)}

    @property
    def plain(self) -> dict[str, Any]:
        names = ("name", "address", "customer_kind", "branch")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class BackfillForm(StyledForm):
    """What to read, and since when."""

    customers = forms.BooleanField(label=_("Customers"), required=False, initial=True)
    products = forms.BooleanField(label=_("Items"), required=False, initial=True)
    orders = forms.BooleanField(label=_("Orders and refunds"), required=False, initial=True)
    since = forms.DateField(
        label=_("Changed since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: all that the shop has."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.kinds:
            raise forms.ValidationError(_("Choose at least one."))
        return cleaned

    @property
    def kinds(self) -> list[str]:
        return [name for name in ("customers", "products", "orders") if self.cleaned_data.get(name)]
