"""Payments: receive one, look at one as a receipt, take one back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grahak.core.access import needs
from grahak.core.money import written
from grahak.core.toasts import say
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.sales import actions
from grahak.sales.forms import PaymentForm, moment_of
from grahak.sales.forms.head import branch_of
from grahak.sales.khata import figures_of, live_entries, standing
from grahak.sales.models import LedgerEntry, Payment


@needs("payments.edit")
def new_payment(request: HttpRequest) -> HttpResponse:
    """Receive a payment; ?customer= is filled in."""
    user: Any = request.user
    asked, customer = request.GET.get("customer", ""), None
    if asked:
        customer = named_by(Customer.objects.served_by(user).select_related("figures"), asked)
        if customer is None:
            raise Http404
    form = PaymentForm(request.POST or None, user=user, initial=PaymentForm.start(customer))
    if request.method == "POST" and form.is_valid():
        customer = form.cleaned_data["customer"]
        payment = _received(form, user)
        if payment is not None:
            say(
                request,
                _("%(amount)s of %(name)s is on the khata.")
                % {"amount": written(payment.amount, None), "name": payment.customer.name},
                link=payment_url(payment),
                label=_("Receipt"),
            )
            if "next" in request.POST:
                return redirect("sales:new_payment")
            return redirect(payment.customer)
    context = {
        "form": form,
        "customer": customer,
        "standing": standing(customer, user) if customer else None,
        "balance": figures_of(customer).balance if customer else None,
    }
    return render(request, "sales/payment_form.html", context, status=422 if form.is_bound else 200)


def payment_url(payment: Payment) -> str:
    """The receipt's address."""
    return reverse("sales:payment", args=[payment.pk])


def _received(form: PaymentForm, user: Any) -> Payment | None:
    data = form.cleaned_data
    try:
        return actions.receive_payment(
            by=user,
            customer=data["customer"],
            amount=data["amount"],
            method=data["method"],
            reference=data["reference"],
            received_at=moment_of(data["day"]),
            branch=branch_of(user, "payments.edit", None, data["customer"]),
            note=data["note"],
            once=data["once"],
        )
    except ValidationError as wrong:
        names = {"received_at": "day"}
        for name, sentences in wrong.message_dict.items():
            for sentence in sentences:
                form.add_error(names.get(name, name), sentence)
        return None


@needs("payments.view")
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """A payment as a receipt, with what stood on the khata before and after it."""
    user: Any = request.user
    rows = Payment.objects.visible_to(user).select_related("customer", "branch", "by", "order")
    found = get_object_or_404(rows, pk=pk)
    entry = found.ledger.filter(reverses=None).first()
    after = _balance_after(entry) if entry is not None and not found.voided_at else None
    context = {
        "payment": found,
        "before": after + found.amount if after is not None else None,
        "after": after,
    }
    return render(request, "sales/payment.html", context)


def _balance_after(entry: LedgerEntry) -> Decimal:
    """What stood on the khata after an entry that nothing reversed."""
    earlier = live_entries(entry.customer).filter(Q(at__lt=entry.at) | Q(at=entry.at, pk__lte=entry.pk))
    return earlier.order_by().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


@require_POST
@needs("payments.edit")
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a payment back."""
    found = get_object_or_404(Payment.objects.editable_by(request.user).select_related("customer"), pk=pk)  # type: ignore[arg-type]
    actions.void_payment(found, by=request.user)  # type: ignore[arg-type]
    say(
        request,
        _("The payment of %(amount)s is taken back from the khata of %(name)s.")
        % {"amount": written(found.amount, None), "name": found.customer.name},
    )
    return redirect("sales:statement", found.customer_id)
