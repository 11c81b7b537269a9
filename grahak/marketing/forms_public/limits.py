"""How much may come in and go out by forms, so that nobody is bombed with our mails and no stranger fills the disk.

Addresses and IP addresses are kept as keyed hashes; an IP's changes every day, so that it says nothing tomorrow.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import ipaddress
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from grahak.marketing.models import Submission

HOUR, DAY, MONTH = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=30)
# Confirmation mails
ASKS_AN_ADDRESS_A_DAY: Final = 1  # over all forms
ASKS_UNANSWERED: Final = 3  # to one address in 30 days; then it is left alone
ASKS_AN_ORIGIN: Final = 30  # an hour, to all addresses that one origin wrote down
ASKS_A_COUNTER: Final = 150  # the same for the shop's own phone at the counter
ASKS_IN_ALL: Final = 300  # an hour; what is over it goes out later
# What is taken in at all
SUBMISSIONS_AN_ORIGIN: Final = 200  # an hour
SUBMISSIONS_A_FORM: Final = 3_000


def _keyed(text: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hex()


def address_hash(email: str) -> str:
    """A mail address as the limits know it. Gmail's dots and every +tag are one and the same box."""
    name, _at, host = email.strip().lower().rpartition("@")
    name = name.partition("+")[0]
    if host in ("gmail.com", "googlemail.com"):
        name, host = name.replace(".", ""), "gmail.com"
    return _keyed(f"form-address:{name}@{host}")


def origin_of(request: HttpRequest) -> str:
    """The IP address a request came from: what a proxy says is believed where we stand behind one."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.BEHIND_HTTPS and forwarded:
        return forwarded.split(",")[0].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def ip_hash(address: str, day: dt.date | None = None) -> str:
    """An origin as the limits know it today; of IPv6 the network of a household (/64)."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return _keyed("form-ip:unknown")
    if found.version == 6:
        address = str(ipaddress.ip_network((found, 64), strict=False))
    return _keyed(f"form-ip:{day or timezone.now().date()}:{address}")


def too_many(form_id: int, origin: str, now: dt.datetime | None = None) -> bool:
    """Whether so much came of this origin, or by this form, that nothing more is taken for now."""
    since = (now or timezone.now()) - HOUR
    mine = Submission.objects.filter(ip_hash=origin, at__gt=since).count()
    return (
        mine >= SUBMISSIONS_AN_ORIGIN
        or Submission.objects.filter(form_id=form_id, at__gt=since).count() >= SUBMISSIONS_A_FORM
    )


def why_not_ask(submission: Submission, now: dt.datetime) -> str:
    """Why no confirmation mail may go out for SUBMISSION now: "" where it may, "later" where the hour is full, else a
    code of spam.REASONS. Call it in the transaction that then sets asked_at."""
    asked = Submission.objects.filter(asked_at__isnull=False).exclude(pk=submission.pk)
    to_them = asked.filter(address_hash=submission.address_hash)
    if to_them.filter(asked_at__gt=now - DAY).count() >= ASKS_AN_ADDRESS_A_DAY:
        return "asked"
    if to_them.filter(asked_at__gt=now - MONTH, confirmed_at=None).count() >= ASKS_UNANSWERED:
        return "unanswered"
    most = ASKS_A_COUNTER if submission.source == "counter" else ASKS_AN_ORIGIN
    recent = asked.filter(asked_at__gt=now - HOUR)
    if submission.ip_hash and recent.filter(ip_hash=submission.ip_hash).count() >= most:
        return "flood"
    return "later" if recent.count() >= ASKS_IN_ALL else ""
