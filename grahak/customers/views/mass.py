"""What is done to the chosen customers of a list. A first form asks for what it needs and carries the choice
along; up to a few thousand are done at once, more in the background; each can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from grahak.core.access import needs, scoped
from grahak.core.models import Batch, User
from grahak.core.money import figure
from grahak.core.toasts import say
from grahak.customers import actions
from grahak.customers.jobs import change_many
from grahak.customers.listing.filters import people_choices
from grahak.customers.models import Customer, Tag
from grahak.customers.selection import Selection, selected
from grahak.customers.views.listing import back_to_list
from grahak.customers.views.parts import LARGEST, sentences

AT_ONCE: Final = 5000


def _ids(request: HttpRequest, chosen: Selection, action: str) -> list[int] | None:
    """The chosen customers this person may change, in the list's order; None if they are more than
    AT_ONCE."""
    ids: list[int] = []
    for part in chosen.parts(request.user):  # type: ignore[arg-type]
        may = scoped(Customer.objects.filter(pk__in=part), request.user, action)  # type: ignore[arg-type]
        kept = set(may.values_list("pk", flat=True))
        ids += [pk for pk in part if pk in kept]
        if len(ids) > AT_ONCE:
            return None
    return ids


def _change(
    request: HttpRequest,
    verb: str,
    argument: str,
    change: Callable[[list[int]], Batch],
    told: Callable[[int], str],
) -> HttpResponse:
    """Do it now, or give it to a job; say what was done with a way back."""
    chosen = selected(request)
    action = "customers.archive" if verb == "archive" else "customers.mass"
    ids = _ids(request, chosen, action)
    if ids is None:
        user, query = request.user.pk, chosen.query
        transaction.on_commit(
            lambda: change_many.enqueue(
                verb=verb,
                argument=argument,
                query=query,
                ids=list(chosen.ids),
                by=user,  # type: ignore[arg-type]
            )
        )
        say(request, _("That is a lot of customers: it is being done in the background."), tone="wait")
        return back_to_list(request)
    try:
        batch = change(ids)
    except ValidationError as error:
        say(request, sentences(error), tone="wrong")
        return back_to_list(request)
    changed = getattr(batch, "customers", 0)
    say(request, told(changed), undo=reverse("customers:undo", args=[batch.pk]) if changed else "")
    return back_to_list(request)


def _ask(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """The first form: what is needed, the choice hidden in it."""
    chosen = selected(request)
    hidden = [("query", request.POST.get("query", "")[:4000])]
    hidden += [("all", "1")] if chosen.query is not None else [("ids", str(pk)) for pk in chosen.ids]
    if chosen.query is not None:
        from grahak.customers.listing.page import count_capped
        from grahak.customers.listing.question import read

        counted = count_capped(read(chosen.query, request.user), request.user)  # type: ignore[arg-type]
    else:
        counted = len(chosen.ids)
    words = _("all customers of this list") if counted is None else _customers(counted)
    return render(request, f"customers/{name}.html", {"hidden": hidden, "words": words, **context})


def _customers(number: int) -> str:
    return ngettext("%(n)s customer", "%(n)s customers", number) % {"n": figure(number)}


@require_POST
@needs("customers.mass")
def tag(request: HttpRequest) -> HttpResponse:
    """Hang a tag on the chosen customers."""
    name = request.POST.get("tag", "")[:200].strip()
    if not name:
        return _ask(request, "mass_tag", tags=Tag.objects.values_list("name", flat=True)[:300])
    return _change(
        request,
        "tag",
        name,
        lambda ids: actions.tag_customers(ids, name, by=_by(request)),
        lambda n: _("%(customers)s tagged “%(tag)s”.") % {"customers": _customers(n), "tag": name},
    )


@require_POST
@needs("customers.mass")
def untag(request: HttpRequest) -> HttpResponse:
    """Take a tag off the chosen customers."""
    name = request.POST.get("tag", "")[:200].strip()
    if not name:
        tags = Tag.objects.values_list("name", flat=True)[:300]
        return _ask(request, "mass_tag", tags=tags, taking_off=True)
    return _change(
        request,
        "untag",
        name,
        lambda ids: actions.untag_customers(ids, name, by=_by(request)),
        lambda n: _("The tag “%(tag)s” is off %(customers)s.") % {"customers": _customers(n), "tag": name},
    )


@require_POST
@needs("customers.mass")
def assign(request: HttpRequest) -> HttpResponse:
    """Put a colleague, or nobody, in charge of the chosen customers."""
    who = request.POST.get("owner", "")
    if not who:
        return _ask(request, "mass_assign", people=people_choices())
    owner = None
    if who != "none":
        number = int(who) if who.isascii() and who.isdecimal() and len(who) < 19 else 0
        owner = User.objects.filter(pk=number, is_active=True).first()
        if owner is None:
            raise Http404
    told = owner.name if owner else _("nobody")
    return _change(
        request,
        "assign",
        who,
        lambda ids: actions.assign_owner(ids, owner, by=_by(request)),
        lambda n: _("In charge of %(customers)s: %(name)s.") % {"customers": _customers(n), "name": told},
    )


@require_POST
@needs("customers.archive")
def archive(request: HttpRequest) -> HttpResponse:
    """Put the chosen customers away."""
    return _change(
        request,
        "archive",
        "",
        lambda ids: actions.archive_customers(ids, by=_by(request)),
        lambda n: _("%(customers)s put away.") % {"customers": _customers(n)},
    )


@require_POST
@needs("customers.mass")
def undo_batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what this person did to many; the owner and managers may take back anybody's."""
    from grahak.core.access import scope_of

    rows = Batch.objects.filter(kind__in=("tag", "untag", "assign", "archive"))
    if scope_of(request.user, "settings.edit") is None:
        rows = rows.filter(by=request.user)  # type: ignore[misc]
    batch = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if batch is None:
        raise Http404
    back = actions.undo(batch, by=_by(request))
    say(request, _("Taken back: %(customers)s.") % {"customers": _customers(back)})
    return back_to_list(request)


def _by(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]
