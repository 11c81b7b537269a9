"""What this room shows on a customer's page: until when the shop may write freely on WhatsApp."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from grahak.channels.incoming import WINDOW
from grahak.channels.models import Incoming
from grahak.customers.extras import ask, has

ask("whatsapp", Incoming, "customer_id = %s AND channel = 'whatsapp'")


def window(customer: Any, request: Any) -> dict[str, Any] | None:
    """The last thing somebody of this customer wrote on WhatsApp and whether its 24 hours still run; nothing where
    they never wrote. One question, a cheap one for most."""
    if not has(customer, "whatsapp"):
        return None
    rows = Incoming.objects.filter(customer=customer, channel="whatsapp").select_related("contact")
    last = rows.exclude(kind="preference").order_by("-at").first()
    if last is None:
        return None
    until = last.at + WINDOW
    return {"last": last, "until": until, "is_open": until > timezone.now()}
