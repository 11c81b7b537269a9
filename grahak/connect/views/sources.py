"""Where events come from: the list with what came today, a new source, its page with what to paste and the
check that waits for the first event."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.connect.web import actions, tally
from grahak.connect.web.forms import NewSourceForm, SourceForm
from grahak.connect.web.picture import days_of
from grahak.connect.web.snippets import snippets
from grahak.core import business
from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.models import Source


@needs("sources.edit")
@require_http_methods(["GET", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """The sources with their day; POST makes one and leads to what to paste."""
    form = NewSourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        source = actions.add_source(by=cast(User, request.user), **form.cleaned_data)
        say(request, _("The source is ready. Paste its line, and its first event shows here."))
        return redirect("connect:source", pk=source.pk)
    context = {"form": form, "rows": _rows()}
    return render(request, "connect/sources.html", context, status=422 if form.errors else 200)


def _rows() -> list[dict[str, Any]]:
    """Every source with its sums: those in use first."""
    found = tally.by_source()
    today = business.today()
    order = sorted(Source.objects.all(), key=lambda one: (one.ended_at is not None, one.name.casefold()))
    return [
        {"source": one, "tally": kept, "today": kept.of(today), "picture": days_of(kept, today)}
        for one, kept in ((one, found.get(one.pk) or tally.Tally()) for one in order)
    ]


@needs("sources.edit")
@require_http_methods(["GET", "POST"])
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """A source: what to paste, whether anything came yet, how its pages behave."""
    found = get_object_or_404(Source, pk=pk)
    form = SourceForm(request.POST or None, source=found)
    if request.method == "POST" and form.is_valid():
        actions.change_source(
            found, by=cast(User, request.user), name=form.cleaned_data["name"], options=form.options
        )
        say(request, _("Kept. Paste the line anew where it has changed."))
        return redirect("connect:source", pk=pk)
    context = {"source": found, "form": form, "snippets": snippets(found), **_arrivals(found)}
    return render(request, "connect/source.html", context, status=422 if form.errors else 200)


@needs("sources.edit")
@require_GET
def arrivals(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that waits for the first event; once one came it asks no more."""
    found = get_object_or_404(Source, pk=pk)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("connect:source", pk=pk)
    return render(request, "connect/_arrivals.html", {"source": found, **_arrivals(found)})


def _arrivals(source: Source) -> dict[str, Any]:
    kept = tally.by_source().get(source.pk) or tally.Tally()
    today = business.today()
    return {"tally": kept, "today": kept.of(today), "robots": kept.robots.get(today.isoformat(), 0)}


@needs("sources.edit")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    actions.end_source(get_object_or_404(Source, pk=pk), by=cast(User, request.user))
    say(request, _("Nothing comes in from it any more."), undo=reverse("connect:resume_source", args=[pk]))
    return redirect("connect:sources")


@needs("sources.edit")
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    actions.resume_source(get_object_or_404(Source, pk=pk), by=cast(User, request.user))
    say(request, _("Its events come in again."))
    return redirect("connect:source", pk=pk)
