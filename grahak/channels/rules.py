"""The shop's rules for messages to many, as they hold now."""

from __future__ import annotations

from grahak.channels.models import SendingRules


def rules() -> SendingRules:
    """The row of rules; the defaults where nobody has set any."""
    return SendingRules.objects.order_by("pk").first() or SendingRules()
