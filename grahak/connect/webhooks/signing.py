"""Secrets and signatures by the Standard Webhooks convention: HMAC-SHA256 over "id.timestamp.body"."""

from __future__ import annotations

import base64
import datetime as dt
import secrets

from django.utils import timezone
from standardwebhooks import Webhook

from grahak.channels.secrets import seal, unseal
from grahak.connect.webhooks.models import Endpoint

OVERLAP = dt.timedelta(hours=24)  # both secrets sign so long after a new one was made


def new_secret() -> str:
    """32 random bytes, as the convention writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def secret_of(endpoint: Endpoint) -> str:
    """The secret that signs. Raises channels.secrets.Unsealable where it was sealed with another installation's key."""
    return unseal(endpoint.secret_sealed)


def sealed(secret: str) -> str:
    return seal(secret)


def headers(endpoint: Endpoint, message_id: str, body: str, now: dt.datetime | None = None) -> dict[str, str]:
    """The headers of a message that is sent NOW: signed with the secret, and with the one before it during the
    overlap."""
    moment = (now or timezone.now()).replace(microsecond=0)
    keys = [secret_of(endpoint)]
    if endpoint.old_secret_sealed and endpoint.old_until and moment < endpoint.old_until:
        keys.append(unseal(endpoint.old_secret_sealed))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Grahak-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(message_id, moment, body) for key in keys),
    }
