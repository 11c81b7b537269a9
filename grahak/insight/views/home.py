"""The home page: today with its comparison, the last fortnight, who is due, who owes, what needs me."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format

from grahak.core import business
from grahak.core.access import needs, scope_of, scoped
from grahak.core.context import reachable
from grahak.core.models import Branch, User
from grahak.core.registry import registry
from grahak.insight import metrics
from grahak.insight.chart import sales_chart
from grahak.insight.periods import SPANS, labels, period
from grahak.sales.debts import debts, owing_most, totals_of_debts
from grahak.sales.models import CustomerFigures, Order, Payment, PaymentMethod
from grahak.sales.reorder import due_customers, due_totals, phones_of, question_link
from grahak.sales.slow import kept_in_a_large_shop

SHOWN = 6
NEEDS_SHOWN = 8
DUE_WITHIN = 3  # days ahead


@needs("insight.home")
def home(request: HttpRequest) -> HttpResponse:
    """Figures of ?span= (today, month, year), of one branch with ?branch=; each part only for who may see
    it."""
    user: Any = request.user
    code = request.GET.get("span", "")
    branches = list(Branch.objects.all()) if metrics.may_see_all(user) else []
    branch = next((one for one in branches if str(one.pk) == request.GET.get("branch", "")), None)
    if code not in SPANS:  # before the first order of the day the month says more
        sold = metrics.days_of(user, branch).filter(day=business.today(), orders__gt=0)
        code = "today" if sold.exists() else "month"
    first = metrics.first_day(user, branch)
    context: dict[str, Any] = {
        "hour": timezone.now().astimezone(business.zone()).hour,
        "today": date_format(business.today(), "l j F Y"),
        "clock": timezone.now(),
        "span": code,
        "spans": labels(),
        "branches": branches if len(branches) > 1 else [],
        "branch": branch,
        "needs": needs_of(user),
    }
    if first is None and branch is None and not CustomerFigures.objects.filter(orders__gt=0).exists():
        context |= {"is_new": True, "steps": reachable(registry.first_steps, user)}
        return render(request, "insight/home.html", context)
    context |= _figures(user, code, branch, first)
    context["chart"] = sales_chart(user, code, branch, first)
    if scope_of(user, "customers.view") is not None:
        context |= _due(user)
    if scope_of(user, "payments.view") is not None:
        context |= _owing(user, branch)
    return render(request, "insight/home.html", context)


def _figures(user: User, code: str, branch: Branch | None, first: Any) -> dict[str, Any]:
    asked = period(code)
    found = metrics.compared(user, asked, branch, first=first)
    return {
        "period": asked,
        "figures": found,
        "sums": found.sums,
        "ways": _received_by_way(user, branch) if code == "today" else [],
    }


def _received_by_way(user: User, branch: Branch | None) -> list[tuple[Any, Decimal]]:
    """What came in today by cash, UPI, cheque …, with orders and as payments, largest first. Two queries."""
    since = business.day_start(business.today())
    sums: dict[str, Decimal] = defaultdict(Decimal)
    orders = scoped(
        Order.objects.filter(placed_at__gte=since, cancelled_at=None), user, "insight.home", owner="pk"
    )
    payments = scoped(
        Payment.objects.filter(received_at__gte=since, voided_at=None), user, "insight.home", owner="pk"
    )
    for rows, how, what in ((orders, "received_how", "received"), (payments, "method", "amount")):
        kept = rows.filter(branch=branch) if branch is not None else rows
        for way, amount in kept.order_by().values_list(how).annotate(sum=Sum(what)):
            sums[way] += amount or 0
    known = dict(PaymentMethod.choices)
    ways = [(known.get(way, known["other"]), amount) for way, amount in sums.items() if amount]
    return sorted(ways, key=lambda pair: -pair[1])


def _due(user: User) -> dict[str, Any]:
    """Who is due by their own rhythm, the dearest first, with a question to ask on WhatsApp."""
    rows = due_customers(user, DUE_WITHIN)
    shown = list(rows.select_related("customer").order_by("-usual_order", "customer")[:SHOWN])
    phones = phones_of([row.customer_id for row in shown])
    return {
        "due": [(row, question_link(row.customer, phones.get(row.customer_id, ""))) for row in shown],
        "due_totals": kept_in_a_large_shop("due", user, None, lambda: due_totals(rows)),
        "due_days": DUE_WITHIN,
    }


def _owing(user: User, branch: Branch | None) -> dict[str, Any]:
    totals = kept_in_a_large_shop("owing", user, branch, lambda: totals_of_debts(debts(user, "get", branch)))
    return {"owing": owing_most(user, SHOWN, branch), "owing_totals": totals}


def needs_of(user: User) -> list[dict[str, Any]]:
    """What waits for this person, from every room that knows of such things."""
    found: list[dict[str, Any]] = []
    for need in registry.needs:
        if scope_of(user, need.action) is not None:
            found += need.find(user, NEEDS_SHOWN)
    return found[:NEEDS_SHOWN]
