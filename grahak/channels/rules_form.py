"""The form of the shop's rules for messages to many."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import SendingRules
from grahak.core.forms import StyledModelForm

CHANNELS: Final = ("email", "whatsapp", "sms")
FASTEST: Final = 100_000  # messages a minute: what no provider takes any more
_DOMAIN = re.compile(r"@?((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63})\s+(\d{1,6})")


def _pace(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=FASTEST, required=False)


class RulesForm(StyledModelForm):
    """Cap, quiet hours, hold-out, approval, when a missed schedule asks, and how fast at most. Paces are kept as
    SendingRules.paces has them: {"email": 600, "@gmail.com": 100}."""

    cap_messages = forms.IntegerField(
        label=capfirst(_("messages at most")),
        min_value=1,
        max_value=100,
        required=False,
        help_text=_("To one person, over every channel. Empty: no limit. Messages about orders don’t count."),
    )
    cap_days = forms.IntegerField(label=capfirst(_("in so many days")), min_value=1, max_value=90)
    holdout_percent = forms.IntegerField(
        label=capfirst(_("held out by lot, in percent")),
        min_value=0,
        max_value=50,
        help_text=_("What a new campaign begins with. They get nothing, so that the effect can be told."),
    )
    stale_hours = forms.IntegerField(
        label=capfirst(_("ask first when late by so many hours")),
        min_value=1,
        max_value=72,
        help_text=_("After a power cut or a restored backup, nothing older goes out by itself."),
    )
    pace_email = _pace(_("E-mails a minute"))
    pace_whatsapp = _pace(_("WhatsApp messages a minute"))
    pace_sms = _pace(_("SMS a minute"))
    pace_domains = forms.CharField(
        label=_("To one mail provider, e-mails a minute"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "ltr", "placeholder": "gmail.com 100"}),
        help_text=_("One a line: the part after the @, and how many a minute."),
    )

    class Meta:
        model = SendingRules
        fields: ClassVar[list[str]] = [
            *("cap_messages", "cap_days", "quiet_from", "quiet_until", "needs_approval", "holdout_percent"),
            "stale_hours",
        ]
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("quiet_from", "quiet_until")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        paces = self.instance.paces
        for channel in CHANNELS:
            self.initial[f"pace_{channel}"] = paces.get(channel)
        domains = [(name[1:], most) for name, most in sorted(paces.items()) if name.startswith("@")]
        self.initial["pace_domains"] = "\n".join(f"{name} {most}" for name, most in domains)

    def clean_pace_domains(self) -> dict[str, int]:
        """The lines as paces: "@gmail.com" → messages a minute."""
        paces: dict[str, int] = {}
        for number, line in enumerate(self.cleaned_data["pace_domains"].splitlines(), 1):
            if not line.strip():
                continue
            found = _DOMAIN.fullmatch(line.strip().lower())
            if found is None or not 1 <= int(found[2]) <= FASTEST:
                words = _("Line %(line)s: write a domain and a number, such as “gmail.com 100”.")
                raise forms.ValidationError(words, params={"line": number})
            paces[f"@{found[1]}"] = int(found[2])
        return paces

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        channels = {name: data.get(f"pace_{name}") for name in CHANNELS}
        by_domain: dict[str, int] = data.get("pace_domains") or {}
        self.instance.paces = {name: most for name, most in channels.items() if most} | by_domain
        if "quiet_from" in self.errors or "quiet_until" in self.errors:
            return data
        start, end = data.get("quiet_from"), data.get("quiet_until")
        if (start is None) != (end is None):
            missing = "quiet_from" if start is None else "quiet_until"
            self.add_error(missing, _("Quiet hours need a beginning and an end; empty both for none."))
        elif start is not None and start == end:
            self.add_error("quiet_until", _("That would be quiet all day."))
        return data
