"""Whom a campaign writes to: the rows that are frozen at launch, and the counts shown before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from grahak.channels.models import Suppression
from grahak.channels.renderers import Recipient
from grahak.core.models import User
from grahak.customers.models import Consent, ConsentState, Contact, Identity
from grahak.marketing.audience.parts import Part, customers_of, parts_of
from grahak.marketing.models import Campaign

__all__ = ["Part", "Reach", "best_contacts", "customers_of", "parts_of", "reach", "recipients"]
PIECE = 1_000


def recipients(campaign: Campaign, by: User | None) -> Iterator[Recipient]:
    """One row a customer, in the order of their ids. The contact is the first who has an e-mail and said yes,
    else the first with an e-mail, else the first; the language the contact's, the customer's or the
    campaign's, whichever the campaign has words in."""
    spoken = set(campaign.texts.values_list("language", flat=True))
    customers = customers_of(campaign, by).order_by("pk")
    after = 0
    while piece := list(customers.filter(pk__gt=after).values_list("pk", "language")[:PIECE]):
        after = piece[-1][0]
        contacts = best_contacts([pk for pk, _language in piece], campaign.purpose)
        for pk, language in piece:
            contact_id, own = contacts.get(pk, (None, ""))
            said = next((code for code in (own, language) if code in spoken), campaign.default_language)
            yield Recipient(pk, contact_id, said)


def best_contacts(customers: Iterable[int], purpose: str) -> dict[int, tuple[int, str]]:
    """The contact to write to of each of these customers, and their language."""
    contacts = list(
        Contact.objects.filter(customer_id__in=list(customers))
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
    """How many of the chosen can be written to, and what keeps us from the others."""

    chosen: int
    reachable: int
    not_agreed: int
    suppressed: int
    no_address: int


def reach(campaign: Campaign, by: User | None) -> Reach:
    """Count the audience as it is now. The same rules are applied again, one by one, when each is sent."""
    customers = customers_of(campaign, by).order_by()
    barred = Suppression.objects.filter(channel="email", lifted_at=None, address=OuterRef("value"))
    mailed = customers.filter(Exists(_contacts(Exists(_EMAIL))))
    agreed = customers.filter(Exists(_contacts(Exists(_EMAIL), *_said_yes(campaign.purpose))))
    free = customers.filter(
        Exists(_contacts(Exists(_EMAIL.filter(~Exists(barred))), *_said_yes(campaign.purpose)))
    )
    chosen, with_mail, yes, writable = customers.count(), mailed.count(), agreed.count(), free.count()
    return Reach(chosen, writable, with_mail - yes, yes - writable, chosen - with_mail)


# Each step looks the next up by its own index; joined, a database without statistics may begin at the wrong
# end
_EMAIL = Identity.objects.filter(contact_id=OuterRef("pk"), kind="email")


def _contacts(*having: Any) -> QuerySet[Contact]:
    return Contact.objects.filter(*having, customer_id=OuterRef("pk"))


def _said_yes(purpose: str) -> list[Any]:
    if purpose != "offers":
        return []
    yes = Consent.objects.filter(
        contact_id=OuterRef("pk"),
        channel="email",
        purpose=purpose,
        state=ConsentState.GRANTED,
        is_current=True,
    )
    return [Exists(yes)]
