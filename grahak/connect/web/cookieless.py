"""Who a visitor is where nothing may be kept on their device: a mark for one day, that nobody can work back.

The mark is a keyed hash of the shop, the shortened IP address and the browser's name. Its key is made anew each
day (UTC) and the old one written over: after that, not even we can tell whether two marks were one person.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import secrets
import threading

from django.db import IntegrityError, transaction

from grahak.core.models import Setting

PREFIX = "day:"
_NAME = "connect.day_salt"
_lock = threading.Lock()
_kept: tuple[dt.date, bytes] | None = None


def shortened(ip: str) -> str:
    """The network of an address: IPv4 to 24 bits, IPv6 to 48; "" for what is no address.

    >>> shortened("203.0.113.77"), shortened("2001:db8:1:2::3"), shortened("nonsense")
    ('203.0.113.0', '2001:db8:1::', '')
    """
    try:
        address = ipaddress.ip_address(ip.strip().strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network((address, bits), strict=False).network_address)


def has_salt(day: dt.date) -> bool:
    """Whether the key of DAY is at hand, so that marks can be made without the database."""
    kept = _kept
    return kept is not None and kept[0] >= day


def salt(day: dt.date) -> bytes:
    """The key of DAY, the same in all processes; made if it is a new day, and the old one is gone with that.
    A day that is over has no key any more: events that come late for it get the key of today."""
    global _kept
    with _lock:
        if _kept is None or _kept[0] < day:
            _kept = _of_the_day(day)
        return _kept[1]


def _of_the_day(day: dt.date) -> tuple[dt.date, bytes]:
    """The kept key, replaced where it is older than DAY. Two processes at midnight agree on the first one's."""
    wanted = {"day": day.isoformat(), "salt": secrets.token_hex(32)}
    try:
        with transaction.atomic():
            Setting.objects.create(pk=_NAME, value=wanted)
    except IntegrityError:
        old = Setting.objects.get(pk=_NAME).value
        if old["day"] < wanted["day"]:
            Setting.objects.filter(pk=_NAME, value=old).update(value=wanted)
    found = Setting.objects.get(pk=_NAME).value
    return dt.date.fromisoformat(found["day"]), bytes.fromhex(found["salt"])


def visitor_mark(source: int, ip: str, agent: str, now: dt.datetime) -> str:
    """The anonymousId of a visitor without cookies: SOURCE is the id of the shop's source, NOW an aware time.
    The same within one UTC day. Asks the database where `has_salt` says that the day's key is not at hand."""
    parts = "\n".join((str(source), shortened(ip), agent[:400]))
    digest = hashlib.blake2b(parts.encode(), key=salt(now.astimezone(dt.UTC).date()), digest_size=15)
    return PREFIX + digest.hexdigest()


def forget() -> None:
    """Read the key anew (between tests)."""
    global _kept
    _kept = None
