"""Forms of the sources of events."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from grahak.core.forms import StyledForm
from grahak.customers.models import Source
from grahak.customers.models.behaviour import SourceKind

MOST_HOSTS = 20


class NewSourceForm(StyledForm):
    """Name and kind of a new source. Shops with a connector and tills are set up on their own page."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("“Web shop”, “App”, “Website in Urdu”.")
    )
    kind = forms.ChoiceField(
        label=_("What sends the events"),
        choices=[(kind.value, kind.label) for kind in (SourceKind.WEB, SourceKind.SERVER, SourceKind.APP)],
        initial=SourceKind.WEB,
    )


class SourceForm(StyledForm):
    """A source's name and how its pages behave."""

    name = forms.CharField(label=_("Name"), max_length=120)
    cookieless = forms.BooleanField(
        label=_("Keep nothing on the visitor's device"),
        required=False,
        help_text=_(
            "A visitor is then known for one day only, and what they did before signing up stays nobody's."
        ),
    )
    needs_consent = forms.BooleanField(
        label=_("Only with the visitor's consent"),
        required=False,
        help_text=_("Nothing is kept or sent before your page calls grahak.consent(true)."),
    )
    hosts = forms.CharField(
        label=_("Only from pages of these sites"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr", "placeholder": "shop.example"}),
        help_text=_("One a line, with all under it. Left empty, any page that has the key may send."),
    )

    def __init__(self, *args: Any, source: Source, **kwargs: Any) -> None:
        options = source.options
        initial = {
            "name": source.name,
            "cookieless": bool(options.get("cookieless")),
            "needs_consent": bool(options.get("needs_consent")),
            "hosts": "\n".join(options.get("hosts") or []),
        }
        super().__init__(*args, initial=initial, **kwargs)
        if source.kind != SourceKind.WEB:
            for name in ("cookieless", "needs_consent", "hosts"):
                del self.fields[name]

    def clean_hosts(self) -> list[str]:
        """The bare hosts, each once: an address that was pasted whole is cut to its host."""
        hosts: list[str] = []
        for word in self.cleaned_data["hosts"].replace(",", " ").split():
            host = _host(word)
            if host is None:
                raise forms.ValidationError(_("“%(word)s” is not a site's name."), params={"word": word})
            if host not in hosts:
                hosts.append(host)
        if len(hosts) > MOST_HOSTS:
            raise forms.ValidationError(_("%(most)s sites at most."), params={"most": MOST_HOSTS})
        return hosts

    @property
    def options(self) -> dict[str, Any]:
        """The options as they are kept."""
        return {name: value for name, value in self.cleaned_data.items() if name != "name"}


def _host(word: str) -> str | None:
    """The host of a site's name or address, in the letters that browsers send; None if it is none."""
    try:
        host = urlsplit(word if "//" in word else f"//{word}").hostname or ""
        host = host.removeprefix("*.").encode("idna").decode().lower()
    except ValueError:
        return None
    fine = host and all(part and part.replace("-", "").isalnum() for part in host.split("."))
    return host if fine else None
