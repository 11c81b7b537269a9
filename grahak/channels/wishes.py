"""Who wants no offers at the moment, as they said on the preferences page (customers.Wish)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.db.models import Q

from grahak.channels.models import Message, MessageState
from grahak.core.bulk import pieces
from grahak.customers.models import Wish

FEWER_DAYS: Final = 14  # who wants fewer offers gets one in so many days at most


def resting(contacts: Iterable[int | None], now: dt.datetime) -> set[int]:
    """Those of CONTACTS who get no offer now: they paused, or want fewer and had one in the last FEWER_DAYS days,
    on whichever channel. One short query where nobody wished anything."""
    wished = Wish.objects.filter(Q(fewer=True) | Q(paused_until__gt=now))
    if not wished.exists():
        return set()
    found: set[int] = set()
    fewer: set[int] = set()
    for some in pieces({one for one in contacts if one is not None}):
        for contact, paused in wished.filter(contact_id__in=some).values_list("contact_id", "paused_until"):
            (found if paused is not None and paused > now else fewer).add(contact)
    since = now - dt.timedelta(days=FEWER_DAYS)
    for some in pieces(fewer):
        had = Message.objects.filter(
            Q(state=MessageState.SENT, sent_at__gte=since)
            | Q(state__in=(MessageState.ATTEMPTED, MessageState.UNKNOWN), attempted_at__gte=since),
            contact_id__in=some,
            dispatch__purpose="offers",
        )
        found.update(one for one in had.values_list("contact_id", flat=True) if one is not None)
    return found
