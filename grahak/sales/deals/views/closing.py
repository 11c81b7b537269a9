"""Deals won, lost, opened again; and the orders that came of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grahak.core.access import needs, scope_of
from grahak.core.toasts import say
from grahak.sales.deals import actions
from grahak.sales.deals.access import deal_for, order_for
from grahak.sales.deals.board import is_number
from grahak.sales.deals.forms import LoseForm
from grahak.sales.deals.views.deal import orders_to_link
from grahak.sales.models import Deal


def _seen(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if is_number(text) else None


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def win(request: HttpRequest, pk: int) -> HttpResponse:
    """Won, by an order: one that is there, one made of its lines, one to be written now, or none."""
    user: Any = request.user
    found = deal_for(request, pk, "deals.edit")
    may_order = scope_of(user, "orders.edit") is not None
    if request.method == "GET":
        context = {
            "deal": found,
            "orders": orders_to_link(found, user) if scope_of(user, "orders.view") else [],
            "offered": set(found.order_links.filter(state="offered").values_list("order_id", flat=True)),
            "lines": found.lines.count(),
            "may_order": may_order,
        }
        return render(request, "sales/deals/win.html", context)
    how = request.POST.get("how", "")
    try:
        return _won(request, found, how, may_order)
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
        return redirect("deals:win", pk)


def _won(request: HttpRequest, found: Deal, how: str, may_order: bool) -> HttpResponse:
    user: Any = request.user
    order = order_for(request, how.removeprefix("order-")) if how.startswith("order-") else None
    change = actions.win(found, by=user, seen=_seen(request))
    if order is not None:
        actions.link_order(found, order, by=user)
    elif how == "lines" and may_order:
        order = actions.order_of_lines(found, by=user)
    undo = reverse("deals:take_back", args=[found.pk, change.pk]) if change and order is None else ""
    say(request, _("“%s” is won.") % found.title, undo=undo)
    if how == "write" and may_order:
        return redirect(f"{reverse('sales:new_order')}?customer={found.customer_id}&deal={found.pk}")
    return redirect(order if how == "lines" and order is not None else found)


@require_http_methods(["GET", "POST"])
@needs("deals.edit")
def lose(request: HttpRequest, pk: int) -> HttpResponse:
    """Lost, and why."""
    user: Any = request.user
    found = deal_for(request, pk, "deals.edit")
    form = LoseForm(request.POST if request.method == "POST" else None, initial={"seen": found.version})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        change = actions.lose(found, data["reason"], by=user, seen=data["seen"], note=data["note"])
        undo = reverse("deals:take_back", args=[pk, change.pk]) if change else ""
        say(request, _("“%s” is put down as lost.") % found.title, undo=undo)
        return redirect(found.pipeline if found.pipeline.archived_at is None else found)
    return render(
        request, "sales/deals/lose.html", {"deal": found, "form": form}, status=422 if form.errors else 200
    )


@require_POST
@needs("deals.edit")
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open again, in the stage it was closed from."""
    found = deal_for(request, pk, "deals.edit")
    try:
        actions.reopen(found, by=request.user)  # type: ignore[arg-type]
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
    else:
        say(request, _("“%s” is open again.") % found.title)
    return redirect(found)


@require_POST
@needs("deals.edit")
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """An order came of this deal (do=link), has nothing to do with it (refuse), or was linked by mistake (unlink)."""
    user: Any = request.user
    found, order = deal_for(request, pk, "deals.edit"), order_for(request, request.POST.get("order", ""))
    what = request.POST.get("do", "link")
    try:
        if what == "refuse":
            actions.refuse_order(found, order, by=user)
        elif what == "unlink":
            actions.unlink_order(found, order, by=user)
            say(request, _("%s is taken off.") % order.number)
        else:
            actions.link_order(found, order, by=user)
            say(request, _("%s is linked.") % order.number)
            if found.is_open and request.POST.get("win"):
                return redirect(win_now(request, found))
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
    return redirect(found)


def win_now(request: HttpRequest, found: Deal) -> Any:
    """Win it too, in the same press."""
    actions.win(found, by=request.user)  # type: ignore[arg-type]
    say(request, _("“%s” is won.") % found.title)
    return found
