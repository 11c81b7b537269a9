"""Who may be the same customer: the same phone or address, or a name that sounds alike. Proposed, never
merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from grahak.core.models import User
from grahak.core.names import similarity
from grahak.core.parsing import Unreadable, clean_email, parse_phone, split_phones
from grahak.customers.actions.contacts import regions
from grahak.customers.models import Customer, Identity
from grahak.customers.search.names import candidates

SHOWN = 5
ALIKE = 0.76  # a name alone at or above this goes to the review list (anchors of the trade, §A rule 5)
_LOOKED_AT = 60
ALIKE_KIND = "customers.customer.alike"  # the line of the day book that says so


@dataclass(frozen=True)
class Likely:
    """A customer who may be the one being typed in, and why."""

    customer: Customer
    reason: Any
    score: float


def likely(
    user: User, name: str = "", phones: str = "", email: str = "", but: int | None = None
) -> list[Likely]:
    """At most five customers this person may see who may be the same, the surest first."""
    found: dict[int, tuple[float, Any]] = {}
    for pk in _same_identity(phones, email):
        found[pk] = (2.0, _("same phone or e-mail"))
    typed = name.strip()
    if len(typed) >= 3:
        maybe = candidates(user, typed[:100], _LOOKED_AT)
        for pk, told, other in Customer.objects.filter(pk__in=maybe).values_list("pk", "name", "other_names"):
            score = max(similarity(typed, one, typing=False) for one in (told, *(other or {}).values()))
            if score >= ALIKE and pk not in found:
                found[pk] = (score, _("name sounds alike"))
    found.pop(but or 0, None)
    best = sorted(found, key=lambda pk: -found[pk][0])[: SHOWN * 4]
    rows = Customer.objects.visible_to(user).active().in_bulk(best)
    return [Likely(rows[pk], found[pk][1], found[pk][0]) for pk in best if pk in rows][:SHOWN]


def noted(user: User, customer: Customer) -> list[Likely]:
    """At most five customers of whom the web shop's accounts say that they may be this one."""
    lines = customer.activities.filter(group="other", kind=ALIKE_KIND).order_by("-at", "-pk")
    told = [line.get("other") for line in lines.values_list("facts", flat=True)[:SHOWN]]
    ids = [pk for pk in dict.fromkeys(told) if isinstance(pk, int)]
    rows = Customer.objects.visible_to(user).active().in_bulk(ids) if ids else {}
    return [Likely(rows[pk], _("same e-mail or account on the web shop"), 2.0) for pk in ids if pk in rows]


def _same_identity(phones: str, email: str) -> list[int]:
    values: list[str] = []
    for typed in split_phones(phones)[:5] if phones.strip() else []:
        try:
            values.append(parse_phone(typed, regions()).e164)
        except Unreadable:
            continue
    known = Identity.objects.none()
    if wanted := [value for value in values if value]:
        known = known | Identity.objects.filter(kind__in=("phone", "whatsapp"), value__in=wanted)
    ids = list(known.values_list("contact__customer_id", flat=True)[:20])
    try:
        address = clean_email(email) if email.strip() else ""
    except Unreadable:
        address = ""
    if address:
        same = Identity.objects.filter(kind="email", value=address)
        ids += same.values_list("contact__customer_id", flat=True)[:20]
    return list(dict.fromkeys(ids))
