"""What counts as an opportunity, and what it is worth.

Worth is always what it may bring in the next ninety days, in the currency of account, so that all kinds can stand in
one list. Only customers in use are looked at.

- *About to lapse*: three order days or more, past the day of their next order but silent for no more than three usual
  gaps, and a lapse risk (insight.lifecycle.risk) at or over the border. Worth = risk × what they bought in the year up
  to their last order, for ninety days.
- *Stopped buying*: a category (an item, in a shop whose goods have no categories) bought on three order days or more,
  not bought for more than twice the median gap of those days and a fortnight at least, but two years at most, while
  the customer has ordered other things since it was due and has not lapsed. Worth = median of what its order days
  brought × as many gaps as go into ninety days, at least one and at most as many as it was bought on.
- *Never bought what similar shops buy*: B, never bought, where the customer bought A on two days or more in the last
  year and most who bought A in that year bought B too: at least 8 bought both, at least the border's share of those
  who bought A, at least 1.3 times as large a share as of all buyers, and a Jaccard index (bought both ÷ bought
  either; P. Jaccard, 1912) of at least 0.1. Of several A the one with the greatest share speaks; at most three B a
  customer. Categories with categories, and the 300 items with the most buyers with each other. Worth = that share ×
  the median of what B's buyers bought of it in the year, for ninety days.
- *Growing*: net revenue of the last ninety days over that of the ninety before by the border or more, and, where they
  bought at least a usual order in the same ninety days a year before, over that too; two order days or more in each
  span, and a usual order (the shop's median) at least in the one before. Worth = what the last ninety days brought
  more than the larger of the two.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from grahak.core import audit
from grahak.core.models import Setting, User

NAME = "insight.opportunities.borders"
MOST_A_KIND = 20_000  # kept of each kind, the worthiest
STOPPED_DAYS = 3
STOPPED_GAPS, STOPPED_AT_LEAST, STOPPED_AT_MOST = 2, 14, 730
BOTH_AT_LEAST = 8
LIFT = 1.3
JACCARD = 0.1
ITEMS = 300
MISSING_A_CUSTOMER = 3


@dataclass(frozen=True)
class Borders:
    """RISK: lapse risk in per cent from which a customer is about to lapse. SHARE: per cent of those who bought A that
    must have bought B. GROWTH: per cent. BACK: days after which what was done or put aside comes back if it still
    holds."""

    risk: int = 30
    share: int = 50
    growth: int = 25
    back: int = 60


def current() -> Borders:
    """The borders in force."""
    found = Setting.objects.filter(pk=NAME).first()
    return Borders(**found.value) if found else Borders()


@transaction.atomic
def keep(borders: Borders, *, by: User | None) -> None:
    """Look by these from the next time on."""
    before = current()
    if before == borders:
        return
    Setting.objects.update_or_create(name=NAME, defaults={"value": asdict(borders)})
    changes: dict[str, Any] = audit.changed(asdict(before), asdict(borders))
    audit.record("insight.opportunities.borders_set", by=by, label="Opportunities", **changes)
