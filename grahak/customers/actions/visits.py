"""Visits of customers as lines of the day book: one line a visit, told anew as it goes on, with what they looked
at, put into the basket and ordered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from grahak.core.bulk import pieces
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Event, EventType, Visit
from grahak.customers.text import one_line

READ: Final = 300  # events of a visit that its line is made from
NAMED: Final = 3
# Segment's words for what is told by name; everything else is counted
_DEEDS: Final = {
    "Product Viewed": "seen",
    "Product Added": "basket",
    "Products Searched": "searched",
    "Order Completed": "ordered",
    "Order Refunded": "refunded",
}


def tell_visits(visits: Iterable[int] = (), visitors: Iterable[int] = ()) -> int:
    """Tell these visits, and all visits of these visitors, on the pages of the customers they are known to be.
    Robots' are not told. Safe to repeat. Returns how many lines were written."""
    rows = Visit.objects.filter(visitor__customer__isnull=False, bot=False).select_related(
        "visitor", "source"
    )
    told = 0
    for ids in pieces(visits):
        told += sum(1 for visit in rows.filter(pk__in=ids) if _tell(visit))
    for ids in pieces(visitors):
        told += sum(1 for visit in rows.filter(visitor__in=ids).iterator(chunk_size=500) if _tell(visit))
    return told


def _tell(visit: Visit) -> bool:
    customer = visit.visitor.customer_id
    if customer is None:
        return False
    kind = "customers.visit.made" if visit.pages else "customers.visit.told"
    tell(
        customer, kind, group="web", at=visit.started_at, contact=visit.visitor.contact_id, subject="visit",
        subject_id=visit.pk, facts=_facts(visit), channel="web",
    )  # fmt: skip
    return True


def events_of(visit: Visit) -> Any:
    """The deeds of a visit in their order."""
    return Event.objects.filter(
        visitor=visit.visitor_id, bot=visit.bot, at__gte=visit.started_at, at__lte=visit.ended_at
    ).order_by("at", "pk")


def thing(subject: str, properties: Any) -> str:
    """What something was done to, as people call it: its name, else its number."""
    told = properties if isinstance(properties, dict) else {}
    for name in ("name", "query", "order_id", "title"):
        if isinstance(told.get(name), str | int) and str(told[name]).strip():
            return one_line(told[name])[:80]
    return one_line(subject)[:80]


def _facts(visit: Visit) -> dict[str, Any]:
    """What the line says: {"pages": 12, "seen": ["Georgette", …], "seen_more": 4, …}."""
    found: dict[str, list[str]] = {}
    others = 0
    rows = events_of(visit).filter(type=EventType.TRACK).values_list("name", "subject", "properties")
    for name, subject, properties in rows[:READ]:
        deed = _DEEDS.get(name)
        if deed is None:
            others += 1
        elif (what := thing(subject, properties)) and what not in found.setdefault(deed, []):
            found[deed].append(what)
    facts: dict[str, Any] = {"pages": visit.pages, "device": visit.device, "from": visit.utm_source}
    for deed, things in found.items():
        facts[deed] = things[:NAMED]
        if len(things) > NAMED:
            facts[f"{deed}_more"] = len(things) - NAMED
    if others:
        facts["others"] = others
    return {name: value for name, value in facts.items() if value}
