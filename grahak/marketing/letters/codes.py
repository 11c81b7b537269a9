"""Coupon codes of a campaign's list: brought in as a file or pasted, and taken for good, each by one message.

A message keeps its code whatever happens: it is looked up before a new one is taken, so that a second try after a
crash says the same code again, and a code that was once taken is never given to another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grahak.core import audit
from grahak.core.bulk import pieces
from grahak.core.durable import durable
from grahak.core.models import User
from grahak.core.refusals import Conflict, NotUnderstood, TooLarge
from grahak.marketing.models import Campaign, CouponCode

MOST = 1_000_000
MOST_BYTES = 32 * 1024 * 1024
LONGEST = 60
_APART = re.compile(r"[\s,;|\"']+")
_UNFIT = re.compile(r"[\x00-\x1f\x7f<>{}\ud800-\udfff\ue000-\uf8ff\u2066-\u2069\u202a-\u202e]")


@dataclass(frozen=True)
class Added:
    """How many codes came in NEW, how many were there already (AGAIN), and some that are none (BAD)."""

    new: int
    again: int
    bad: list[str]


def read(text: str) -> tuple[list[str], list[str]]:
    """The codes in TEXT (one a line, or apart by commas; a heading such as "code" is left out), and what is none."""
    found: dict[str, None] = {}
    bad: list[str] = []
    for one in _APART.split(text.removeprefix("\ufeff")):
        if not one or one.casefold() in ("code", "codes", "coupon", "coupons"):
            continue
        if len(one) > LONGEST or _UNFIT.search(one):
            bad.append(one[:LONGEST])
        else:
            found[one] = None
    return list(found), bad


def read_file(data: bytes) -> tuple[list[str], list[str]]:
    """The codes in an uploaded text or CSV file. Raises TooLarge, NotUnderstood."""
    if len(data) > MOST_BYTES:
        raise TooLarge(_("The file is too large; 32 MB is the most."))
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig",):
        try:
            return read(data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise NotUnderstood(_("This file is no text. Save the codes as CSV and try again."))


@transaction.atomic
def add(campaign: Campaign, codes: Iterable[str], *, by: User, bad: Sequence[str] = ()) -> Added:
    """Bring CODES into the campaign's list; twice changes nothing. Also while it is being sent, when they run short."""
    wanted = list(dict.fromkeys(codes))
    before = CouponCode.objects.filter(campaign=campaign).count()
    if before + len(wanted) > MOST:
        raise TooLarge(_("A list holds at most %(most)s codes.") % {"most": f"{MOST:,}"})
    CouponCode.objects.bulk_create(
        [CouponCode(campaign=campaign, code=code) for code in wanted], ignore_conflicts=True, batch_size=2_000
    )
    new = CouponCode.objects.filter(campaign=campaign).count() - before
    audit.record("marketing.codes.added", campaign, by=by, codes=new)
    return Added(new, len(wanted) - new, list(bad[:20]))


@transaction.atomic
def clear(campaign: Campaign, *, by: User) -> int:
    """Throw away the codes that nobody has taken; gives how many."""
    gone, _kinds = CouponCode.objects.filter(campaign=campaign, message=None, taken_at=None).delete()
    if gone:
        audit.record("marketing.codes.cleared", campaign, by=by, codes=gone)
    return int(gone)


def counts(campaign: Campaign) -> tuple[int, int]:
    """(all codes of the list, those that nobody has taken)."""
    rows = CouponCode.objects.filter(campaign=campaign)
    return rows.count(), rows.filter(message=None, taken_at=None).count()


def take(campaign: Campaign, messages: Collection[int]) -> dict[int, str]:
    """A code for each of these messages: the one it has, else a free one, taken for good before this returns. Those
    for whom there was none are missing. Committed with full sync: a power cut cannot free a code that went out."""
    wanted = sorted(set(messages))
    found = _held(campaign, wanted)
    if all(pk in found for pk in wanted):
        return found
    with durable():
        # one taker at a time: two workers with the same message in hand must not both take
        Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)
        found = _held(campaign, wanted)
        left = [pk for pk in wanted if pk not in found]
        free = CouponCode.objects.filter(campaign=campaign, message=None, taken_at=None).order_by("pk")
        now = timezone.now()
        rows = list(free[: len(left)])
        for row, pk in zip(rows, left, strict=False):
            row.message_id, row.taken_at = pk, now
            found[pk] = row.code
        CouponCode.objects.bulk_update(rows, ["message", "taken_at"], batch_size=300)
    return found


def _held(campaign: Campaign, messages: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for piece in pieces(messages):
        rows = CouponCode.objects.filter(campaign=campaign, message_id__in=piece)
        found |= dict(rows.values_list("message_id", "code"))
    return found


def give_back(campaign: Campaign, messages: Collection[int]) -> None:
    """Free the codes of messages that never left the house: their text could not be made."""
    if messages:
        CouponCode.objects.filter(
            campaign=campaign, message_id__in=list(messages), message__attempted_at=None
        ).update(message=None, taken_at=None)


def refuse_sent(campaign: Campaign) -> None:
    """Raises Conflict once the campaign was sent: its list is only added to then."""
    if campaign.dispatch_id:
        raise Conflict(_("This message was sent; it cannot be changed any more."))
