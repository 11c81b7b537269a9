"""Visits of customers as lines of the day book: one line a visit, told anew as it goes on, with what they looked
at, put into the basket and ordered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q

from grahak.core.bulk import pieces
from grahak.customers.actions.timeline import tell
from grahak.customers.models import Activity, Event, EventType, Visit
from grahak.customers.text import one_line

GAP: Final = dt.timedelta(minutes=30)  # of one visit, and of one sitting
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
    sitting = together(visit)
    first, ids = sitting[0], [one.pk for one in sitting]
    if len(ids) > 1:
        Activity.objects.filter(subject="visit", subject_id__in=ids[1:]).delete()
    kind = "customers.visit.made" if any(one.pages for one in sitting) else "customers.visit.told"
    Activity.objects.filter(subject="visit", subject_id=first.pk).exclude(kind=kind).delete()
    tell(
        customer, kind, group="web", at=first.started_at, contact=first.visitor.contact_id, subject="visit",
        subject_id=first.pk, facts=_facts(sitting), channel="web",
    )  # fmt: skip
    return True


def together(visit: Visit) -> list[Visit]:
    """The visits that a person sees as one: somebody who logs in goes on as an account, and what the browser and
    the account did with no gap of over 30 minutes is one sitting. In the order of time, VISIT among them."""
    own = visit.visitor
    account = own.user_id if own.kind == "a" else own.pk
    if own.customer_id is None or account is None:
        return [visit]
    family = Q(visitor=account) | Q(visitor__user=account)
    rows = Visit.objects.filter(family, visitor__customer=own.customer_id, bot=False)
    start, end = visit.started_at, visit.ended_at
    for _turn in range(20):
        found = list(
            rows.filter(started_at__lte=end + GAP, ended_at__gte=start - GAP)
            .select_related("visitor")
            .order_by("started_at", "pk")
        )
        if not found:
            return [visit]
        reach = min(one.started_at for one in found), max(one.ended_at for one in found)
        if reach == (start, end):
            break
        start, end = reach
    return found


def events_of(visits: list[Visit]) -> Any:
    """What was done in a sitting, in its order."""
    wanted = Q()
    for one in visits:
        wanted |= Q(visitor=one.visitor_id, bot=one.bot, at__gte=one.started_at, at__lte=one.ended_at)
    return Event.objects.filter(wanted).order_by("at", "pk")


def thing(subject: str, properties: Any) -> str:
    """What something was done to, as people call it: its name, else its number."""
    told = properties if isinstance(properties, dict) else {}
    for name in ("name", "query", "order_id", "title"):
        if isinstance(told.get(name), str | int) and str(told[name]).strip():
            return one_line(told[name])[:80]
    return one_line(subject)[:80]


def _facts(sitting: list[Visit]) -> dict[str, Any]:
    """What the line says: {"pages": 12, "seen": ["Georgette", …], "seen_more": 4, …}."""
    found: dict[str, list[str]] = {}
    others = 0
    rows = events_of(sitting).filter(type=EventType.TRACK).values_list("name", "subject", "properties")
    for name, subject, properties in rows[:READ]:
        deed = _DEEDS.get(name)
        if deed is None:
            others += 1
        elif (what := thing(subject, properties)) and what not in found.setdefault(deed, []):
            found[deed].append(what)
    facts: dict[str, Any] = {
        "pages": sum(one.pages for one in sitting),
        "device": next((one.device for one in sitting if one.device), ""),
        "from": next((one.utm_source for one in sitting if one.utm_source), ""),
    }
    for deed, things in found.items():
        facts[deed] = things[:NAMED]
        if len(things) > NAMED:
            facts[f"{deed}_more"] = len(things) - NAMED
    if others:
        facts["others"] = others
    return {name: value for name, value in facts.items() if value}
