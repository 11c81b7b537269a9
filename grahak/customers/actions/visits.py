"""Visits of customers as lines of the day book: one line a visit, told anew as it goes on, with what they looked
at, put into the basket and ordered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q

from grahak.core.bulk import pieces
from grahak.customers.models import Activity, Event, EventType, Visit
from grahak.customers.text import one_line

GAP: Final = dt.timedelta(minutes=30)  # of one visit, and of one sitting
_AROUND: Final = dt.timedelta(days=1)  # a sitting is not followed further
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
    Robots' are not told. Safe to repeat. Returns how many lines there are for them."""
    rows = Visit.objects.filter(visitor__customer__isnull=False, bot=False).select_related("visitor")
    told: set[int] = set()
    for ids in pieces(visits):
        told |= _tell(list(rows.filter(pk__in=ids)))
    for ids in pieces(visitors):
        for some in pieces(rows.filter(visitor__in=ids).iterator(chunk_size=500)):
            told |= _tell(some)
    return len(told)


def _tell(visits: list[Visit]) -> set[int]:
    """Write the lines of these visits' sittings. Returns the numbers of the visits that the lines stand for."""
    sittings: dict[int, list[Visit]] = {}
    families = _families(visits)
    for visit in visits:
        sitting = _sitting(visit, families)
        sittings[sitting[0].pk] = sitting
    lines: dict[int, list[Activity]] = {}
    for ids in pieces({one.pk for sitting in sittings.values() for one in sitting}):
        for line in Activity.objects.filter(subject="visit", subject_id__in=ids):
            lines.setdefault(line.subject_id or 0, []).append(line)
    fresh, gone = [], [line.pk for pk, found in lines.items() if pk not in sittings for line in found]
    for pk, sitting in sittings.items():
        line, *others = lines.get(pk) or [Activity(subject="visit", subject_id=pk)]
        gone += [one.pk for one in others]
        if _worded(line, sitting):
            fresh.append(line)
    for ids in pieces(gone):
        Activity.objects.filter(pk__in=ids).delete()
    Activity.objects.bulk_create([line for line in fresh if line.pk is None], batch_size=200)
    for line in fresh:
        if not line._state.adding:
            line.save()
    return set(sittings)


def _worded(line: Activity, sitting: list[Visit]) -> bool:
    """Make the line say what the sitting was; False where it does already."""
    first = sitting[0]
    values: dict[str, Any] = {
        "customer_id": first.visitor.customer_id,
        "contact_id": first.visitor.contact_id,
        "kind": "customers.visit.made" if any(one.pages for one in sitting) else "customers.visit.told",
        "group": "web",
        "channel": "web",
        "at": first.started_at,
        "facts": _facts(sitting),
    }
    if line.pk is not None and all(getattr(line, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(line, name, value)
    return True


def _account_of(visit: Visit) -> int | None:
    return visit.visitor.user_id if visit.visitor.kind == "a" else visit.visitor_id


def _families(visits: list[Visit]) -> dict[int, list[Visit]]:
    """By account, the visits of it and its browsers within a day around VISITS, in the order of time."""
    found: dict[int, list[Visit]] = {}
    if not visits:
        return found
    start = min(visit.started_at for visit in visits) - _AROUND
    end = max(visit.ended_at for visit in visits) + _AROUND
    near = Visit.objects.filter(bot=False, started_at__lte=end, ended_at__gte=start).select_related("visitor")
    for ids in pieces({account for visit in visits if (account := _account_of(visit))}, 400):
        for kin in (Q(visitor__in=ids), Q(visitor__user__in=ids)):
            for visit in near.filter(kin):
                if (account := _account_of(visit)) in ids:
                    found.setdefault(account or 0, []).append(visit)
    return {
        account: sorted(set(mine), key=lambda one: (one.started_at, one.pk))
        for account, mine in found.items()
    }


def _sitting(visit: Visit, families: dict[int, list[Visit]]) -> list[Visit]:
    """The visits that a person sees as one with VISIT."""
    kin = [
        one
        for one in families.get(_account_of(visit) or 0, [])
        if one.visitor.customer_id == visit.visitor.customer_id
    ]
    found: list[Visit] = []
    end = None
    for one in kin:
        if end is None or one.started_at - end > GAP:
            if visit in found:
                break
            found, end = [], None
        found.append(one)
        end = one.ended_at if end is None else max(end, one.ended_at)
    return found if visit in found else [visit]


def together(visit: Visit) -> list[Visit]:
    """The visits that a person sees as one: somebody who logs in goes on as an account, and what the browser and
    the account did with no gap of over 30 minutes is one sitting. In the order of time, VISIT among them."""
    return _sitting(visit, _families([visit]))


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
