"""Saved views: kept, renamed, shared, deleted; and the counts beside their tabs."""

from __future__ import annotations

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
from grahak.customers.listing.question import read
from grahak.customers.listing.tabs import count_views, view_name
from grahak.customers.models import SavedView
from grahak.customers.views.listing import back_to_list
from grahak.customers.views.parts import LARGEST, sentences


def _asked(request: HttpRequest) -> str:
    """The list a form was posted from, without its view: what is to be saved."""
    question = read(request.POST.get("query", "")[:4000], request.user)  # type: ignore[arg-type]
    if question.problems:
        raise ValidationError(_("This list’s address is broken: open the list anew."))
    return question.query(view=None)


def _own(request: HttpRequest, pk: int) -> SavedView:
    """A view this person may change: their own, or a shared one if they run the shop."""
    runs = scope_of(request.user, "settings.edit") is not None
    rows = SavedView.objects.filter(Q(by=request.user) | Q(is_shared=True) if runs else Q(by=request.user))
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
            is_shared="shared" in request.POST,
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
                name, shared = request.POST.get("name", ""), "shared" in request.POST
                actions.edit_view(found, by=request.user, name=name, is_shared=shared)  # type: ignore[arg-type]
            say(request, _("Saved."))
        except ValidationError as error:
            say(request, sentences(error), tone="wrong")
        return redirect(f"{reverse('customers:list')}?view={found.pk}")
    return render(request, "customers/view.html", {"view": found, "name": view_name(found)})


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
