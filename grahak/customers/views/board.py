"""The customers' board: more cards of a column, and a card put into another."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from grahak.core.access import needs
from grahak.core.refusals import NotUnderstood
from grahak.core.toasts import say
from grahak.customers.actions.moving import move_card
from grahak.customers.listing import board
from grahak.customers.listing.question import read
from grahak.customers.views.parts import LARGEST, customer_for


@require_GET
@needs("customers.view")
def column(request: HttpRequest) -> HttpResponse:
    """More of one column; a page of its own without a script."""
    question = read(request.GET, request.user)  # type: ignore[arg-type]
    if not question.board:
        return redirect("customers:list")
    after = request.GET.get("after", "")
    number = int(after) if after.isascii() and after.isdecimal() and len(after) < 19 else None
    if question.board not in dict(board.groups(request.user)):  # type: ignore[arg-type]
        raise Http404
    found = board.read_column(question, request.user, request.GET.get("column", ""), number)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    context = {
        "column": found,
        "by": question.board,
        "may_move": board.may_move(request.user, question.board),  # type: ignore[arg-type]
        "here": question.query(),
    }
    name = "customers/_board_cards.html" if request.htmx else "customers/board_column.html"  # type: ignore[attr-defined]
    return render(request, name, context)


@require_http_methods(["GET", "POST"])
@needs("customers.edit")
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a customer into another column: by a drag, by a key, or on a page with a button for each."""
    by = request.GET.get("by", "owner")
    customer = customer_for(request, pk)
    user = request.user
    if by not in dict(board.groups(user)) or not board.may_move(user, by) or pk > LARGEST:  # type: ignore[arg-type]
        raise Http404
    if request.method == "GET":
        context = {"customer": customer, "by": by, "stages": board.stages(by)}
        return render(request, "customers/board_move.html", context)
    to = request.POST.get("to") or request.GET.get("to", "")
    labels = dict(board.stages(by))
    if to not in labels:
        raise Http404
    try:
        before = move_card(customer, by, to, by=user)  # type: ignore[arg-type]
    except ValidationError as error:
        raise NotUnderstood(" ".join(error.messages)) from None
    back = reverse("customers:move", args=[pk])
    undo = f"{back}?{urlencode({'by': by, 'to': before})}" if by != "lifecycle" and before in labels else ""
    say(request, _("“%(name)s”: %(column)s.") % {"name": customer.name, "column": labels[to]}, undo=undo)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    return redirect(f"{reverse('customers:list')}?{urlencode({'by': by})}")
