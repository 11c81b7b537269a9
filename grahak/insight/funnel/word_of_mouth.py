"""Word of mouth in money: what the customers bought whom another customer sent.

Referrals are a forest (customers.relations.referrals), so every referred customer's net revenue is counted once in the
total, and once with each of those above them: DIRECT is of those whom a customer sent, TREE also of those whom these
sent, and so on. Direct sums add up to the total; trees don't, for one lies within another.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Count, Max, Q, Sum

from grahak.core.models import User
from grahak.customers.extras import has
from grahak.customers.models import Customer
from grahak.customers.relations import trees

SHOWN: Final = 50
KEPT_FOR: Final = 300  # seconds that the revenue of the whole shop may be old
_BUYS: Final = Q(figures__orders__gt=0)


@dataclass
class Referrer:
    """A customer with those they sent: how many, how many of them buy, what these brought."""

    customer: Customer
    sent: int
    buying: int
    direct: Decimal
    last_at: Any
    tree_sent: int = 0
    tree: Decimal = Decimal(0)


@dataclass(frozen=True)
class Total:
    """All who were sent by somebody. SHARE of the net revenue of all customers, in per cent with one place."""

    sent: int
    buying: int
    net: Decimal
    referrers: int
    share: Decimal | None


def top(user: User, most: int = SHOWN) -> list[Referrer]:
    """Who sent the most money, of those this person may see. Three queries."""
    seen = Customer.objects.visible_to(user)
    sums = (
        seen.filter(referred_by__isnull=False, referred_by__in=seen)
        .order_by().values_list("referred_by")
        .annotate(
            n=Count("pk"), buying=Count("pk", filter=_BUYS), net=Sum("figures__net"), last=Max("created_at")
        )
    )  # fmt: skip
    found = sorted(sums, key=lambda one: (-(one[3] or 0), -one[1], one[0]))[:most]
    rows = Customer.objects.select_related("owner").in_bulk([one[0] for one in found])
    whole = _trees([one[0] for one in found], user)
    return [
        Referrer(rows[pk], n, buying, net or Decimal(0), last, *whole.get(pk, (n, net or Decimal(0))))
        for pk, n, buying, net, last in found
        if pk in rows
    ]


def _trees(roots: list[int], user: User) -> dict[int, tuple[int, Decimal]]:
    """How many stand below each of these, and their net revenue. Two queries, the tree in Python."""
    if not roots:
        return {}
    below: dict[int, list[int]] = {}
    net: dict[int, Decimal] = {}
    rows = Customer.objects.visible_to(user).filter(referred_by__isnull=False).order_by()
    for pk, parent, money in rows.values_list("pk", "referred_by_id", "figures__net"):
        below.setdefault(parent, []).append(pk)
        net[pk] = money or Decimal(0)
    found = {}
    for root in roots:
        many, sum_, seen, wait = 0, Decimal(0), {root}, [root]
        while wait:
            for pk in below.get(wait.pop(), ()):
                if pk not in seen:
                    seen.add(pk)
                    wait.append(pk)
                    many, sum_ = many + 1, sum_ + net[pk]
        found[root] = (many, sum_)
    return found


def total(user: User) -> Total:
    """What word of mouth brings, each customer once."""
    rows = Customer.objects.visible_to(user).filter(referred_by__isnull=False)
    sums = rows.aggregate(
        n=Count("pk"), buying=Count("pk", filter=_BUYS), net=Sum("figures__net"),
        referrers=Count("referred_by", distinct=True),
    )  # fmt: skip
    net, everything = sums["net"] or Decimal(0), _everything(user)
    share = (net * 100 / everything).quantize(Decimal("0.1")) if everything > 0 else None
    return Total(sums["n"], sums["buying"], net, sums["referrers"], share)


def _everything(user: User) -> Decimal:
    """The net revenue of all customers this person may see, at most five minutes old."""
    key = f"insight.word_of_mouth.{user.pk}"
    kept: Decimal | None = cache.get(key)
    if kept is None:
        kept = Customer.objects.visible_to(user).aggregate(net=Sum("figures__net"))["net"] or Decimal(0)
        cache.set(key, kept, KEPT_FOR)
    return kept


def panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """On a customer's page: whom they sent, and what it brought."""
    if not has(customer, "referred"):
        return None
    tree = Customer.objects.visible_to(request.user).filter(pk__in=trees.referred_by(customer.pk))
    direct = Q(referred_by=customer.pk)
    sums = tree.aggregate(
        sent=Count("pk", filter=direct), tree_sent=Count("pk"), direct=Sum("figures__net", filter=direct),
        tree=Sum("figures__net"),
    )  # fmt: skip
    return {"sums": sums, "more": sums["tree_sent"] > sums["sent"]} if sums["sent"] else None
