"""The demo's WhatsApp number and SMS gateway: FAKES that live in the worker, send nothing to anybody, and say so; and a
few lines that customers wrote."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from grahak.channels import incoming
from grahak.channels.models import SmsAccount, WhatsAppAccount
from grahak.channels.secrets import seal
from grahak.channels.testing import fake_sms, fake_whatsapp
from grahak.channels.whatsapp import api
from grahak.customers.models import Identity

LINES: tuple[tuple[float, str], ...] = (
    (2, "Is the georgette in again?"),
    (5, "کیا نیا مال آ گیا؟"),
    (20, "कल कितने बजे खुलते हैं?"),
    (30, "Please send the bill again"),
    (75, "બિલ મળી ગયું, આભાર"),
)


def connect() -> None:
    """Make both accounts; twice changes nothing."""
    now = timezone.now()
    account, _new = WhatsAppAccount.objects.get_or_create(
        is_fake=True,
        defaults={
            "phone_id": fake_whatsapp.PHONE_ID,
            "business_id": fake_whatsapp.BUSINESS_ID,
            "token_sealed": seal(fake_whatsapp.TOKEN),
            "app_secret_sealed": seal(fake_whatsapp.APP_SECRET),
            "verify_sealed": seal(fake_whatsapp.VERIFY),
            "prices": {"marketing": "0.78", "utility": "0.12"},
            "number": "+91 98250 00000",
            "verified_name": "FAKE shop",
            "quality": "GREEN",
            "limit": "TIER_10K",
            "number_status": "CONNECTED",
            "checked_at": now,
            "hooked_at": now,
            "connections": 4,
        },
    )
    api.keep_templates(account, fake_whatsapp.TEMPLATES)
    settings: dict[str, Any] = fake_sms.SETTINGS | {
        "url": "http://127.0.0.1/send",
        "key_sealed": seal(fake_sms.KEY),
        "hook_key_sealed": seal(fake_sms.HOOK_KEY),
        "price": "0.25",
        "daytime_only": False,  # so that at any hour of the day one can see it send
        "hooked_at": now,
    }
    SmsAccount.objects.get_or_create(is_fake=True, defaults=settings)


def tell_lines() -> int:
    """A few customers with a phone have written of late."""
    rows = Identity.objects.filter(
        kind="phone", contact__customer__archived_at=None, contact__is_primary=True
    )
    numbers = list(
        rows.order_by("-contact__customer__figures__last_at", "pk").values_list("value", flat=True)[:40:8]
    )
    now = timezone.now()
    return sum(
        incoming.take("whatsapp", f"demo-{n}", number, text, at=now - dt.timedelta(hours=hours))
        for n, (number, (hours, text)) in enumerate(zip(numbers, LINES, strict=False))
    )
