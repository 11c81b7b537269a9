"""The khata: who owes, how old it is, and each customer's statement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from grahak.core import business
from grahak.core.access import needs, scope_of
from grahak.core.fragments import wants
from grahak.core.keyset import page_of
from grahak.core.models import Branch
from grahak.core.money import written
from grahak.core.parsing import Unreadable, parse_date
from grahak.core.toasts import say
from grahak.customers.merging import named_by
from grahak.customers.models import Customer
from grahak.sales import actions
from grahak.sales.debts import SHOWS, ages_of, debts, totals_of_debts
from grahak.sales.forms import OpeningForm, moment_of
from grahak.sales.khata import figures_of, limit_of, open_bills, reminder, statement
from grahak.sales.models import CustomerFigures
from grahak.sales.slow import kept_in_a_large_shop


@needs("payments.view")
def khata(request: HttpRequest) -> HttpResponse:
    """Who owes most first, with the age of the debt; ?show= over (their limit), old (over 90 days), give
    (we owe)."""
    user: Any = request.user
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "get"
    branches = list(Branch.objects.all()) if scope_of(user, "payments.view") == "all" else []
    branch = next((one for one in branches if str(one.pk) == request.GET.get("branch", "")), None)
    rows = debts(user, show, branch)
    order = ("balance", "customer") if show == "give" else ("-balance", "-customer")
    page = page_of(rows, order, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    for row in page.rows:
        row.parts = ages_of(row)  # type: ignore[attr-defined]
        row.customer.figures = row
        row.limit = limit_of(row.customer)  # type: ignore[attr-defined]
    context = {
        "page": page,
        "show": show,
        "shows": [(code, label) for code, label in SHOWS.items()],
        "branches": branches if len(branches) > 1 else [],
        "branch": branch,
        "totals": kept_in_a_large_shop(f"khata-{show}", user, branch, lambda: totals_of_debts(rows)),
        "page_totals": _page_totals(page.rows),
    }
    fragment = wants(request, "khata")
    return render(request, "sales/_khata.html" if fragment else "sales/khata.html", context)


def _page_totals(rows: list[CustomerFigures]) -> dict[str, Any]:
    parts: list[Any] = [
        sum(column, Decimal(0)) for column in zip(*(ages_of(row) for row in rows), strict=True)
    ]
    return {"balance": sum((row.balance for row in rows), Decimal(0)), "parts": parts}


@needs("payments.view")
def customer_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """A customer's statement between two days, for the screen and for paper."""
    user: Any = request.user
    customer = _customer(user, pk)
    today = business.today()
    wrong: dict[str, str] = {}
    first = _day(request, "from", wrong)
    last = _day(request, "to", wrong) or today
    if first is None and "from" not in request.GET:
        first = business.fiscal_year_start(today)
    found = statement(customer, first, last)
    bills = open_bills(customer)
    context = {
        "customer": customer,
        "statement": found,
        "wrong": wrong,
        "figures": figures_of(customer),
        "limit": limit_of(customer),
        "bills": bills,
        "overdue": sum((bill.amount for bill in bills if bill.is_overdue), Decimal(0)),
        "reminder": reminder(customer) if figures_of(customer).balance > 0 else None,
        "is_whole": first is None,
        "may_write": scope_of(user, "payments.edit") is not None,
    }
    return render(request, "sales/statement.html", context)


def _customer(user: Any, pk: int) -> Customer:
    """404 for one whom the person may not see; for one that was merged, whom it is part of now."""
    found = named_by(Customer.objects.visible_to(user).select_related("figures", "branch"), str(pk))
    if found is None:
        raise Http404
    return found


def _day(request: HttpRequest, name: str, wrong: dict[str, str]) -> dt.date | None:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        found = parse_date(text, day_first=True)
    except Unreadable as error:
        wrong[name] = str(error)
        return None
    return found.date() if isinstance(found, dt.datetime) else found


@needs("payments.edit")
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    """What stood on a customer's khata before Grahak."""
    user: Any = request.user
    customer = _customer(user, pk)
    before = customer.ledger.filter(kind="opening", reversed_by=None).first()
    form = OpeningForm(
        request.POST or None,
        initial={
            "amount": abs(before.amount) if before else None,
            "side": "give" if before and before.amount < 0 else "get",
            "day": business.day_of(before.at) if before else business.fiscal_year_start(business.today()),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_balance(customer, form.signed, by=user, at=moment_of(form.cleaned_data["day"]))
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                for sentence in sentences:
                    form.add_error({"at": "day"}.get(name, name), sentence)
        else:
            say(request, _("The opening balance is %s.") % written(form.signed, None))
            return redirect("sales:statement", pk)
    context = {"customer": customer, "form": form, "before": before}
    return render(request, "sales/opening.html", context, status=422 if form.is_bound else 200)
