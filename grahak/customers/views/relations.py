"""How a customer belongs together with others: related, parted, who sent them, a chain with its sums."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from grahak.core.access import needs
from grahak.core.models import User
from grahak.core.toasts import say
from grahak.customers.listing import table
from grahak.customers.listing.page import only_read
from grahak.customers.models import Customer, Relation, RelationKind
from grahak.customers.relations import actions, panels, referrals
from grahak.customers.relations.forms import KindForm, ReferrerForm, RelationForm
from grahak.customers.search.find import find
from grahak.customers.views.facts import keep_errors
from grahak.customers.views.parts import LARGEST, customer_for

SHOWN = 8
MOST_RELATIONS = 200
LONGEST_CHAIN = 500


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@require_GET
@needs("customers.view")
def choices(request: HttpRequest) -> HttpResponse:
    """Customers for what is typed so far."""
    text = request.GET.get("q", "").strip()[:100]
    hits = [hit.pk for hit in find(_user(request), text, SHOWN)] if text else []
    rows = Customer.objects.in_bulk(hits)
    found = [rows[pk] for pk in hits if pk in rows]
    return render(request, "customers/relations/_choices.html", {"choices": found})


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def relations(request: HttpRequest, pk: int) -> HttpResponse:
    """All relations of a customer, one more, and who sent them."""
    found, user = customer_for(request, pk), _user(request)
    which = request.POST.get("which", "")
    form = RelationForm(request.POST if which == "relation" else None, user=user)
    referrer = ReferrerForm(request.POST if which == "referrer" else None, user=user)
    if which == "relation" and form.is_valid() and _related(request, found, form):
        return redirect("customers:relations", pk)
    if which == "referrer" and referrer.is_valid() and _sent(request, found, referrer):
        return redirect("customers:relations", pk)
    context = {
        "customer": found,
        "form": form,
        "referrer": referrer,
        "ends": panels.ends(found, user, MOST_RELATIONS),
        "sent_by": _seen(user, found.referred_by_id),
    }
    status = 422 if form.errors or referrer.errors else 200
    return render(request, "customers/relations/relations.html", context, status=status)


def _seen(user: User, pk: int | None) -> Customer | None:
    return Customer.objects.visible_to(user).filter(pk=pk).first() if pk else None


def _related(request: HttpRequest, found: Customer, form: RelationForm) -> bool:
    try:
        made = actions.relate(found, by=_user(request), **form.values())
    except ValidationError as error:
        keep_errors(form, error)
        return False
    say(
        request,
        _("Written down."),
        undo=reverse("customers:part", args=[found.pk, made.pk]),
    )
    return True


def _sent(request: HttpRequest, found: Customer, form: ReferrerForm) -> bool:
    try:
        referrals.refer(found, form.cleaned_data["other"], by=_user(request))
    except ValidationError as error:
        form.add_error("other", error.messages)
        return False
    say(request, _("Written down."))
    return True


@require_POST
@needs("customers.edit")
def part(request: HttpRequest, pk: int, relation: int) -> HttpResponse:
    """They are not related so any more."""
    found = customer_for(request, pk)
    mine = Relation.objects.filter(pk=relation).first() if relation <= LARGEST else None
    if mine is None or found.pk not in (mine.one_id, mine.other_id):
        raise Http404
    actions.part(mine, by=_user(request))
    say(request, _("Taken away."))
    return redirect("customers:relations", pk)


@require_POST
@needs("customers.edit")
def nobody_sent(request: HttpRequest, pk: int) -> HttpResponse:
    """They came by themselves."""
    found = customer_for(request, pk)
    referrals.refer(found, None, by=_user(request))
    say(request, _("Taken away."))
    return redirect("customers:relations", pk)


@require_GET
@needs("customers.view")
def chain(request: HttpRequest, pk: int) -> HttpResponse:
    """A chain: its head and branches with the figures that rooms above know of them, and their sums."""
    found, user = customer_for(request, pk, "customers.view"), _user(request)
    head, members = panels.chain_of(found, user)
    if head is None:
        raise Http404
    columns = panels.chain_columns()
    rows = list(only_read(members, columns).order_by("name_sort", "pk")[:LONGEST_CHAIN])
    for column in columns:
        if column.fill and rows:
            column.fill(rows)
    rows.sort(key=lambda one: one.pk != head.pk)
    sums: list[Any] = [column.total(members) if column.total else "" for column in columns]
    context = {
        "customer": found,
        "head": head,
        "heads": columns,
        "body": table.body(rows, columns, chooses=False),
        "sums": list(zip(columns[1:], sums[1:], strict=True)),
        "many": members.count(),
    }
    return render(request, "customers/relations/chain.html", context)


@require_http_methods(["GET", "POST"])
@needs("settings.edit")
def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of relations, and one of the shop's own."""
    form = KindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_kind(by=_user(request), **form.cleaned_data)
        except ValidationError as error:
            keep_errors(form, error)
        else:
            say(request, _("Added."))
            return redirect("customers:relation_kinds")
    rows = [
        {"row": one, "forward": one.words(forward=True), "backward": one.words(forward=False)}
        for one in RelationKind.objects.all()
    ]
    context = {"rows": rows, "form": form}
    return render(request, "customers/relations/kinds.html", context, status=422 if form.errors else 200)


@require_POST
@needs("settings.edit")
def put_kind_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Use a kind no more, or again (back=1)."""
    kind = RelationKind.objects.filter(pk=pk).first() if pk <= LARGEST else None
    if kind is None:
        raise Http404
    actions.put_kind_away(kind, by=_user(request), back="back" in request.POST)
    return redirect("customers:relation_kinds")
