"""Goods come back from an order: pick how many of each line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.access import needs
from grahak.core.parsing import Unreadable, parse_quantity
from grahak.core.toasts import say
from grahak.sales import actions
from grahak.sales.actions.lines import named
from grahak.sales.forms import ReturnForm, moment_of
from grahak.sales.forms.head import new_token
from grahak.sales.models import Order, OrderLine, PaymentMethod


@dataclass
class BackLine:
    """A line of the order, how much of it may still come back, and what was typed."""

    line: OrderLine
    left: Decimal
    typed: str = ""
    wrong: str = ""
    quantity: Decimal = Decimal(0)


@needs("orders.edit")
def take_return(request: HttpRequest, pk: int) -> HttpResponse:
    """A return from an order, at the rates it was sold."""
    user: Any = request.user
    order = get_object_or_404(
        Order.objects.editable_by(user).select_related("customer", "customer__figures"), pk=pk
    )
    if order.cancelled_at or order.is_return:
        say(request, _("Nothing can come back of a return or of a cancelled order."), tone="wait")
        return redirect(order)
    start = {"day": business.today(), "how": order.received_how or PaymentMethod.CASH, "once": new_token()}
    form = ReturnForm(request.POST or None, initial=start)
    lines = _lines(request, order)
    if request.method == "POST":
        valid = form.is_valid()
        if valid and not any(line.wrong for line in lines):
            back = _act(form, order, lines, user)
            if back is not None:
                say(request, _("%s is written.") % back.number, undo=reverse("sales:cancel", args=[back.pk]))
                return redirect(back)
    context = {
        "order": order,
        "form": form,
        "lines": lines,
        "problems": [line for line in lines if line.wrong],
    }
    return render(request, "sales/return.html", context, status=422 if form.is_bound else 200)


def _lines(request: HttpRequest, order: Order) -> list[BackLine]:
    """The order's lines with what was typed beside them; what is more than left is named."""
    left = actions.left_to_return(order)
    found = []
    for line in order.lines.all():
        entry = BackLine(line, left[line.ordinal], request.POST.get(f"back-{line.ordinal}", "")[:40].strip())
        if entry.typed:
            try:
                entry.quantity = parse_quantity(entry.typed).number.quantize(Decimal("0.001"))
            except Unreadable as error:
                entry.wrong = named(line.ordinal, str(error))
            else:
                if entry.quantity < 0:
                    entry.wrong = named(line.ordinal, _("the quantity must be more than zero."))
                elif entry.quantity > entry.left:
                    most = f"{entry.left.normalize():f}"
                    entry.wrong = named(line.ordinal, _("at most %(most)s can come back.") % {"most": most})
        found.append(entry)
    return found


def _act(form: ReturnForm, order: Order, lines: list[BackLine], user: Any) -> Order | None:
    data = form.cleaned_data
    try:
        drafts = actions.lines_to_return(order, {entry.line.ordinal: entry.quantity for entry in lines})
        if not drafts:
            raise ValidationError(_("Write how many came back, beside at least one line."))
        return actions.take_return(
            order,
            by=user,
            lines=drafts,
            placed_at=moment_of(data["day"]),
            refunded=data["received"],
            refunded_how=data["how"] or PaymentMethod.CASH,
            note=data["note"],
            once=data["once"],
        )
    except ValidationError as wrong:
        names = {"placed_at": "day", "refunded": "received"}
        errors = wrong.message_dict if hasattr(wrong, "error_dict") else {"": wrong.messages}
        for name, sentences in errors.items():
            for sentence in sentences:
                field = names.get(name, name)
                form.add_error(field if field in form.fields else None, sentence)
        return None
