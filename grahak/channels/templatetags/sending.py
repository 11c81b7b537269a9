"""The words for states and reasons of the sending ledger."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from grahak.channels.models import FailReason, MessageState, SkipReason, UnknownReason
from grahak.customers.models import CHANNELS

register = template.Library()

WHY_BARRED = {
    "bounced": _("came back: no such address"),
    "soft": _("came back too often for now"),
    "complained": _("complained"),
    "unsubscribed": _("asked us to stop"),
    "by_hand": _("barred by hand"),
}
_REASONS: dict[str, Any] = {
    reason.value: reason.label for reasons in (SkipReason, FailReason, UnknownReason) for reason in reasons
}
TROUBLES = {"no_account": _("There is no mail account yet: the owner can set it up in Settings.")}


@register.filter
def why_barred(row: Any) -> Any:
    """Why an address is barred."""
    return WHY_BARRED.get(row.reason, row.reason)


@register.filter
def reason_words(reason: str) -> Any:
    """What a reason of the ledger means."""
    return _REASONS.get(reason, reason)


@register.filter
def state_words(state: str) -> Any:
    """What a state of the ledger is called."""
    return MessageState(state).label if state in MessageState.values else state


@register.filter
def trouble_words(trouble: str) -> Any:
    """Why a dispatch does not get on, in words."""
    return TROUBLES.get(trouble, trouble)


@register.filter
def channel_words(channel: str) -> Any:
    """What a channel is called."""
    return dict(CHANNELS).get(channel, channel)
