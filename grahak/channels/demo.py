"""The sending part of the demo story: an account that sends to the built-in mailbox, and who agreed to
mail."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.utils import timezone

from grahak.channels import demo_phone
from grahak.channels.models import Sender, SendingRules
from grahak.core import audit, bulk, business
from grahak.core.models import User
from grahak.customers.models import Consent, ConsentState, Contact

SEED = 20_261_123
AGREED, TOOK_BACK = 0.7, 0.02  # shares of those with an e-mail
HOW = ("signed on the order form", "said so at the counter", "ticked it on the web shop", "on the phone")
NOTICE = "May we send you offers and news by e-mail? You can stop it at any time."
_FIELDS = ("contact", "channel", "purpose", "state", "at", "by", "how", "notice", "is_current")


def tell_story(*, by: User | None) -> dict[str, int]:
    """Tell it; runs once in the demo's transaction. Returns how many agreed and how many took it back."""
    chance, now = random.Random(SEED), timezone.now()
    shop = business.required()
    Sender.objects.get_or_create(
        is_mailbox=True,
        defaults={
            "host": "mailbox",
            "port": 25,
            "security": "none",
            "from_name": shop.name,
            "from_address": "shop@kapasi.example",
            "reply_to": "amina@kapasi.example",
        },
    )
    # without quiet hours, so that at any hour of the day one can see it send
    SendingRules.objects.get_or_create(pk=1, defaults={"quiet_from": None, "quiet_until": None})
    demo_phone.connect()
    demo_phone.tell_lines()
    rows: list[tuple[Any, ...]] = []
    contacts = Contact.objects.filter(identities__kind="email").exclude(consents__channel="email").distinct()
    for contact_id in contacts.order_by("pk").values_list("pk", flat=True).iterator():
        lot = chance.random()
        if lot < AGREED + TOOK_BACK:
            at = now - dt.timedelta(days=chance.randint(200, 640), minutes=chance.randint(0, 600))
            rows += _statements(contact_id, lot >= AGREED, at, chance, by)
    for piece in bulk.pieces(rows):
        bulk.insert(Consent, _FIELDS, piece)
    granted = sum(1 for row in rows if row[3] == ConsentState.GRANTED)
    audit.record("channels.demo.told", None, by=by, agreed=granted)
    return {"agreed": granted, "took_back": len(rows) - granted}


def _statements(
    contact_id: int, took_back: bool, at: dt.datetime, chance: random.Random, by: User | None
) -> list[tuple[Any, ...]]:
    who = by.pk if by else None
    yes = (
        contact_id,
        "email",
        "offers",
        "granted",
        bulk.stored(at),
        who,
        chance.choice(HOW),
        NOTICE,
        not took_back,
    )
    if not took_back:
        return [yes]
    later = bulk.stored(at + dt.timedelta(days=chance.randint(5, 30)))
    return [yes, (contact_id, "email", "offers", "withdrawn", later, None, "the unsubscribe page", "", True)]
