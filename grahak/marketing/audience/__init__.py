"""Whom a campaign writes to: the rows that are frozen at launch, and the counts shown before it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from grahak.channels.models import SkipReason
from grahak.core.models import User
from grahak.customers.models import Consent, ConsentState, Contact, Identity
from grahak.marketing.audience.parts import Part, customers_of, out_of_sight, part_name, parts_of
from grahak.marketing.audience.plan import planned
from grahak.marketing.models import Campaign

__all__ = ["Part", "Reach", "best_contacts", "customers_of", "parts_of", "reach"]


def best_contacts(customers: Iterable[int], purpose: str) -> dict[int, tuple[int, str]]:
    """The contact to write to of each of these customers, and their language."""
    contacts = list(
        Contact.objects.filter(customer_id__in=list(customers), ended_on=None)
        .order_by("customer_id", "-is_primary", "id")
        .values_list("pk", "customer_id", "language")
    )
    ids = [pk for pk, _customer, _language in contacts]  # no joins: each step goes by its own index
    mailed = set(
        Identity.objects.filter(contact_id__in=ids, kind="email").values_list("contact_id", flat=True)
    )
    agreed = set(
        Consent.objects.filter(
            contact_id__in=ids,
            channel="email",
            purpose=purpose,
            state=ConsentState.GRANTED,
            is_current=True,
        ).values_list("contact_id", flat=True)
    )
    best: dict[int, tuple[int, int, str]] = {}
    for pk, customer_id, language in contacts:
        rank = 0 if pk in mailed and pk in agreed else 1 if pk in mailed else 2
        if customer_id not in best or rank < best[customer_id][0]:
            best[customer_id] = (rank, pk, language)
    return {customer_id: (pk, language) for customer_id, (_rank, pk, language) in best.items()}


@dataclass(frozen=True)
class Reach:
    """How many are asked for, and what becomes of them: ASKED customers are in the parts, OUT are taken out by each
    minus part (in their order; who is in several counts for the first), REASONS keep us from writing, HELD_OUT by lot;
    REACHABLE are left. UNSEEN were never asked for: members who are put away ("archived") or whom the sender may not
    see ("hidden"). Rows, where a campaign is not one to an account: several contacts of a customer may count."""

    asked: int
    out: tuple[tuple[str, int], ...]
    reasons: dict[str, int]
    held_out: int
    reachable: int
    unseen: dict[str, int] = field(default_factory=dict)

    @property
    def chosen(self) -> int:
        """The audience as the ledger will have it, with those held out beside it."""
        return self.asked - sum(n for _what, n in self.out)

    @property
    def not_agreed(self) -> int:
        return self.reasons.get(SkipReason.NO_CONSENT, 0) + self.reasons.get(SkipReason.WITHDRAWN, 0)

    @property
    def suppressed(self) -> int:
        return self.reasons.get(SkipReason.SUPPRESSED, 0)

    @property
    def no_address(self) -> int:
        return self.reasons.get(SkipReason.NO_ADDRESS, 0)

    @property
    def writable(self) -> int:
        """Those among whom the lot is drawn."""
        return self.reachable + self.held_out


def reach(campaign: Campaign, by: User | None, *, now: dt.datetime | None = None) -> Reach:
    """Count the audience as it is now, with the very statements that freeze it at launch. The same rules are applied
    again, one by one, when each is sent."""
    with planned(campaign, by, now=now) as plan:
        counted = plan.counts()
        out = [
            (part_name(part), sum(n for minus, *_rest, n in counted if minus == number))
            for number, part in enumerate(plan.minus, 1)
        ]
    reasons: Counter[str] = Counter()
    for minus, reason, _held, n in counted:
        if not minus and reason:
            reasons[reason] += n
    return Reach(
        asked=sum(n for *_rest, n in counted),
        out=tuple(out),
        reasons=dict(reasons),
        held_out=sum(n for minus, _reason, held, n in counted if held and not minus),
        reachable=sum(n for minus, reason, held, n in counted if not (minus or reason or held)),
        unseen=out_of_sight(campaign, by, plan.parts) if by is not None else {},
    )
