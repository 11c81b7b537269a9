"""Saved views: kept, renamed, shared, deleted; and the counts beside their tabs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.listing.question import read, views_of
from grahak.customers.listing.tabs import count_views, forget_opening, marked, view_name
from grahak.customers.models import SavedView
from grahak.customers.views.listing import COLUMNS, back_to_list
from grahak.customers.views.parts import LARGEST, sentences


def _asked(request: HttpRequest) -> str:
    """The list a form was posted from, without its view: what is to be saved."""
    question = read(request.POST.get("query", "")[:4000], request.user)  # type: ignore[arg-type]
    kept = question.columns or tuple(request.session.get(COLUMNS) or ())
    if question.problems:
        raise ValidationError(_("This list’s address is broken: open the list anew."))
    return question.query(view=None, cols=",".join(kept) or None)


def _for_whom(request: HttpRequest) -> dict[str, Any]:
    """Whom a form shares a view with: "team" one's own team, anything else that is there all colleagues."""
    said = request.POST.get("shared", "")
    team = request.user.team if said == "team" else None  # type: ignore[union-attr]
    return {"is_shared": bool(said) and said != "team", "team": team}


def _seen(request: HttpRequest, pk: int) -> SavedView:
    """A view that this person may use."""
    found = views_of(request.user).filter(pk=pk).first() if pk <= LARGEST else None  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


def _own(request: HttpRequest, pk: int) -> SavedView:
    """A view this person may change: their own, or a shared one if they run the shop."""
    runs = scope_of(request.user, "settings.edit") is not None
    shared = Q(is_shared=True) | Q(team__isnull=False)
    rows = SavedView.objects.filter(Q(by=request.user) | shared if runs else Q(by=request.user))
    found = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


@require_POST
@needs("customers.view")
def save(request: HttpRequest) -> HttpResponse:
    """Keep this list under a name."""
    try:
        made = actions.save_view(
            by=request.user,  # type: ignore[arg-type]
            name=request.POST.get("name", ""),
            query=_asked(request),
            **_for_whom(request),
        )
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
        return back_to_list(request)
    say(request, _("The view “%(name)s” is saved.") % {"name": made.name})
    return redirect(f"{reverse('customers:list')}?view={made.pk}")


@require_http_methods(["GET", "POST"])
@needs("customers.view")
def view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or share a view, or keep in it what the list shows now."""
    found = _own(request, pk)
    if request.method == "POST":
        try:
            if "keep" in request.POST:
                actions.edit_view(found, by=request.user, query=_asked(request))  # type: ignore[arg-type]
            else:
                name = request.POST.get("name", "")
                actions.edit_view(found, by=request.user, name=name, **_for_whom(request))  # type: ignore[arg-type]
            say(request, _("Saved."))
        except ValidationError as error:
            say(request, sentences(error), tone="wrong")
        return redirect(f"{reverse('customers:list')}?view={found.pk}")
    return render(request, "customers/view.html", {"view": found, "name": view_name(found)})


@require_POST
@needs("customers.view")
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The same once more, as one's own."""
    try:
        made = actions.copy_view(_seen(request, pk), by=request.user)  # type: ignore[arg-type]
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
        return redirect(f"{reverse('customers:list')}?view={pk}")
    say(request, _("The view “%(name)s” is saved.") % {"name": made.name})
    return redirect("customers:view", made.pk)


@require_POST
@needs("customers.view")
def mark(request: HttpRequest, pk: int) -> HttpResponse:
    """Pin a view, put it out of one's sight, or let the list open with it; "0" takes that back."""
    found = _seen(request, pk)
    said = {name: request.POST[name] == "1" for name in ("pinned", "hidden", "opens") if name in request.POST}
    actions.mark_view(found, by=request.user, **said)  # type: ignore[arg-type]
    forget_opening(request.user)  # type: ignore[arg-type]
    say(request, _("Saved."))
    return redirect("customers:list" if said.get("hidden") else f"{reverse('customers:list')}?view={pk}")


@require_GET
@needs("customers.view")
def views(request: HttpRequest) -> HttpResponse:
    """All views this person may use, with what they do with each."""
    found = [(view, view_name(view)) for view in marked(request.user)]  # type: ignore[arg-type]
    return render(request, "customers/views.html", {"views": found})


@require_POST
@needs("customers.view")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = _own(request, pk)
    name = view_name(found)
    actions.remove_view(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("The view “%(name)s” is deleted.") % {"name": name})
    return redirect("customers:list")


@require_GET
@needs("customers.view")
def counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the tabs, at most a minute old."""
    return render(request, "customers/_counts.html", {"counts": count_views(request.user)})  # type: ignore[arg-type]
