"""The shop's rules for messages to many, as they hold now."""

from __future__ import annotations

from typing import Any

from grahak.channels.models import SendingRules

FALLBACK: dict[str, Any] = {}  # what differs from the model's defaults where nobody has set any (tests)


def rules() -> SendingRules:
    """The row of rules; the defaults where nobody has set any."""
    return SendingRules.objects.order_by("pk").first() or SendingRules(**FALLBACK)
