"""Who may be the customer who is being typed in, and what the web shop's accounts say about one who is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from grahak.core.models import User
from grahak.core.names import similarity
from grahak.core.parsing import Unreadable, clean_email, parse_phone, split_phones
from grahak.customers.actions.contacts import regions
from grahak.customers.duplicates import reasons as why
from grahak.customers.duplicates.scoring import ALONE, WITH_ADDRESS
from grahak.customers.models import Customer, DuplicatePair, Identity, PairState
from grahak.customers.search.names import candidates

SHOWN: Final = 5
_LOOKED_AT: Final = 30
_HASTE: Final = 8  # asked at every pause of the typing hand; the look through all records takes its time
ALIKE_KIND: Final = "customers.customer.alike"  # the line of the day book that says so


@dataclass(frozen=True)
class Likely:
    """A customer who may be the one being typed in, and why. SCORE from 0 to 1, REASONS as in reasons.py."""

    customer: Customer
    reasons: int
    score: float

    @property
    def reason(self) -> str:
        """Why, in words."""
        return ", ".join(str(one) for one in why.words(self.reasons))

    @property
    def percent(self) -> int:
        return min(99, round(self.score * 100))


def likely(
    user: User, name: str = "", phones: str = "", email: str = "", but: int | None = None
) -> list[Likely]:
    """At most five customers this person may see who may be the same, the surest first."""
    shared = _same_identity(phones, email)
    typed = name.strip()[:100] if len(name.strip()) >= 3 else ""
    maybe = candidates(user, typed, _LOOKED_AT, _HASTE) if typed else []
    found: dict[int, tuple[float, int]] = {}
    told = Customer.objects.filter(pk__in={*maybe, *shared}).values_list("pk", "name", "other_names")
    for pk, own, other in told:
        score = _alike(typed, (own, *(other or {}).values())) if typed else 0.0
        reasons = shared.get(pk, 0) | (why.NAME if score >= ALONE else 0)
        if pk in shared:
            # a phone alone may be a whole family's: it is told, but less surely
            found[pk] = (0.8 + 0.2 * score if score >= WITH_ADDRESS or not typed else 0.6, reasons)
        elif score >= ALONE:
            found[pk] = (0.9 * score, reasons)
    found.pop(but or 0, None)
    best = sorted(found, key=lambda pk: -found[pk][0])[: SHOWN * 4]
    rows = Customer.objects.visible_to(user).active().only("name", "city").in_bulk(best)
    return [Likely(rows[pk], found[pk][1], found[pk][0]) for pk in best if pk in rows][:SHOWN]


def _alike(typed: str, names: Iterable[str]) -> float:
    return max(similarity(typed, one, typing=False) for one in names)


def noted(user: User, customer: Customer) -> list[Likely]:
    """At most five customers of whom the web shop's accounts say that they may be this one."""
    lines = customer.activities.filter(group="other", kind=ALIKE_KIND).order_by("-at", "-pk")
    told = [line.get("other") for line in lines.values_list("facts", flat=True)[:SHOWN]]
    ids = [pk for pk in dict.fromkeys(told) if isinstance(pk, int) and pk != customer.pk]
    rows = Customer.objects.visible_to(user).active().in_bulk(ids) if ids else {}
    return [Likely(rows[pk], why.EMAIL | why.ACCOUNT, 0.9) for pk in ids if pk in rows]


def paired(user: User, customer: Customer) -> list[Likely]:
    """At most five customers of whom the look through all says that they may be this one, and nobody decided yet."""
    rows = DuplicatePair.objects.filter(Q(low=customer) | Q(high=customer), state=PairState.OPEN)
    told = {
        row.high_id if row.low_id == customer.pk else row.low_id: row
        for row in rows.order_by("-score")[: SHOWN * 2]
    }
    seen = Customer.objects.visible_to(user).active().in_bulk(list(told))
    return [Likely(seen[pk], row.reasons, row.score / 1000) for pk, row in told.items() if pk in seen][:SHOWN]


def _same_identity(phones: str, email: str) -> dict[int, int]:
    """{customer: reasons} of those who have one of these addresses."""
    values: list[str] = []
    for typed in split_phones(phones)[:5] if phones.strip() else []:
        try:
            values.append(parse_phone(typed, regions()).e164)
        except Unreadable:
            continue
    found: dict[int, int] = {}
    if wanted := [value for value in values if value]:
        rows = Identity.objects.filter(kind__in=("phone", "whatsapp"), value__in=wanted)
        for pk in rows.values_list("contact__customer_id", flat=True)[:20]:
            found[pk] = found.get(pk, 0) | why.PHONE
    try:
        address = clean_email(email) if email.strip() else ""
    except Unreadable:
        address = ""
    if address:
        same: Any = Identity.objects.filter(kind="email", value=address)
        for pk in same.values_list("contact__customer_id", flat=True)[:20]:
            found[pk] = found.get(pk, 0) | why.EMAIL
    return found
