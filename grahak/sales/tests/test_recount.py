"""What orders and the khata add up to."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grahak.core import business
from grahak.customers.models import Customer
from grahak.sales.actions import (
    cancel_order,
    edit_order,
    lines_to_return,
    open_balance,
    place_order,
    receive_payment,
    restore_order,
    take_return,
    void_payment,
)
from grahak.sales.models import CustomerFigures, DaySales, LedgerEntry, Order, Payment
from grahak.sales.panels import Bought
from grahak.sales.recount import recount_customers, recount_days
from grahak.sales.tests.conftest import line


def test_the_usual_gap_is_the_median_from_three_order_days_on(amina, mehta, noon):
    for days in (60, 40):
        place_order(by=amina, customer=mehta, lines=[line(1, 100)], placed_at=noon(days))
    found = CustomerFigures.objects.get(customer=mehta)
    assert (found.usual_gap, found.due_on, found.usual_order, found.average) == (None, None, 100, 100)

    place_order(by=amina, customer=mehta, lines=[line(1, 400)], placed_at=noon(9))
    place_order(by=amina, customer=mehta, lines=[line(1, 300)], placed_at=noon(9))
    found.refresh_from_db()
    assert found.usual_gap == 26  # gaps 20 and 31: 25.5, halves up
    assert found.due_on == business.today() + dt.timedelta(days=17)
    assert (found.usual_order, found.average, found.orders, found.net) == (100, 225, 4, 900)
    day = business.today() - dt.timedelta(days=9)
    assert found.rhythm[-1] == [day.isoformat(), 700]


def test_credits_pay_the_oldest_debts_first(amina, mehta, noon):
    for days, worth in ((100, 500), (61, 300), (31, 200), (30, 50)):
        place_order(by=amina, customer=mehta, lines=[line(1, worth)], placed_at=noon(days))
    receive_payment(by=amina, customer=mehta, amount=Decimal("520.50"), method="cash")
    found = CustomerFigures.objects.get(customer=mehta)
    assert (found.balance, found.ages) == (Decimal("529.50"), [50, 200, 279.5, 0])
    assert found.oldest_due == business.today() - dt.timedelta(days=61)
    receive_payment(by=amina, customer=mehta, amount=Decimal(600), method="cash")
    found.refresh_from_db()
    assert (found.balance, found.ages, found.oldest_due) == (Decimal("-70.50"), [], None)


def test_an_older_order_moves_the_day_on_which_a_customer_was_new(amina, mehta, noon):
    place_order(by=amina, customer=mehta, lines=[line(1, 100)], placed_at=noon(2))
    older = place_order(by=amina, customer=mehta, lines=[line(1, 100)], placed_at=noon(5))
    today = business.today()
    counts = {
        (today - row.day).days: (row.new_customers, row.returning_customers) for row in DaySales.objects.all()
    }
    assert counts == {2: (0, 1), 5: (1, 0)}
    cancel_order(older, by=amina)
    assert [(row.new_customers, row.returning_customers) for row in DaySales.objects.all()] == [(1, 0)]


def test_a_customer_counts_once_a_day_in_the_branch_of_the_first_sale(amina, mehta, rajkot, surat, noon):
    morning = noon(1)
    place_order(by=amina, customer=mehta, lines=[line(1, 10)], placed_at=morning, branch=surat)
    place_order(
        by=amina,
        customer=mehta,
        lines=[line(1, 20)],
        placed_at=morning + dt.timedelta(hours=2),
        branch=rajkot,
    )
    found = {
        row.branch.name: (row.net, row.new_customers) for row in DaySales.objects.select_related("branch")
    }
    assert found == {"Surat": (10, 1), "Rajkot": (20, 0)}


def test_days_follow_the_shops_clock(amina, mehta):
    late = dt.datetime(2026, 3, 1, 19, 0, tzinfo=dt.UTC)  # half past midnight of 2 March in Kolkata
    place_order(by=amina, customer=mehta, lines=[line(1, 10)], placed_at=late)
    assert DaySales.objects.get().day == dt.date(2026, 3, 2)


def test_recounting_takes_the_same_queries_for_3_and_30_customers(amina, noon):
    counts = []
    for many in (3, 30):
        customers = [Customer.objects.create(name=f"c{index}") for index in range(many)]
        for customer in customers:
            place_order(by=amina, customer=customer, lines=[line(1, 10)], placed_at=noon(4))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            recount_customers([customer.pk for customer in customers])
        counts.append(len(caught))
    assert counts[0] == counts[1]


# A naive second implementation, one customer and one day at a time

DAYS = 100


def naive_figures(customer: Customer) -> dict[str, object]:
    live = [order for order in Order.objects.filter(customer=customer) if not order.cancelled_at]
    sales = sorted(
        (order for order in live if order.kind == "sale"), key=lambda order: (order.placed_at, order.pk)
    )
    worth: dict[dt.date, Decimal] = defaultdict(Decimal)
    for order in sales:
        worth[business.day_of(order.placed_at)] += order.net
    days = sorted(worth)
    gaps = sorted((days[index + 1] - days[index]).days for index in range(len(days) - 1))
    gap = None
    if len(days) > 2:
        middle = len(gaps) // 2
        gap = gaps[middle] if len(gaps) % 2 else (gaps[middle - 1] + gaps[middle] + 1) // 2
    entries = list(LedgerEntry.objects.filter(customer=customer).order_by("at", "id"))
    dead = {entry.reverses_id for entry in entries if entry.reverses_id}
    entries = [entry for entry in entries if entry.pk not in dead and not entry.reverses_id]
    bills = [[business.day_of(entry.at), entry.amount] for entry in entries if entry.amount > 0]
    for credit in [-entry.amount for entry in entries if entry.amount < 0]:
        for bill in bills:
            part = min(bill[1], credit)
            bill[1] -= part
            credit -= part
    bills = [bill for bill in bills if bill[1]]
    ages = [Decimal(0)] * 4
    for day, amount in bills:
        age = (business.today() - day).days
        ages[0 if age <= 30 else 1 if age <= 60 else 2 if age <= 90 else 3] += amount
    return {
        "orders": len(sales),
        "returns": len(live) - len(sales),
        "net": sum((order.net for order in live), Decimal(0)),
        "returned": -sum((order.net for order in live if order.kind == "return"), Decimal(0)),
        "first_at": sales[0].placed_at if sales else None,
        "last_at": sales[-1].placed_at if sales else None,
        "usual_gap": gap,
        "due_on": days[-1] + dt.timedelta(days=gap) if gap else None,
        "lapses_on": days[-1] + dt.timedelta(days=gap * 2) if gap else None,
        "balance": sum((entry.amount for entry in entries), Decimal(0)),
        "oldest_due": bills[0][0] if bills else None,
        "ages": ages if bills else [],
    }


def naive_day(day: dt.date) -> dict[str, object] | None:
    orders = [o for o in Order.objects.filter(cancelled_at=None) if business.day_of(o.placed_at) == day]
    payments = [p for p in Payment.objects.filter(voided_at=None) if business.day_of(p.received_at) == day]
    if not orders and not payments:
        return None
    buyers = {order.customer_id for order in orders if order.kind == "sale" and order.customer_id}
    known = set()
    for order in Order.objects.filter(cancelled_at=None, kind="sale", customer_id__in=buyers):
        if business.day_of(order.placed_at) < day:
            known.add(order.customer_id)
    zero = Decimal(0)
    return {
        "orders": sum(order.kind == "sale" for order in orders),
        "net": sum((order.net for order in orders), zero),
        "service": sum((order.service for order in orders), zero),
        "tax": sum((order.tax for order in orders), zero),
        "anonymous": sum((order.net for order in orders if not order.customer_id), zero),
        "new_customers": len(buyers - known),
        "returning_customers": len(buyers & known),
        "received": sum((order.received for order in orders), zero) + sum((p.amount for p in payments), zero),
    }


steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["order", "order", "stranger", "edit", "cancel", "restore", "return", "pay", "void", "open"]
        ),
        st.integers(0, 2),
        st.integers(0, DAYS),
        st.integers(1, 90_000),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_after_any_actions_the_figures_are_what_a_naive_count_gives(
    steps, amina, mehta, iqbal, postage, noon
):
    CustomerFigures.objects.all().delete()
    DaySales.objects.all().delete()
    LedgerEntry.objects.all().delete()
    Payment.objects.all().delete()
    Order.objects.all().delete()
    customers = [mehta, iqbal, mehta]
    for verb, who, days, worth in steps:
        apply(verb, customers[who], noon(days), Decimal(worth) / 100, amina)
    for customer in (mehta, iqbal):
        counted = CustomerFigures.objects.filter(customer=customer).first()
        if counted is None:
            assert not Order.objects.filter(customer=customer).exists()
            continue
        expected = naive_figures(customer)
        found = {name: getattr(counted, name) for name in expected}
        found["ages"] = [Decimal(str(part)) for part in counted.ages]
        assert found == expected
        assert sum(found["ages"]) == max(counted.balance, 0)
    rows: dict[dt.date, dict[str, object]] = {}
    for row in DaySales.objects.all():
        assert row.day not in rows  # one branch here
        rows[row.day] = {name: getattr(row, name) for name in NAMES}
    for ago in range(DAYS + 1):
        day = business.today() - dt.timedelta(days=ago)
        assert rows.get(day) == naive_day(day)
    before = list(DaySales.objects.order_by("day").values_list("day", "net", "orders"))
    recount_days([day for day, *_rest in before])
    recount_customers([mehta.pk, iqbal.pk])
    assert list(DaySales.objects.order_by("day").values_list("day", "net", "orders")) == before


NAMES = ("orders", "net", "service", "tax", "anonymous", "new_customers", "returning_customers", "received")


def apply(verb: str, customer: Customer, at: dt.datetime, worth: Decimal, by) -> None:
    """One step of a story; a step that makes no sense now does nothing."""
    sales = Order.objects.filter(kind="sale", customer=customer, cancelled_at=None, returned_by=None)
    drafts = [line(2, worth), line(1, "0.5", code="POST")]
    match verb:
        case "order":
            place_order(
                by=by, customer=customer, lines=drafts, placed_at=at, received=worth if worth > 300 else None
            )
        case "stranger":
            place_order(by=by, customer=None, lines=drafts, placed_at=at)
        case "edit" if order := sales.first():
            edit_order(order, by=by, lines=[line(3, worth)], placed_at=at)
        case "cancel" if order := sales.first():
            cancel_order(order, by=by, keep_money=worth > 200)
        case "restore" if order := Order.objects.filter(cancelled_at__isnull=False).first():
            restore_order(order, by=by)
        case "return" if order := sales.first():
            take_return(order, by=by, lines=lines_to_return(order, {1: Decimal(1)}))
        case "pay":
            receive_payment(by=by, customer=customer, amount=worth, method="cash", received_at=at)
        case "void" if payment := Payment.objects.filter(voided_at=None).first():
            void_payment(payment, by=by)
        case "open":
            open_balance(customer, worth, by=by, at=at)


@pytest.mark.django_db
def test_unknown_customers_are_passed_over(business):
    recount_customers([987654321])
    assert not CustomerFigures.objects.exists()


@pytest.mark.parametrize(
    ("net", "before", "change"),
    [("300", "200", 50), ("100", "200", -50), ("2000", "200", 900), ("2001", "200", None), ("5", "0", None)],
)
def test_a_percentage_stands_only_on_a_base_that_says_something(net, before, change):
    zero = Decimal(0)
    bought = Bought(dt.date(2026, 4, 1), Decimal(net), Decimal(before), zero, zero, True)
    assert bought.change == change
