"""An order is placed, changed, cancelled and brought back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from grahak.core import business
from grahak.core.events import _LISTENERS, on
from grahak.core.models import AuditEntry
from grahak.customers.models import Activity
from grahak.sales.actions import LineDraft, cancel_order, edit_order, place_order, restore_order, take_return
from grahak.sales.models import CustomerFigures, DaySales, LedgerEntry, Order
from grahak.sales.tests.conftest import line


def balance(customer) -> Decimal:
    return CustomerFigures.objects.get(customer=customer).balance


def test_an_order_adds_up_by_goods_services_and_tax(amina, mehta, georgette, bandhani, postage):
    order = place_order(
        by=amina,
        customer=mehta,
        lines=[
            LineDraft(product=georgette, quantity=Decimal(10), unit_price=Decimal(600), tax=Decimal(300)),
            LineDraft(product=bandhani, quantity=Decimal("2.5"), unit_price=Decimal("33.33")),
            LineDraft(code="post", description="By bus", quantity=Decimal(1), unit_price=Decimal(150)),
        ],
        received=Decimal(1000),
    )
    assert (order.net, order.service, order.tax) == (Decimal("6083.325"), Decimal(150), Decimal(300))
    assert order.total == Decimal("6533.33")
    assert [(row.ordinal, row.code, row.description, row.is_service) for row in order.lines.all()] == [
        (1, "GEO-1", "Georgette, pastel", False),
        (2, "BAN-1", "Bandhani, cotton", False),
        (3, "post", "By bus", True),
    ]
    entry = LedgerEntry.objects.get()
    assert (entry.kind, entry.amount, entry.due_on) == (
        "order",
        Decimal("5533.33"),
        business.today() + dt.timedelta(days=45),
    )
    told = Activity.objects.get()
    assert (told.kind, told.group, told.amount) == ("sales.order.placed", "orders", Decimal("6533.33"))
    assert (told.subject, told.subject_id, told.title) == ("order", order.pk, "SO-000001")
    assert told.facts == {"lines": 3, "net": "6083.3250"}
    assert AuditEntry.objects.filter(action="sales.order.placed", by=amina, subject_id=order.pk).count() == 1


def test_numbers_count_up_and_step_over_taken_ones(amina, mehta):
    place_order(by=amina, customer=mehta, lines=[line(1, 10)], number="SO-000002")
    found = [place_order(by=amina, customer=mehta, lines=[line(1, 10)]).number for _ in range(2)]
    assert found == ["SO-000001", "SO-000003"]
    with pytest.raises(ValidationError) as refused:
        place_order(by=amina, customer=mehta, lines=[line(1, 10)], number="SO-000002")
    assert refused.value.message_dict == {"number": ["There is already an order SO-000002."]}


def test_the_same_form_sent_twice_makes_one_order(amina, mehta):
    first = place_order(by=amina, customer=mehta, lines=[line(1, 10)], once="abc")
    again = place_order(by=amina, customer=mehta, lines=[line(1, 10)], once="abc")
    assert first == again
    assert Order.objects.count() == 1
    assert balance(mehta) == 10


@pytest.mark.parametrize(
    ("drafts", "sentence"),
    [
        ([], "Write at least one line."),
        ([line(1, 5), line(0, 5)], "Line 2: the quantity must be more than zero."),
        ([line(-3, 5)], "Line 1: the quantity must be more than zero."),
        ([line(1, -5)], "Line 1: the rate cannot be less than zero."),
        ([line(10**9, 10**9)], "Line 1: the amount is too large."),
        ([line(1, 5, what=" ")], "Line 1: choose an item or write what it is."),
        ([line(1, 5, tax=Decimal(6))], "Line 1: the tax must be between nothing and the whole amount."),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(amina, mehta, drafts, sentence):
    with pytest.raises(ValidationError) as refused:
        place_order(by=amina, customer=mehta, lines=drafts)
    assert refused.value.message_dict == {"lines": [sentence]}
    assert (Order.objects.count(), LedgerEntry.objects.count(), AuditEntry.objects.count()) == (0, 0, 0)


def test_absurd_days_are_refused(amina, mehta):
    for moment in (timezone.now() + dt.timedelta(days=2), dt.datetime(1969, 5, 1, tzinfo=dt.UTC)):
        with pytest.raises(ValidationError) as refused:
            place_order(by=amina, customer=mehta, lines=[line(1, 5)], placed_at=moment)
        assert list(refused.value.message_dict) == ["placed_at"]


def test_a_stranger_pays_in_full_and_counts_for_the_shop_only(amina, rajkot):
    order = place_order(by=amina, customer=None, lines=[line(2, 50)], branch=rajkot)
    assert (order.received, LedgerEntry.objects.count(), Activity.objects.count()) == (100, 0, 0)
    day = DaySales.objects.get()
    assert (day.net, day.anonymous, day.new_customers, day.received) == (100, 100, 0, 100)
    with pytest.raises(ValidationError) as refused:
        place_order(by=amina, customer=None, lines=[line(2, 50)], received=Decimal(60))
    assert list(refused.value.message_dict) == ["received"]


def test_an_edited_order_is_posted_anew(amina, mehta, noon):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 50)], placed_at=noon(3))
    edit_order(order, by=amina, lines=[line(3, 50), line(1, 5)], received=Decimal(55))
    order.refresh_from_db()
    assert (order.total, order.received) == (155, 55)
    assert [entry.amount for entry in LedgerEntry.objects.order_by("id")] == [100, -100, 100]
    assert balance(mehta) == 100
    assert Activity.objects.get().amount == 155
    changes = AuditEntry.objects.get(action="sales.order.edited").detail["changes"]
    assert changes["total"] == ["100.0000", "155.00"]
    assert DaySales.objects.get(day=business.today() - dt.timedelta(days=3)).net == 155


def test_an_edit_that_changes_nothing_writes_nothing(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 50)])
    edit_order(order, by=amina, lines=[line(2, 50)])
    assert LedgerEntry.objects.count() == 1
    assert not AuditEntry.objects.filter(action="sales.order.edited").exists()


def test_an_order_moves_to_another_khata(amina, mehta, iqbal):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 50)])
    edit_order(order, by=amina, customer=iqbal)
    assert (balance(mehta), balance(iqbal)) == (0, 100)
    assert Activity.objects.get().customer == iqbal


def test_two_people_cannot_overwrite_each_other(amina, bilal, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 50)])
    seen = order.updated_at
    edit_order(order, by=bilal, lines=[line(3, 50)], seen=seen)
    with pytest.raises(ValidationError, match="Somebody changed this order"):
        edit_order(order, by=amina, lines=[line(4, 50)], seen=seen)
    assert balance(mehta) == 150


def test_a_cancelled_order_counts_nowhere_and_comes_back(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 50)], received=Decimal(30))
    cancel_order(order, by=amina)
    cancel_order(order, by=amina)
    figures = CustomerFigures.objects.get(customer=mehta)
    assert (figures.orders, figures.net, figures.balance, figures.first_at) == (0, 0, 0, None)
    assert not DaySales.objects.exists()
    assert Activity.objects.get(kind="sales.order.placed").amount is None
    assert Activity.objects.filter(kind="sales.order.cancelled").count() == 1

    restore_order(order, by=amina)
    figures.refresh_from_db()
    assert (figures.orders, figures.net, figures.balance) == (1, 100, 70)
    assert (DaySales.objects.get().net, DaySales.objects.get().received) == (100, 30)
    assert not Activity.objects.filter(kind="sales.order.cancelled").exists()


def test_money_paid_with_a_cancelled_order_can_stay_on_the_khata(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 50)], received=Decimal(30))
    cancel_order(order, by=amina, keep_money=True)
    assert balance(mehta) == -30
    assert DaySales.objects.get().received == 30
    restore_order(order, by=amina)
    assert balance(mehta) == 70
    assert DaySales.objects.get().received == 30


def test_an_order_with_returns_is_neither_changed_nor_cancelled(amina, mehta):
    order = place_order(by=amina, customer=mehta, lines=[line(2, 50)])
    back = take_return(order, by=amina, lines=[line(1, 50, of_ordinal=1)])
    for change in (
        lambda: edit_order(order, by=amina, lines=[line(1, 1)]),
        lambda: cancel_order(order, by=amina),
    ):
        with pytest.raises(ValidationError, match="cancel the return first"):
            change()
    cancel_order(back, by=amina)
    cancel_order(order, by=amina)
    assert balance(mehta) == 0
    with pytest.raises(ValidationError, match="Nothing can come back"):
        take_return(order, by=amina, lines=[line(1, 50, of_ordinal=1)])


def test_higher_rooms_hear_of_changed_orders_and_khatas(amina, mehta):
    heard = []

    def listen(**facts):
        heard.append(facts)

    for event in ("sales.orders.changed", "sales.ledger.changed"):
        on(event, listen)
    try:
        place_order(by=amina, customer=mehta, lines=[line(1, 10)])
        place_order(by=amina, customer=mehta, lines=[line(1, 10)], received=Decimal(10))
    finally:
        for event in ("sales.orders.changed", "sales.ledger.changed"):
            _LISTENERS[event].remove(listen)
    changed = {"customer_ids": [mehta.pk], "days": [business.today()]}
    assert heard == [changed, {"customer_ids": [mehta.pk]}, changed]
