"""The order sheet: a new order, an order changed, a return without an order. Written from the keyboard
alone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from grahak.catalogue.models import Product
from grahak.core.access import needs
from grahak.core.toasts import say
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.sales import actions
from grahak.sales.deals.asked import lines_asked, link_asked
from grahak.sales.finding import last_sales
from grahak.sales.forms import SheetForm, SheetLine, blank_lines, lines_of, moment_of, read_lines
from grahak.sales.forms.head import branch_of
from grahak.sales.khata import standing
from grahak.sales.models import Order, OrderKind, PaymentMethod
from grahak.sales.totals import coins

BLANK_LINES = 5


@needs("orders.edit")
def new_order(request: HttpRequest) -> HttpResponse:
    """A new order; ?customer= is filled in, ?like= copies the lines of an earlier order."""
    user: Any = request.user
    if request.method == "POST":
        return _written(request, None, is_return=False)
    lines: list[SheetLine] = []
    customer = _asked_for(request)
    if (like := request.GET.get("like", "")).isdecimal() and len(like) < 19:
        order = get_object_or_404(Order.objects.visible_to(user), pk=int(like))
        lines, customer = lines_of(order), order.customer
    lines = lines or lines_asked(request)
    form = SheetForm(user=user, initial=SheetForm.start(customer))
    return _sheet(request, form, lines, customer=customer)


@needs("orders.edit")
def new_return(request: HttpRequest) -> HttpResponse:
    """Goods that come back without an order to point at."""
    if request.method == "POST":
        return _written(request, None, is_return=True)
    customer = _asked_for(request)
    form = SheetForm(user=request.user, is_return=True, initial=SheetForm.start(customer))  # type: ignore[arg-type]
    return _sheet(request, form, [], customer=customer, is_return=True)


@needs("orders.edit")
def edit_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an order that is neither a return, cancelled, nor partly come back."""
    user: Any = request.user
    order = get_object_or_404(Order.objects.editable_by(user).select_related("customer"), pk=pk)
    if request.method == "POST":
        return _written(request, order, is_return=False)
    if order.cancelled_at or order.is_return or order.returned_by.filter(cancelled_at=None).exists():
        say(request, _("%s can no longer be changed.") % order.number, tone="wait")
        return redirect(order)
    form = SheetForm(user=user, initial=SheetForm.of(order))
    return _sheet(request, form, lines_of(order), order=order, customer=order.customer)


def _asked_for(request: HttpRequest) -> Customer | None:
    """The customer of ?customer=; 404 for one whom the person may not see."""
    asked = request.GET.get("customer", "")
    if not asked:
        return None
    user: Any = request.user
    found = named_by(Customer.objects.served_by(user).select_related("figures", "branch"), asked)
    if found is None:
        raise Http404
    return found


def _written(request: HttpRequest, order: Order | None, *, is_return: bool) -> HttpResponse:
    """Write what was posted, or show the sheet again saying what is wrong."""
    user: Any = request.user
    form = SheetForm(request.POST, user=user, is_return=is_return)
    valid = form.is_valid()
    customer: Customer | None = form.cleaned_data.get("customer") if valid else None
    lines = read_lines(request.POST, customer, before=order)
    if valid and not any(line.wrong for line in lines):
        try:
            done = _act(form, lines, order, user, is_return)
        except ValidationError as wrong:
            _explain(form, wrong)
        else:
            return _gone_on(request, done, new=order is None)
    return _sheet(request, form, lines, order=order, customer=customer, is_return=is_return)


def _act(form: SheetForm, lines: list[SheetLine], order: Order | None, user: Any, is_return: bool) -> Order:
    data = form.cleaned_data
    drafts = [line.draft for line in lines if line.draft is not None]
    how = data["how"] or PaymentMethod.CASH
    branch = branch_of(user, "orders.edit", data.get("branch"), data["customer"])
    received = data["received"]
    if data["paid_in_full"]:
        received = (
            coins(sum((draft.amount + draft.tax for draft in drafts), coins(0 * drafts[0].amount)))
            if drafts
            else None
        )
    if is_return:
        return actions.take_return(
            None,
            by=user,
            customer=data["customer"],
            lines=drafts,
            placed_at=moment_of(data["day"]),
            refunded=received,
            refunded_how=how,
            branch=branch,
            note=data["note"],
            once=data["once"],
        )
    if order is not None:
        return actions.edit_order(
            order,
            by=user,
            lines=drafts,
            seen=form.seen_moment,
            customer=data["customer"],
            placed_at=moment_of(data["day"], order.placed_at),
            received=received,
            received_how=how,
            note=data["note"],
            **({"branch": branch} if "branch" in form.fields else {}),
        )
    return actions.place_order(
        by=user,
        customer=data["customer"],
        lines=drafts,
        placed_at=moment_of(data["day"]),
        received=received,
        received_how=how,
        branch=branch,
        number=data["number"],
        note=data["note"],
        once=data["once"],
    )


def _explain(form: SheetForm, wrong: ValidationError) -> None:
    """Put what an action refused beside the fields of the sheet."""
    names = {"placed_at": "day", "refunded": "received"}
    if not hasattr(wrong, "error_dict"):
        form.add_error(None, wrong)
        return
    for name, errors in wrong.message_dict.items():
        field = names.get(name, name)
        for sentence in errors:
            form.add_error(field if field in form.fields else None, sentence)


def _gone_on(request: HttpRequest, order: Order, *, new: bool) -> HttpResponse:
    if new:
        link_asked(request, order)
    text = _("%s is written.") if new else _("%s is changed.")
    undo = reverse("sales:cancel", args=[order.pk]) if new else ""
    if new and "next" in request.POST:
        say(request, text % order.number, undo=undo, link=order.get_absolute_url(), label=_("Look"))
        return redirect("sales:new_return" if order.is_return else "sales:new_order")
    say(request, text % order.number, undo=undo)
    return redirect(order)


def _sheet(
    request: HttpRequest,
    form: SheetForm,
    lines: list[SheetLine],
    *,
    order: Order | None = None,
    customer: Customer | None = None,
    is_return: bool = False,
) -> HttpResponse:
    user: Any = request.user
    shown = [*lines, *blank_lines((lines[-1].number if lines else 0) + 1, BLANK_LINES if not lines else 3)]
    products = [int(line.product) for line in lines if line.product.isdecimal() and len(line.product) < 19]
    last = last_sales(customer, products)
    for line in lines:
        line.last = line.last or (last.get(int(line.product)) if line.product.isdecimal() else None)
    problems = [line for line in lines if line.wrong]
    context = {
        "form": form,
        "lines": shown,
        "blank": SheetLine(0),
        "problems": problems,
        "order": order,
        "customer": customer,
        "standing": standing(customer, user) if customer else None,
        "is_return": is_return,
        "kind": OrderKind.RETURN if is_return else OrderKind.SALE,
        "items": Product.objects.filter(archived_at=None).order_by("name", "id").only("code", "name")[:200],
    }
    return render(request, "sales/sheet.html", context, status=422 if form.is_bound else 200)
