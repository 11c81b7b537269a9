"""The form of the shop's rules for messages to many."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import SendingRules
from grahak.core.forms import StyledModelForm


class RulesForm(StyledModelForm):
    """Cap, quiet hours, hold-out, approval, and when a missed schedule asks."""

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

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "quiet_from" in self.errors or "quiet_until" in self.errors:
            return data
        start, end = data.get("quiet_from"), data.get("quiet_until")
        if (start is None) != (end is None):
            missing = "quiet_from" if start is None else "quiet_until"
            self.add_error(missing, _("Quiet hours need a beginning and an end; empty both for none."))
        elif start is not None and start == end:
            self.add_error("quiet_until", _("That would be quiet all day."))
        return data
