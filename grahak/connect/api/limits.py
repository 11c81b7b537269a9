"""How often a key may ask. The allowance (a token bucket) stands in the database, so it holds over all processes; each
process draws a handful at a time and spends it from memory, so that not every reading is also a writing.

A handful that is not spent within ten seconds is forgotten: the limit is kept, never exceeded.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from grahak.connect.api.models import Allowance
from grahak.connect.api.problems import Problem

HANDFULS = 20  # of a minute's allowance
KEPT = 10.0  # seconds
_lock = threading.Lock()
_hands: dict[int, _Hand] = {}


@dataclass
class _Hand:
    tokens: float
    until: float
    left: int  # of the whole allowance when it was drawn


def per_minute() -> int:
    """Requests a minute that one key may make; so many may also come at once after a rest."""
    return max(1, int(settings.API_PER_MINUTE))


def spend(key_id: int, cost: int = 1) -> dict[str, str]:
    """Take COST requests off a key's allowance; gives the headers that say what is left (draft-ietf-httpapi-
    ratelimit-headers). Raises Problem 429 with Retry-After in whole seconds."""
    most = per_minute()
    with _lock:
        hand = _hands.get(key_id)
        if hand is not None and hand.until > time.monotonic() and hand.tokens >= cost:
            hand.tokens -= cost
            return _headers(most, hand.left + int(hand.tokens))
    wanted = max(cost, most // HANDFULS)
    drawn, left, wait = _draw(key_id, cost, wanted, most)
    if not drawn:
        told = _headers(most, 0) | {"Retry-After": str(wait)}
        sentence = _("This key may ask %(most)s times a minute. Try again in %(wait)s seconds.")
        raise Problem("too_many", sentence % {"most": most, "wait": wait}, headers=told)
    with _lock:
        _hands[key_id] = _Hand(drawn - cost, time.monotonic() + KEPT, left)
    return _headers(most, left + drawn - cost)


def _draw(key_id: int, cost: int, wanted: int, most: int) -> tuple[int, int, int]:
    """(tokens drawn, left in the bucket, seconds to wait where none could be drawn)."""
    with transaction.atomic():
        now = time.time()
        Allowance.objects.get_or_create(key_id=key_id, defaults={"tokens": float(most), "at": now})
        row = Allowance.objects.select_for_update().get(key_id=key_id)
        tokens = min(float(most), row.tokens + max(0.0, now - row.at) * most / 60)
        drawn = min(wanted, int(tokens))
        if drawn < min(cost, most):
            return 0, 0, max(1, math.ceil((min(cost, most) - tokens) * 60 / most))
        Allowance.objects.filter(pk=row.pk).update(tokens=tokens - drawn, at=now)
        return max(drawn, cost), int(tokens - drawn), 0


def _headers(most: int, left: int) -> dict[str, str]:
    reset = math.ceil((most - min(most, left)) * 60 / most)
    return {"RateLimit-Limit": str(most), "RateLimit-Remaining": str(left), "RateLimit-Reset": str(reset)}


def forget() -> None:
    """Spend nothing from memory any more (between tests)."""
    with _lock:
        _hands.clear()
