"""What a customer did on the web: one visit with its events, and the panel of their page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from grahak.core.access import needs, scope_of
from grahak.customers.actions.visits import events_of, thing, together
from grahak.customers.duplicates import ALIKE_KIND, noted, paired
from grahak.customers.extras import ask, has
from grahak.customers.models import Activity, Customer, DuplicatePair, Event, EventType, Visit, Visitor
from grahak.customers.views.parts import LARGEST, customer_for, wants
from grahak.customers.visit_words import DEVICES, called

MOST_EVENTS = 300
MERGED_KIND = "customers.customer.merged"
LOOKED_AT = 60  # the newest deeds that the panel is made from
SHOWN = 4
_OF_ITEMS = ("Product Viewed", "Product Added", "Product Removed", "Order Completed")
_OTHER = """customer_id = %s AND "group" = 'other' AND kind = '{}'"""

ask("web", Activity, """customer_id = %s AND "group" = 'web'""")
ask("alike", Activity, _OTHER.format(ALIKE_KIND))
ask("merged", Activity, _OTHER.format(MERGED_KIND))
ask("pair", DuplicatePair, "state = 'open' AND (low_id = %s OR high_id = %s)")


@dataclass(frozen=True)
class Deed:
    """An event as it is read."""

    event: Event
    what: str
    to: str


def deeds_of(visits: list[Visit]) -> list[Deed]:
    """The first 300 events of a sitting in words."""
    rows = events_of(visits).exclude(type__in=(EventType.GROUP, EventType.ALIAS))
    names = {
        EventType.PAGE: "Page Viewed",
        EventType.SCREEN: "Screen Viewed",
        EventType.IDENTIFY: "Signed In",
    }
    return [
        Deed(row, called(names.get(EventType(row.type), row.name)), _to(row))
        for row in rows[: MOST_EVENTS + 1]
    ]


def _to(event: Event) -> str:
    if event.type == EventType.PAGE:
        return event.subject
    return thing(event.subject, event.properties)


@require_GET
@needs("customers.view")
def visit(request: HttpRequest, pk: int, visit: int) -> HttpResponse:
    """One visit with all that was done in it; the list alone when the day book unfolds it."""
    customer = customer_for(request, pk, "customers.view")
    if visit > LARGEST:
        raise Http404
    found = (
        Visit.objects.filter(pk=visit, visitor__customer=customer).select_related("source", "visitor").first()
    )
    if found is None:
        raise Http404
    sitting = together(found)
    deeds = deeds_of(sitting)
    context = {
        "customer": customer,
        "visit": found,
        "ended_at": max(one.ended_at for one in sitting),
        "started_at": sitting[0].started_at,
        "pages": sum(one.pages for one in sitting),
        "deeds": deeds[:MOST_EVENTS],
        "more": len(deeds) > MOST_EVENTS,
        "device": DEVICES.get(found.device, ""),
    }
    inside = wants(request, f"visit-{found.pk}")
    return render(request, "customers/_visit.html" if inside else "customers/visit.html", context)


def panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """When they were last on the web shop, what they looked at, what still lies in the basket. None for a
    customer whom no visitor is known to be."""
    if not has(customer, "web"):
        return None
    visitors = list(Visitor.objects.filter(customer=customer).values_list("pk", flat=True)[:200])
    visits = Visit.objects.filter(visitor__in=visitors, bot=False)
    sums = visits.aggregate(pages=Sum("pages"), last=Max("ended_at"))
    newest = visits.order_by("-started_at").first()
    events = Event.objects.filter(visitor__in=visitors, type=EventType.TRACK, name__in=_OF_ITEMS, bot=False)
    rows = list(events.order_by("-at", "-pk").values_list("name", "subject", "properties")[:LOOKED_AT])
    seen = Counter(thing(subject, told) for name, subject, told in rows if name == "Product Viewed")
    seen.pop("", None)
    return {
        **sums,
        "many": customer.activities.filter(group="web").count(),
        "device": DEVICES.get(newest.device, "") if newest else "",
        "newest": newest,
        "seen": seen.most_common(SHOWN),
        "basket": basket(rows)[:SHOWN],
    }


def basket(newest_first: list[tuple[str, str, Any]]) -> list[str]:
    """What was put into the basket since the last order and not taken out again."""
    inside: dict[str, str] = {}
    out: set[str] = set()
    for name, subject, told in newest_first:
        what = thing(subject, told)
        if name == "Order Completed":
            break
        if name == "Product Removed":
            out.add(what)
        elif name == "Product Added" and what and what not in out:
            inside.setdefault(what, what)
    return list(inside)


def alike_panel(customer: Customer, request: Any) -> dict[str, Any] | None:
    """Who may be the same customer, by what came from the web shop and by the look through all customers, and who
    became part of this one. None where nobody is."""
    user = request.user
    found = noted(user, customer) if has(customer, "alike") else []
    if has(customer, "pair"):
        known = {one.customer.pk for one in found}
        found += [one for one in paired(user, customer) if one.customer.pk not in known]
    merges = (
        list(customer.merges.filter(undone_at=None).select_related("gone")[:10])
        if has(customer, "merged")
        else []
    )
    may = scope_of(user, "customers.merge") is not None
    return {"alike": found, "merges": merges, "may_merge": may} if found or merges else None
