"""Money and goods that come back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from grahak.core import business
from grahak.customers.models import Activity
from grahak.sales.actions import (
    cancel_order,
    left_to_return,
    lines_to_return,
    open_balance,
    place_order,
    receive_payment,
    restore_order,
    take_return,
    void_payment,
)
from grahak.sales.models import CustomerFigures, DaySales, LedgerEntry, Payment
from grahak.sales.tests.conftest import line


def figures(customer) -> CustomerFigures:
    return CustomerFigures.objects.get(customer=customer)


def test_a_payment_is_credited_told_and_counted_once(amina, mehta):
    place_order(by=amina, customer=mehta, lines=[line(1, 1000)])
    for _ in range(2):
        receive_payment(
            by=amina, customer=mehta, amount=Decimal(400), method="upi", reference="R-1", once="t"
        )
    payment = Payment.objects.get()
    assert (figures(mehta).balance, payment.method) == (600, "upi")
    told = Activity.objects.get(group="money")
    assert (told.kind, told.amount, told.title) == ("sales.payment.received", -400, "R-1")
    assert DaySales.objects.get().received == 400


def test_a_payment_is_taken_back_as_if_it_had_never_come(amina, mehta, noon):
    place_order(by=amina, customer=mehta, lines=[line(1, 1000)], placed_at=noon(70))
    payment = receive_payment(
        by=amina, customer=mehta, amount=Decimal(1000), method="cheque", received_at=noon(5)
    )
    assert figures(mehta).ages == []
    void_payment(payment, by=amina)
    void_payment(payment, by=amina)
    found = figures(mehta)
    assert (found.balance, found.ages) == (1000, [0, 0, 1000, 0])
    assert found.oldest_due == business.today() - dt.timedelta(days=70)
    assert [entry.amount for entry in LedgerEntry.objects.order_by("id")] == [1000, -1000, 1000]
    assert Activity.objects.get(kind="sales.payment.received").amount is None


def test_money_can_be_paid_back(amina, mehta):
    receive_payment(by=amina, customer=mehta, amount=Decimal(-250), method="cash")
    assert figures(mehta).balance == 250
    assert DaySales.objects.get().received == -250


def test_absurd_payments_are_refused(amina, mehta):
    for amount in (Decimal(0), Decimal(10) ** 12):
        with pytest.raises(ValidationError) as refused:
            receive_payment(by=amina, customer=mehta, amount=amount, method="cash")
        assert list(refused.value.message_dict) == ["amount"]
    assert not Payment.objects.exists()


def test_an_opening_balance_replaces_the_earlier_one(amina, mehta, noon):
    open_balance(mehta, Decimal(5000), by=amina, at=noon(100))
    open_balance(mehta, Decimal(4500), by=amina, at=noon(100))
    found = figures(mehta)
    assert (found.balance, found.ages) == (4500, [0, 0, 0, 4500])
    open_balance(mehta, Decimal(0), by=amina)
    assert figures(mehta).balance == 0
    assert Activity.objects.filter(kind="sales.balance.opened").count() == 1


def test_goods_come_back_at_the_rate_and_tax_they_were_sold(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(3, 100, tax=Decimal(15)), line(2, 7)])
    drafts = lines_to_return(order, {1: Decimal(1)})
    back = take_return(order, by=amina, lines=drafts)
    assert (back.number, back.net, back.tax, back.total, back.received) == ("RT-000001", -100, -5, -105, 0)
    assert [(row.quantity, row.amount, row.of_ordinal) for row in back.lines.all()] == [(-1, -100, 1)]
    found = figures(mehta)
    assert (found.orders, found.returns, found.net, found.returned, found.balance) == (1, 1, 214, 100, 224)
    assert left_to_return(order) == {1: 2, 2: 2}
    day = DaySales.objects.get()
    assert (day.orders, day.returns, day.net, day.returned, day.tax) == (1, 1, 214, 100, 10)


def test_no_more_comes_back_than_went_out(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line("2.5", 100)])
    first = take_return(order, by=amina, lines=lines_to_return(order, {1: Decimal(2)}))
    with pytest.raises(ValidationError) as refused:
        lines_to_return(order, {1: Decimal(1)})
    assert refused.value.message_dict == {"lines": ["Line 1: at most 0.5 can come back."]}
    cancel_order(first, by=amina)
    take_return(order, by=amina, lines=lines_to_return(order, {1: Decimal(1)}))
    with pytest.raises(ValidationError):
        restore_order(first, by=amina)


def test_a_refund_pays_out_at_once(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 100)])
    take_return(order, by=amina, lines=lines_to_return(order, {1: Decimal(1)}), refunded=Decimal(60))
    assert figures(mehta).balance == 160
    assert DaySales.objects.get().received == -60
    with pytest.raises(ValidationError) as refused:
        take_return(order, by=amina, lines=lines_to_return(order, {1: Decimal(1)}), refunded=Decimal(101))
    assert list(refused.value.message_dict) == ["refunded"]


def test_goods_come_back_without_an_order(amina, mehta, rajkot):
    back = take_return(None, by=amina, customer=mehta, lines=[line(2, 100)], branch=rajkot)
    assert (back.total, figures(mehta).balance) == (-200, -200)
    stranger = take_return(None, by=amina, lines=[line(1, 30)], branch=rajkot)
    assert (stranger.received, stranger.customer) == (-30, None)


def test_a_return_is_not_dated_before_its_order(amina, mehta, noon):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 100)], placed_at=noon(2))
    with pytest.raises(ValidationError) as refused:
        take_return(order, by=amina, lines=lines_to_return(order, {1: Decimal(1)}), placed_at=noon(3))
    assert list(refused.value.message_dict) == ["placed_at"]
