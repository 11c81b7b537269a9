"""Pairs of customers who may be the same, worked through one by one: merge, or say that they are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from grahak.core.access import needs
from grahak.core.keyset import page_of
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.duplicates import pairs, reasons, run
from grahak.customers.models import Customer, DuplicatePair, Identity, Merge, PairState
from grahak.customers.phones import shown_phone
from grahak.customers.views.parts import LARGEST

SIZE = 30
COUNTED = 1000  # more pairs than this are told as "1,000+"


@dataclass(frozen=True)
class Side:
    """One of the two as the list shows it."""

    customer: Customer
    reach: list[str]


@dataclass(frozen=True)
class Line:
    """A pair with both sides and the words for its reasons."""

    row: DuplicatePair
    sides: tuple[Side, Side]
    why: list[Any]

    @property
    def percent(self) -> int:
        return min(99, round(self.row.score / 10))


def lines_of(rows: list[DuplicatePair]) -> list[Line]:
    """Pairs ready to be shown; one question for the addresses of all."""
    ids = {pk for row in rows for pk in (row.low_id, row.high_id)}
    reach: dict[int, list[str]] = {}
    found = Identity.objects.filter(contact__customer__in=ids).order_by("pk")
    for pk, kind, value, shown in found.values_list("contact__customer_id", "kind", "value", "shown"):
        text = shown_phone(value, shown) if kind in ("phone", "whatsapp") else shown or value
        if kind != "web" and text not in reach.setdefault(pk, []):
            reach[pk].append(text)
    return [
        Line(
            row,
            (Side(row.low, reach.get(row.low_id, [])[:3]), Side(row.high, reach.get(row.high_id, [])[:3])),
            reasons.words(row.reasons),
        )
        for row in rows
    ]


@require_GET
@needs("customers.merge")
def duplicates(request: HttpRequest) -> HttpResponse:
    """The list: pairs to be looked at (?why=1 for those with the same phone), ?state=different, ?state=merged."""
    user: Any = request.user
    state = request.GET.get("state", "open")
    if state == "merged":
        return _merges(request, user)
    why = request.GET.get("why", "")
    reason = int(why) if why.isascii() and why.isdecimal() and len(why) < 4 else 0
    rows = pairs.waiting(user)
    order = ("-score", "-pk")
    if state == "different":
        rows, order = pairs.visible_to(user).filter(state=PairState.DIFFERENT), ("-decided_at", "-pk")
    if reason in reasons.FILTERS:
        rows = pairs.for_reason(rows, reason)
    batch = request.GET.get("batch", "")
    if batch.isascii() and batch.isdecimal() and len(batch) < 19:
        rows = pairs.of_batch(rows, int(batch))
    page = page_of(
        rows.select_related("low__branch", "high__branch", "decided_by"), order,
        after=request.GET.get("after", ""), before=request.GET.get("before", ""), size=SIZE,
    )  # fmt: skip
    context = {
        "lines": lines_of(page.rows),
        "page": page,
        "state": "different" if state == "different" else "open",
        "why": reason,
        "filters": [(bit, reasons.WORDS[bit]) for bit in reasons.FILTERS],
        "many": _many(pairs.waiting(user)),
        "progress": run.progress(),
    }
    return render(request, "customers/duplicates.html", context)


def _many(rows: QuerySet[DuplicatePair]) -> int:
    """How many pairs wait, counted up to COUNTED + 1."""
    return int(rows.order_by()[: COUNTED + 1].count())


def merges_visible_to(user: User) -> QuerySet[Merge]:
    """Merges both of whose customers this person may see."""
    seen = Customer.objects.visible_to(user)
    return Merge.objects.filter(kept__in=seen, gone__in=seen)


def _merges(request: HttpRequest, user: User) -> HttpResponse:
    rows = merges_visible_to(user).select_related("kept", "gone", "by", "undone_by")
    page = page_of(
        rows,
        ("-at", "-pk"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=SIZE,
    )
    context = {
        "merges": page.rows, "page": page, "state": "merged", "many": _many(pairs.waiting(user)),
        "progress": run.progress(),
    }  # fmt: skip
    return render(request, "customers/duplicates.html", context)


def _pair_for(request: HttpRequest, pk: int) -> DuplicatePair:
    user: Any = request.user
    found = (
        pairs.visible_to(user).filter(pk=pk).select_related("low", "high").first() if pk <= LARGEST else None
    )
    if found is None:
        raise Http404
    return found


def back(request: HttpRequest, fallback: str) -> str:
    """Where the form says that it stood, if that is here; else FALLBACK."""
    there = request.POST.get("back", "")
    here = url_has_allowed_host_and_scheme(there, allowed_hosts=None)
    return there if here and there.startswith("/") else fallback


@require_POST
@needs("customers.merge")
def different(request: HttpRequest, pk: int) -> HttpResponse:
    """They are not the same."""
    found = _pair_for(request, pk)
    pairs.not_the_same(found.low, found.high, by=request.user)  # type: ignore[arg-type]
    say(
        request,
        _("“%(one)s” and “%(other)s” are kept apart.") % {"one": found.low.name, "other": found.high.name},
        undo=reverse("customers:pair_again", args=[pk]),
    )
    return redirect(back(request, reverse("customers:duplicates")))


@require_POST
@needs("customers.merge")
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """It is to be looked at again whether they are the same."""
    found = _pair_for(request, pk)
    if pairs.look_again(found, by=request.user):  # type: ignore[arg-type]
        say(request, _("The pair is back in the list."))
    return redirect(back(request, reverse("customers:duplicates")))


@require_POST
@needs("customers.merge")
def look(request: HttpRequest) -> HttpResponse:
    """Look through all customers now."""
    from grahak.core import audit
    from grahak.customers.jobs import look_soon

    if look_soon(whole=True):
        audit.record("customers.duplicates.asked", by=request.user)  # type: ignore[arg-type]
        say(request, _("All customers are being looked through in the background."), tone="wait")
    else:
        say(request, _("They are being looked through already."), tone="wait")
    return redirect("customers:duplicates")
