"""The list of orders, one order as a bill, cancelling and bringing back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.core.access import needs
from grahak.core.fragments import wants
from grahak.core.keyset import page_of
from grahak.core.toasts import say
from grahak.sales import actions
from grahak.sales.forms import CancelForm
from grahak.sales.models import Order, PaymentMethod
from grahak.sales.range import OrderRange


@needs("orders.view")
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders of a range of days, newest first, with sums of the page and of the whole range."""
    user: Any = request.user
    asked = OrderRange.read(request.GET, user)
    rows = asked.orders().select_related("customer", "branch")
    page = page_of(
        rows, ("-placed_at", "-id"), after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {"page": page, "asked": asked, "page_sums": asked.sums_of(page.rows), "sums": asked.sums()}
    fragment = wants(request, "orders")
    return render(request, "sales/_orders.html" if fragment else "sales/list.html", context)


@needs("orders.view")
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """An order as a bill: goods, services apart, tax, totals, what came back, its effect on the khata."""
    user: Any = request.user
    found = get_object_or_404(
        Order.objects.visible_to(user).select_related("customer", "branch", "taken_by", "returns"), pk=pk
    )
    lines = list(found.lines.select_related("product"))
    back = list(found.returned_by.filter(cancelled_at=None).order_by("placed_at"))
    context = {
        "order": found,
        "goods": [line for line in lines if not line.is_service],
        "services": [line for line in lines if line.is_service],
        "rounding": found.total - found.net - found.service - found.tax,
        "open_amount": found.total - found.received,
        "back": back,
        "remains": found.total + sum((one.total for one in back), Decimal(0)),
        "received": abs(found.received),
        "how": PaymentMethod(found.received_how).label if found.received_how else "",
        "payments": found.payments.filter(voided_at=None),
        "has_tax": any(line.tax for line in lines),
        "may_change": not (found.cancelled_at or found.is_return or back),
    }
    return render(request, "sales/order.html", context)


@require_POST
@needs("orders.edit")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an order or return, with a way back."""
    found = get_object_or_404(Order.objects.editable_by(request.user), pk=pk)  # type: ignore[arg-type]
    form = CancelForm(request.POST)
    keep = form.is_valid() and form.cleaned_data["keep_money"]
    try:
        actions.cancel_order(found, by=request.user, keep_money=keep)  # type: ignore[arg-type]
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
    else:
        say(request, _("%s is cancelled.") % found.number, undo=reverse("sales:restore", args=[pk]))
    return redirect(found)


@require_POST
@needs("orders.edit")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring a cancelled order back."""
    found = get_object_or_404(Order.objects.editable_by(request.user), pk=pk)  # type: ignore[arg-type]
    try:
        actions.restore_order(found, by=request.user)  # type: ignore[arg-type]
    except ValidationError as wrong:
        say(request, " ".join(wrong.messages), tone="wrong")
    else:
        say(request, _("%s is back.") % found.number)
    return redirect(found)
