"""Takes a webhook call of a provider in: checks its signature on the very bytes that came, stores it durably,
acknowledges. Nothing is read here; that is done right after, in the worker, so that a provider never waits for us and
nothing that was acknowledged is lost. The same call twice is one row.
"""

from __future__ import annotations

import hashlib
import hmac
import time

from grahak.channels.models import HookDelivery
from grahak.core.durable import durable

LARGEST = 3 * 1024 * 1024  # bytes; Meta's batches are at most 3 MB


def is_signed(secret: str, body: bytes, claimed: str) -> bool:
    """Whether CLAIMED is the HMAC-SHA256 of BODY, in hexadecimal, alone or behind "sha256=". In constant time."""
    if not secret:
        return False
    right = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
    return hmac.compare_digest(
        right.encode(), claimed.strip().removeprefix("sha256=").lower().encode("utf-8", "replace")
    )


def is_same(right: str, given: str) -> bool:
    """Compares two secrets in constant time."""
    return hmac.compare_digest(right.encode(), given.encode("utf-8", "replace"))


def store(channel: str, body: bytes, *, minutes: int = 0) -> HookDelivery:
    """Keep a call that passed; the same one again gives the row that is there. MINUTES: only within so many, for
    senders whose calls may hold neither a name nor a time."""
    part = int(time.time() // (60 * minutes)) if minutes else 0
    digest = hashlib.sha256(f"{part}\n".encode() + body).hexdigest()
    with durable():
        row, _new = HookDelivery.objects.get_or_create(
            channel=channel, digest=digest, defaults={"body": body}
        )
    return row
