"""Orders that come of deals: offered when they seem to, linked, made of a deal's lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from grahak.core.models import User
from grahak.sales.actions import LineDraft as OrderLineDraft
from grahak.sales.actions import place_order
from grahak.sales.deals import actions
from grahak.sales.models import Deal, DealOrder, Order

pytestmark = pytest.mark.django_db
Begin = Callable[..., Deal]


@pytest.fixture
def order(mehta: Any, bilal: User) -> Callable[..., Order]:
    def make(worth: int, **more: Any) -> Order:
        lines = [OrderLineDraft(Decimal(1), Decimal(worth), description="Sarees")]
        return place_order(by=bilal, customer=mehta, lines=lines, branch=mehta.branch, **more)

    return make


def test_an_order_that_fits_an_open_deal_is_offered_on_its_page_and_wins_it_in_one_press(
    begin: Begin, order: Callable[..., Order], as_bilal: Client
) -> None:
    deal = begin()
    order(30_000)
    assert not DealOrder.objects.exists()  # less than half
    fitting = order(90_000)
    assert "Did this order come of it?" in as_bilal.get(f"/deals/{deal.pk}/").content.decode()
    as_bilal.post(f"/deals/{deal.pk}/order/", {"order": fitting.pk, "win": "1"})
    deal.refresh_from_db()
    link = DealOrder.objects.get()
    assert (deal.state, link.order, link.state) == ("won", fitting, "linked")


def test_an_order_from_before_the_deal_is_not_offered(begin: Begin, order: Callable[..., Order]) -> None:
    order(90_000, placed_at=timezone.now() - dt.timedelta(days=3))
    begin()
    assert actions.offer_orders() == 0


def test_a_refused_order_is_not_offered_again(
    begin: Begin, order: Callable[..., Order], as_bilal: Client
) -> None:
    deal = begin()
    placed = order(100_000)
    as_bilal.post(f"/deals/{deal.pk}/order/", {"order": placed.pk, "do": "refuse"})
    assert actions.offer_orders() == 0
    assert DealOrder.objects.get().state == "refused"


def test_an_order_comes_of_one_deal_only(begin: Begin, order: Callable[..., Order], bilal: User) -> None:
    first, second = begin(), begin(title="Uniforms")
    placed = order(100_000)
    actions.link_order(first, placed, by=bilal)
    with pytest.raises(ValidationError):
        actions.link_order(second, placed, by=bilal)
    assert list(DealOrder.objects.values_list("deal_id", "state")) == [(first.pk, "linked")]


def test_won_with_an_order_made_of_its_lines(begin: Begin, as_bilal: Client, bilal: User) -> None:
    deal = begin()
    actions.set_lines(deal, [actions.LineDraft(Decimal(10), Decimal(620), description="Georgette")], by=bilal)
    for _press in range(2):
        answer = as_bilal.post(f"/deals/{deal.pk}/win/", {"how": "lines"})
    placed = Order.objects.get()
    assert answer.headers["Location"] == placed.get_absolute_url()
    assert (placed.total, placed.customer) == (Decimal(6200), deal.customer)
    assert DealOrder.objects.get(state="linked").order == placed


def test_the_order_sheet_opened_from_a_deal_links_what_is_written(begin: Begin, as_bilal: Client) -> None:
    deal = begin()
    answer = as_bilal.post(f"/deals/{deal.pk}/win/", {"how": "write", "version": 1})
    address = f"/orders/new/?customer={deal.customer_id}&deal={deal.pk}"
    assert answer.headers["Location"] == address
    sheet = {
        "customer_id": deal.customer_id, "customer": deal.customer.name, "day": timezone.localdate().isoformat(),
        "item-1": "Sarees", "quantity-1": "2", "rate-1": "500", "once": "sheet-1",
    }  # fmt: skip
    as_bilal.post(address, sheet)
    assert DealOrder.objects.get(state="linked").deal == deal


def test_an_order_of_another_customer_is_refused(
    begin: Begin, order: Callable[..., Order], bilal: User, rajkot: Any
) -> None:
    from grahak.customers.models import Customer

    deal = begin(customer=Customer.objects.create(name="Another", name_sort="another", branch=rajkot))
    with pytest.raises(ValidationError):
        actions.link_order(deal, order(100_000), by=bilal)
