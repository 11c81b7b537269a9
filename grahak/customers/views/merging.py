"""Two records side by side, field by field, before they become one; and a merge that was made, before it is taken
back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.refusals import Conflict
from grahak.core.toasts import say
from grahak.customers.merging import (
    better,
    hidden_from,
    kept_of,
    locked_for,
    merge_customers,
    plan,
    undo_merge,
)
from grahak.customers.merging import look as look_at
from grahak.customers.merging.fields import GONE, KEPT
from grahak.customers.merging.history import History, history
from grahak.customers.merging.undo import why_words
from grahak.customers.models import Customer, Merge
from grahak.customers.selection import selected
from grahak.customers.views.duplicates import merges_visible_to
from grahak.customers.views.listing import back_to_list
from grahak.customers.views.parts import LARGEST, customer_for


@require_http_methods(["GET", "POST"])
@needs("customers.merge")
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """The page that compares and asks; posted, it merges OTHER into PK."""
    kept, gone = _exactly(request, pk), _exactly(request, other)
    if kept.pk == gone.pk:
        raise Http404
    _gone_on(kept, gone)
    user: Any = request.user
    errors: dict[str, list[str]] = {}
    choices, persons = _choices(request, user), _persons(request)
    if request.method == "POST":
        try:
            made = merge_customers(
                kept, gone, by=user, choices=choices, persons=persons, agreed="agreed" in request.POST
            )
        except ValidationError as error:
            errors = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
        else:
            words = _("“%(gone)s” is now part of “%(kept)s”.") % {"gone": gone.name, "kept": kept.name}
            say(request, words, undo=reverse("customers:undo_merge", args=[made.pk]))
            return redirect("customers:customer", kept.pk)
    seen = plan(kept, gone, choices, hidden_from(user))
    for person in seen.persons:
        person.choice = persons.get(person.contact.pk, person.choice)
    context = {
        "plan": seen, "errors": errors, "agreed": "agreed" in request.POST, "locked": locked_for(user),
        "suggested": better(kept, gone)[0] == kept,
    }  # fmt: skip
    return render(request, "customers/merge.html", context, status=422 if errors else 200)


def _exactly(request: HttpRequest, pk: int) -> Customer:
    """That very customer, merged or not: who is merged already is told by a sentence, not by showing another."""
    user: Any = request.user
    from grahak.core.access import scoped

    rows = scoped(Customer.objects.visible_to(user), user, "customers.merge")
    found = (
        rows.filter(pk=pk).select_related("owner", "branch", "team", "referred_by").first()
        if pk <= LARGEST
        else None
    )
    if found is None:
        raise Http404
    return found


def _gone_on(kept: Customer, gone: Customer) -> None:
    for one in (kept, gone):
        if one.source == "erased":
            raise Conflict(_("One of the two was erased for good; there is nothing left to merge."))
        if one.merged_into_id is not None:
            raise Conflict(
                _("“%(gone)s” is part of “%(kept)s” already.") % {"gone": one.name, "kept": kept_of(one).name}
            )


def _choices(request: HttpRequest, user: User) -> dict[str, str]:
    """Whose value of each fact; what this person may not change is left as proposed."""
    closed = hidden_from(user) | locked_for(user)
    found = {
        name.removeprefix("field-"): str(value)
        for name, value in request.POST.items()
        if name.startswith("field-") and value in (KEPT, GONE)
    }
    return {name: side for name, side in found.items() if name not in closed}


def _persons(request: HttpRequest) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for name, value in request.POST.items():
        pk = name.removeprefix("contact-")
        if name.startswith("contact-") and _is_number(pk):
            found[int(pk)] = int(str(value)) if _is_number(str(value)) else None
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


@require_POST
@needs("customers.merge")
def chosen(request: HttpRequest) -> HttpResponse:
    """Two ticked in the list: on to the page that compares them."""
    user: Any = request.user
    rows = list(selected(request).customers(user)[:3])
    if len(rows) != 2:
        say(request, _("Tick two customers to merge. Three are merged in turns."), tone="wrong")
        return back_to_list(request)
    kept, gone = better(*rows)
    return redirect("customers:merge", kept.pk, gone.pk)


@require_POST
@needs("customers.merge")
def not_same(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """The page compared two who are not the same."""
    from grahak.customers.duplicates import pairs

    one, two = _exactly(request, pk), _exactly(request, other)
    row = pairs.not_the_same(one, two, by=request.user)  # type: ignore[arg-type]
    words = _("“%(one)s” and “%(other)s” are kept apart.") % {"one": one.name, "other": two.name}
    say(request, words, undo=reverse("customers:pair_again", args=[row.pk]))
    return redirect("customers:duplicates")


def _merge_for(request: HttpRequest, pk: int) -> Merge:
    user: Any = request.user
    rows = merges_visible_to(user).select_related("kept", "gone", "by", "undone_by")
    found = rows.filter(pk=pk).first() if pk <= LARGEST else None
    if found is None:
        raise Http404
    return found


@require_GET
@needs("customers.merge")
def merged(request: HttpRequest, pk: int) -> HttpResponse:
    """A merge: who had what before, and what taking it back would do."""
    found = _merge_for(request, pk)
    told: History = history(found, hidden_from(request.user))  # type: ignore[arg-type]
    seen = None if found.undone_at else look_at(found)
    lost = found.not_back if seen is None else seen.not_back
    context = {
        "merge": found,
        "history": told,
        "back": seen.back if seen else [],
        "not_back": [line | {"why": why_words(line["why"])} for line in lost],
        "holder": Customer.objects.filter(pk=seen.holder).first() if seen else None,
    }
    return render(request, "customers/merged.html", context)


@require_POST
@needs("customers.merge")
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back."""
    found = _merge_for(request, pk)
    seen = undo_merge(found, by=request.user, different="different" in request.POST)  # type: ignore[arg-type]
    say(
        request,
        _("“%(gone)s” and “%(kept)s” are two again.") % {"gone": found.gone.name, "kept": found.kept.name},
    )
    if seen.not_back:
        say(
            request, _("Not everything could be put back."), tone="wrong",
            link=reverse("customers:merged", args=[pk]), label=_("See what"),
        )  # fmt: skip
    return redirect("customers:customer", found.gone_id)


def forward(request: HttpRequest, found: Customer) -> HttpResponse | None:
    """Where the page of a merged customer leads: to the one it is part of, if this person may see that one."""
    if found.merged_into_id is None:
        return None
    kept = customer_for(request, found.pk, "customers.view")
    return redirect("customers:customer", kept.pk) if kept.pk != found.pk else None
