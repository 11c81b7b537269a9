"""The lot: who is held out so that a campaign's effect can be told, and who gets which wording.

It is drawn from a customer's number and a secret of the installation alone: nobody can steer it, and drawing again
gives the same. MD5 serves as a shuffle here, not as a seal; both databases have it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final, NamedTuple

from django.conf import settings

from grahak.marketing.models import Campaign, Variant

FEWEST: Final = 50  # below so many nobody is held out: nothing could be told from it
MOST_PERCENT: Final = 90
DIGITS: Final = 8  # hexadecimal digits of one lot
WHOLE: Final = 16**DIGITS


class Share(NamedTuple):
    """Those whose second lot is below BELOW (and not below the share before) get the variant CODE."""

    code: str
    below: str


def salt(campaign_id: int) -> str:
    """What a campaign's lots are drawn with; not to be guessed from outside."""
    text = f"lot:{campaign_id}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hex()[:32]


def lot(campaign_id: int, customer_id: int) -> str:
    """Both lots of a customer, as the database draws them: the first DIGITS for holding out, the next for the
    variant."""
    text = f"{salt(campaign_id)}:{customer_id}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[: 2 * DIGITS]


def threshold(share: float) -> str:
    """The lots below this are SHARE (0 to less than 1) of all."""
    return f"{min(WHOLE - 1, max(0, round(share * WHOLE))):0{DIGITS}x}"


def held_below(campaign: Campaign) -> str:
    """The first lots below this are held out; "" where nobody is. Messages about orders are nobody's experiment."""
    if campaign.purpose != "offers" or not campaign.holdout_percent:
        return ""
    return threshold(min(campaign.holdout_percent, MOST_PERCENT) / 100)


def is_held_out(campaign: Campaign, customer_id: int) -> bool:
    """What the lot says of a customer, if they could be written to at launch."""
    below = held_below(campaign)
    return bool(below) and lot(campaign.pk, customer_id)[:DIGITS] < below


def shares(campaign: Campaign, variants: Sequence[Variant]) -> list[Share]:
    """How the second lot is shared out among VARIANTS. Above the last share is the rest, that waits for the winner;
    where all try, the last variant has no bound (BELOW "")."""
    whole = sum(variant.share for variant in variants)
    if not whole:
        return []
    tried = min(campaign.test_percent, 100) / 100 if len(variants) > 1 else 1.0
    found, upto = [], 0
    for variant in variants:
        if not variant.share:
            continue
        upto += variant.share
        found.append(Share(variant.code, threshold(tried * upto / whole)))
    if tried >= 1:
        found[-1] = Share(found[-1].code, "")
    return found


def variant_of(campaign_id: int, customer_id: int, found: Sequence[Share]) -> str:
    """The variant that a customer gets, as the database decides it; "" for the rest."""
    second = lot(campaign_id, customer_id)[DIGITS:]
    return next((share.code for share in found if not share.below or second < share.below), "")
