"""The khata part of the demo story: the biggest wholesale customers buy on credit and pay in their own
manner, so that balances, ages and limits look like an account book that is in use. Invented, from a fixed
seed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db.models import Case, F, Value, When
from django.db.models.functions import Mod
from django.utils import timezone

from grahak.core import audit, business
from grahak.core.bulk import pieces
from grahak.core.events import announce
from grahak.core.models import User
from grahak.customers.models import Activity, Customer, Kind
from grahak.sales.actions import void_payment
from grahak.sales.deals import demo as deals
from grahak.sales.models import (
    CustomerFigures,
    LedgerEntry,
    LedgerKind,
    Order,
    OrderKind,
    Payment,
    PaymentMethod,
)
from grahak.sales.recount import recount

ON_CREDIT = 250
SEED = 20_261_123
METHODS = (PaymentMethod.UPI, PaymentMethod.CHEQUE, PaymentMethod.BANK, PaymentMethod.CASH)
# How people pay: (share of customers, days after the terms from … to, part of what is due from … to)
HABITS = {
    "prompt": (50, (-8, 4), (0.97, 1.0)),
    "slow": (32, (6, 24), (0.8, 1.0)),
    "late": (13, (25, 55), (0.5, 0.85)),
    "stuck": (5, (20, 40), (0.3, 0.6)),
}


@dataclass
class Debtor:
    """A customer on credit, the bills that go to the khata, and how they are paid."""

    customer: Customer
    orders: list[Order]
    habit: str
    days: int
    credits: list[tuple[dt.datetime, Decimal]] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    def balance(self, until: dt.datetime) -> Decimal:
        debits = sum((order.total for order in self.orders if order.placed_at <= until), Decimal(0))
        return debits - sum((amount for at, amount in self.credits if at <= until), Decimal(0))


def tell_story(*, by: User | None) -> dict[str, int]:
    """Tell it; runs once in the demo's transaction. Returns how many customers, bills and payments it
    made."""
    chance, now = random.Random(SEED), timezone.now()
    debtors = [_debtor(customer, orders, chance) for customer, orders in _wholesale()]
    for debtor in debtors:
        _pay(debtor, chance, now, by)
        _set_terms(debtor, chance, now)
    Customer.objects.bulk_update(
        [debtor.customer for debtor in debtors], ["credit_limit", "credit_days"], batch_size=300
    )
    _say_how_the_rest_paid()
    orders = [order for debtor in debtors for order in debtor.orders]
    for piece in pieces(order.pk for order in orders):
        Order.objects.filter(pk__in=piece).update(received=Decimal(0), received_how="")
    payments = Payment.objects.bulk_create([payment for debtor in debtors for payment in debtor.payments])
    LedgerEntry.objects.bulk_create(_entries(debtors, payments, by), batch_size=2000)
    Activity.objects.bulk_create([_line(payment) for payment in payments], batch_size=2000)
    days = {business.day_of(order.placed_at) for order in orders}
    days |= {business.day_of(payment.received_at) for payment in payments}
    customers = [debtor.customer.pk for debtor in debtors]
    recount(customers, days)
    for payment in _bounced(payments, now):
        void_payment(payment, by=by)
    audit.record("sales.demo.told", None, by=by, customers=len(customers), payments=len(payments))
    announce("sales.orders.changed", customer_ids=customers, days=sorted(days))
    announce("sales.ledger.changed", customer_ids=customers)
    told = deals.tell_story(by=by)
    return {"customers": len(customers), "bills": len(orders), "payments": len(payments), "deals": told}


def _wholesale() -> list[tuple[Customer, list[Order]]]:
    """The shops and firms that bought most, none with a khata yet, with their orders oldest first."""
    best = CustomerFigures.objects.filter(
        customer__kind=Kind.BUSINESS, orders__gte=4, customer__ledger__isnull=True
    ).order_by("-net")[:ON_CREDIT]
    customers = {row.customer_id: row.customer for row in best.select_related("customer")}
    orders: dict[int, list[Order]] = {pk: [] for pk in customers}
    for piece in pieces(customers):
        rows = Order.objects.filter(customer_id__in=piece, cancelled_at=None).order_by("placed_at", "id")
        for order in rows:
            orders[order.customer_id or 0].append(order)
    return [(customers[pk], orders[pk]) for pk in customers]


def _debtor(customer: Customer, orders: list[Order], chance: random.Random) -> Debtor:
    habit = chance.choices(list(HABITS), [share for share, *_rest in HABITS.values()])[0]
    on_credit = [order for order in orders if order.is_return or chance.random() > 0.08]
    return Debtor(customer, on_credit, habit, chance.choice((15, 30, 30, 45, 45, 60)))


def _pay(debtor: Debtor, chance: random.Random, now: dt.datetime, by: User | None) -> None:
    """Walk from visit to visit; on each the customer pays a part of what is due by their habit."""
    if not debtor.orders:
        return
    _share, delay, part = HABITS[debtor.habit]
    last = now - dt.timedelta(days=chance.randint(95, 160)) if debtor.habit == "stuck" else now
    visit = debtor.orders[0].placed_at
    while True:
        visit += dt.timedelta(days=chance.randint(6, 20))
        at = business.day_start(business.day_of(visit)) + dt.timedelta(minutes=chance.randint(600, 1140))
        if at >= last:
            return
        wait = debtor.days + chance.randint(*delay)
        due = _due(debtor, at, wait)
        if due <= 0:
            continue
        amount = _rounded(due * Decimal(str(round(chance.uniform(*part), 3))), due, debtor.habit == "prompt")
        if amount <= 0:
            continue
        debtor.credits.append((at, amount))
        debtor.payments.append(_payment(debtor, at, amount, chance, by))


def _due(debtor: Debtor, at: dt.datetime, wait: int) -> Decimal:
    """What has waited longer than WAIT days at a moment, returns and payments so far taken off."""
    old = at - dt.timedelta(days=max(0, wait))
    sales = (order.total for order in debtor.orders if not order.is_return and order.placed_at <= old)
    back = (order.total for order in debtor.orders if order.is_return and order.placed_at <= at)
    paid = sum((amount for _at, amount in debtor.credits), Decimal(0))
    return sum(sales, Decimal(0)) + sum(back, Decimal(0)) - paid


def _rounded(amount: Decimal, due: Decimal, exact: bool) -> Decimal:
    """People pay round sums; who pays promptly pays the bill."""
    if exact or due < 1000:
        return due.quantize(Decimal("0.01"))
    step = Decimal(1000) if amount >= 10_000 else Decimal(100)
    return (amount // step) * step


def _payment(
    debtor: Debtor, at: dt.datetime, amount: Decimal, chance: random.Random, by: User | None
) -> Payment:
    method = chance.choices(METHODS, (40, 25, 25, 10))[0]
    prefix = {"upi": "UPI", "cheque": "CHQ", "bank": "NEFT", "cash": "R"}[method]
    return Payment(
        customer=debtor.customer,
        branch_id=debtor.customer.branch_id,
        amount=amount,
        method=method,
        reference=f"{prefix} {chance.randint(100_000, 999_999)}",
        received_at=at,
        by=by,
        created_at=at,
    )


def _set_terms(debtor: Debtor, chance: random.Random, now: dt.datetime) -> None:
    """Credit days as they buy; a limit that most keep, some are near, a few are over."""
    balance = debtor.balance(now)
    peak = max([balance, *(debtor.balance(order.placed_at) for order in debtor.orders)], default=Decimal(0))
    fate = chance.random()
    if balance > 0 and fate < 0.1:
        wanted = balance * Decimal("0.85")
    elif balance > 0 and fate < 0.22:
        wanted = balance * Decimal("1.1")
    else:
        wanted = peak * Decimal("1.25")
    debtor.customer.credit_days = debtor.days
    debtor.customer.credit_limit = max(_nice(wanted), Decimal(5000))


def _nice(amount: Decimal) -> Decimal:
    """Limits are round: to two figures, upwards."""
    if amount <= 0:
        return Decimal(0)
    step = Decimal(10) ** max(3, amount.adjusted() - 1)
    return (amount / step).to_integral_value(ROUND_CEILING) * step


def _entries(
    debtors: Iterable[Debtor], payments: Iterable[Payment], by: User | None
) -> Iterable[LedgerEntry]:
    for debtor in debtors:
        for order in debtor.orders:
            if not order.total:
                continue
            due = business.day_of(order.placed_at) + dt.timedelta(days=debtor.days)
            yield LedgerEntry(
                customer=debtor.customer,
                kind=LedgerKind.RETURN if order.kind == OrderKind.RETURN else LedgerKind.ORDER,
                amount=order.total,
                at=order.placed_at,
                due_on=None if order.is_return else due,
                order=order,
                by=by,
            )
    for payment in payments:
        yield LedgerEntry(
            customer_id=payment.customer_id,
            kind=LedgerKind.PAYMENT,
            amount=-payment.amount,
            at=payment.received_at,
            payment=payment,
            by=by,
        )


def _line(payment: Payment) -> Activity:
    return Activity(
        customer_id=payment.customer_id,
        kind="sales.payment.received",
        group="money",
        at=payment.received_at,
        by=payment.by,
        subject="payment",
        subject_id=payment.pk,
        title=payment.reference,
        amount=-payment.amount,
        facts={"method": payment.method},
    )


def _bounced(payments: Iterable[Payment], now: dt.datetime) -> list[Payment]:
    """Three cheques of the last weeks that came back from the bank."""
    recent = [
        payment
        for payment in payments
        if payment.method == PaymentMethod.CHEQUE and now - payment.received_at < dt.timedelta(days=21)
    ]
    return recent[:3]


def _say_how_the_rest_paid() -> None:
    """Orders that were paid at once: by UPI, in cash or by card."""
    rows: Any = Order.objects.filter(received_how="").exclude(received=0)
    rows.alias(third=Mod(F("id"), 3)).update(
        received_how=Case(
            When(third=0, then=Value(PaymentMethod.UPI.value)),
            When(third=1, then=Value(PaymentMethod.CASH.value)),
            default=Value(PaymentMethod.CARD.value),
        )
    )
