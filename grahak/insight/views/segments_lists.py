"""Lists kept by hand: made from what is ticked in a list of customers, pasted into, taken out of."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.money import figure
from grahak.core.refusals import Conflict
from grahak.core.toasts import say
from grahak.customers.listing.page import count_capped
from grahak.customers.listing.question import read
from grahak.customers.models import Customer
from grahak.customers.selection import Selection, selected
from grahak.customers.views.parts import LARGEST, sentences
from grahak.insight.models import Movement, Segment, SegmentKind
from grahak.insight.segments import actions
from grahak.insight.views.segments_finding import Found, find_pasted
from grahak.insight.views.segments_parts import segment_or_404

SHOWN: Final = 200


def customers_words(number: int) -> str:
    return ngettext("%(n)s customer", "%(n)s customers", number) % {"n": figure(number)}


def hand_lists() -> Any:
    """The lists kept by hand that are in use."""
    return Segment.objects.active().filter(kind=SegmentKind.STATIC)


@require_http_methods(["GET", "POST"])
@needs("segments.edit")
def new_list(request: HttpRequest) -> HttpResponse:
    """A new list kept by hand, with what was pasted."""
    context: dict[str, Any] = {"name": "", "note": "", "pasted": ""}
    if request.method == "POST":
        name, note = request.POST.get("name", ""), request.POST.get("note", "")
        user: Any = request.user
        try:
            made = actions.create(name=name, note=note, kind=SegmentKind.STATIC, by=user)
        except ValidationError as error:
            context |= {"name": name, "note": note, "pasted": request.POST.get("pasted", "")}
            return render(
                request, "insight/segments/new_list.html", context | {"problem": sentences(error)}, status=422
            )
        if request.POST.get("pasted", "").strip():
            return _pasted(request, made)
        say(request, _("The list “%(name)s” is made.") % {"name": made.name})
        return redirect("segments:segment", pk=made.pk)
    return render(request, "insight/segments/new_list.html", context)


@require_http_methods(["GET", "POST"])
@needs("segments.edit")
def paste(request: HttpRequest, pk: int) -> HttpResponse:
    """Put those into a list whose phones, e-mails or numbers are pasted; what was not found is shown."""
    found = segment_or_404(pk, kind=SegmentKind.STATIC, archived_at=None)
    if request.method == "POST":
        return _pasted(request, found)
    return render(request, "insight/segments/paste.html", {"segment": found, "pasted": ""})


def _pasted(request: HttpRequest, segment: Segment) -> HttpResponse:
    user: Any = request.user
    found = find_pasted(user, request.POST.get("pasted", ""))
    added = actions.add_to_static(segment, found.ids, by=user) if found.ids else 0
    if not found.not_found and not found.several and found.ids:
        say(request, _put_words(segment, added, len(found.ids)))
        return redirect("segments:segment", pk=segment.pk)
    several = _named(found)
    context = {
        "segment": segment,
        "found": found,
        "added": added,
        "there": len(found.ids) - added,
        "not_found": found.not_found[:SHOWN],
        "several": several,
        "more": max(0, len(found.not_found) - SHOWN),
    }
    return render(request, "insight/segments/pasted.html", context, status=200 if found.ids else 422)


def _named(found: Found) -> list[tuple[str, list[Customer]]]:
    shown = found.several[:SHOWN]
    rows = Customer.objects.in_bulk({pk for _entry, ids in shown for pk in ids})
    return [(entry, [rows[pk] for pk in ids if pk in rows]) for entry, ids in shown]


def _put_words(segment: Segment, added: int, asked: int) -> str:
    if added < asked:
        return _("%(customers)s put into “%(name)s”; the others were in it already.") % {
            "customers": customers_words(added),
            "name": segment.name,
        }
    return _("%(customers)s put into “%(name)s”.") % {
        "customers": customers_words(added),
        "name": segment.name,
    }


@require_POST
@needs("segments.edit")
def put(request: HttpRequest) -> HttpResponse:
    """Put the ticked customers into a list kept by hand: asks which one, or for the name of a new one."""
    chosen = selected(request)
    into, name = request.POST.get("into", ""), request.POST.get("name", "").strip()
    if "into" not in request.POST:
        return _ask(request, chosen)
    user: Any = request.user
    if into == "new":
        try:
            segment = actions.create(name=name, kind=SegmentKind.STATIC, by=user)
        except ValidationError as error:
            return _ask(request, chosen, problem=sentences(error), name=name, status=422)
    else:
        number = int(into) if into.isascii() and into.isdecimal() and int(into) <= LARGEST else 0
        segment = hand_lists().filter(pk=number).first()
        if segment is None:
            raise Http404
    ids = [pk for part in chosen.parts(user) for pk in part]
    added = actions.add_to_static(segment, ids, by=user) if ids else 0
    undo = ""
    if added and into != "new":
        last = Movement.objects.filter(segment=segment).order_by("-at", "-id").first()
        undo = reverse("segments:take_back", args=[segment.pk, _micro(last.at)]) if last else ""
    say(request, _put_words(segment, added, len(ids)), undo=undo)
    return redirect("segments:segment", pk=segment.pk)


def _ask(
    request: HttpRequest, chosen: Selection, *, problem: str = "", name: str = "", status: int = 200
) -> HttpResponse:
    hidden = [("query", request.POST.get("query", "")[:4000])]
    hidden += [("all", "1")] if chosen.query is not None else [("ids", str(pk)) for pk in chosen.ids]
    counted: int | None = len(chosen.ids)
    if chosen.query is not None:
        counted = count_capped(read(chosen.query, request.user), request.user)  # type: ignore[arg-type]
    words = _("all customers of this list") if counted is None else customers_words(counted)
    context = {"hidden": hidden, "words": words, "lists": hand_lists(), "problem": problem, "name": name}
    return render(request, "insight/segments/put.html", context, status=status)


@require_POST
@needs("segments.edit")
def take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the ticked customers out of a list kept by hand."""
    found = segment_or_404(pk, kind=SegmentKind.STATIC, archived_at=None)
    user: Any = request.user
    ids = [one for part in selected(request).parts(user) for one in part]
    gone = actions.remove_from_static(found, ids, by=user) if ids else 0
    undo = ""
    if gone:
        last = Movement.objects.filter(segment=found).order_by("-at", "-id").first()
        undo = reverse("segments:take_back", args=[pk, _micro(last.at)]) if last else ""
    say(
        request,
        _("%(customers)s taken out of “%(name)s”.")
        % {"customers": customers_words(gone), "name": found.name},
        undo=undo,
    )
    return redirect("segments:segment", pk=pk)


@require_POST
@needs("segments.edit")
def take_back(request: HttpRequest, pk: int, micro: int) -> HttpResponse:
    """Undo what was put in or taken out at one moment (microseconds since 1970), where it still is so."""
    found = segment_or_404(pk, kind=SegmentKind.STATIC)
    if not 0 < micro < 10**16:
        raise Http404
    at = dt.datetime.fromtimestamp(micro // 10**6, dt.UTC).replace(microsecond=micro % 10**6)
    moved = list(Movement.objects.filter(segment=found, at=at).values_list("customer_id", "entered"))
    if not moved:
        raise Http404
    user: Any = request.user
    back = 0
    try:
        with transaction.atomic():
            came, left = (
                [pk for pk, entered in moved if entered],
                [pk for pk, entered in moved if not entered],
            )
            back += actions.remove_from_static(found, came, by=user) if came else 0
            back += actions.add_to_static(found, left, by=user) if left else 0
    except Conflict as refusal:
        say(request, str(refusal), tone="wrong")
    else:
        say(request, _("Taken back: %(customers)s.") % {"customers": customers_words(back)})
    return redirect("segments:segment", pk=pk)


def _micro(at: dt.datetime) -> int:
    return int(at.timestamp()) * 10**6 + at.microsecond
