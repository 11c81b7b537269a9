"""What counts for a campaign, to the paisa, by cases counted by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import count as numbers
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.channels.models import Click, Dispatch, Link, Message
from grahak.core.models import User
from grahak.customers.models import Contact, Customer
from grahak.marketing.models import Campaign
from grahak.marketing.report import MODELS, figures, kept, model_of
from grahak.sales.models import Order, OrderLine

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
CLICK, SENT = MODELS["last_click"], MODELS["last_message"]
_number = numbers(1)


def after(**time: float) -> dt.datetime:
    """A moment after noon of the second of November."""
    return NOON + dt.timedelta(**time)


def buyer(name: str) -> Customer:
    found = Customer.objects.create(name=name, name_sort=name.lower())
    Contact.objects.create(customer=found, name=name, is_primary=True)
    return found


def campaign(at: dt.datetime = NOON, *, days: int = 7, link: bool = True, **more: Any) -> Campaign:
    found = Campaign.objects.create(name=f"C{next(_number)}", attribution_days=days, **more)
    found.dispatch = Dispatch.objects.create(
        renderer="campaign", subject_id=found.pk, state="done", launched_at=at, finished_at=at
    )
    found.save()
    if link:
        Link.objects.create(dispatch=found.dispatch, url="https://shop.example/")
    return found


def send(found: Campaign, who: Customer, at: dt.datetime | None = None, **more: Any) -> Message:
    assert found.dispatch is not None
    sent_at = (at or found.dispatch.launched_at) if more.get("state", "sent") == "sent" else None
    found.dispatch.audience = found.dispatch.messages.count() + 1
    found.dispatch.save()
    return Message.objects.create(
        **{"state": "sent", "sent_at": sent_at, **more},
        dispatch=found.dispatch, customer=who, contact=who.contacts.get(),
    )  # fmt: skip


def click(message: Message, at: dt.datetime, *, bot: bool = False) -> None:
    Click.objects.create(link=message.dispatch.links.get(), message=message, at=at, bot=bot)
    if not bot and message.first_clicked_at is None:
        Message.objects.filter(pk=message.pk).update(first_clicked_at=at, first_opened_at=at)


def order(
    who: Customer | None, at: dt.datetime, *lines: tuple[str, str, Product | None], **more: Any
) -> Order:
    """An order of lines (quantity, rate, item); net is their sum."""
    net = sum((Decimal(quantity) * Decimal(rate) for quantity, rate, _item in lines), Decimal(0))
    made = Order.objects.create(
        number=f"R-{next(_number)}", source="test", customer=who, placed_at=at, net=net, total=net, **more
    )
    for place, (quantity, rate, item) in enumerate(lines, 1):
        OrderLine.objects.create(
            order=made, ordinal=place, product=item, quantity=Decimal(quantity), unit_price=Decimal(rate),
            amount=Decimal(quantity) * Decimal(rate),
        )  # fmt: skip
    return made


def one_line(who: Customer | None, at: dt.datetime, amount: str, **more: Any) -> Order:
    quantity = "-1" if amount.startswith("-") else "1"
    return order(who, at, (quantity, amount.lstrip("-"), None), **more)


@pytest.fixture
def asha(business: Any) -> Customer:
    return buyer("Asha")


@pytest.fixture
def ravi(business: Any) -> Customer:
    return buyer("Ravi")


def net(found: Campaign, model: Any = CLICK) -> tuple[int, Decimal]:
    whole = figures(found, model).whole
    return whole.orders, whole.net


def test_an_order_counts_after_a_click_and_not_before_it(asha: Customer) -> None:
    found = campaign()
    click(send(found, asha), after(hours=5))
    one_line(asha, after(hours=4), "100")
    one_line(asha, after(hours=6), "250.25")
    assert net(found) == (1, Decimal("250.25"))
    assert net(found, SENT) == (2, Decimal("350.25"))


def test_an_order_before_the_message_counts_for_neither_rule(asha: Customer) -> None:
    found = campaign()
    click(send(found, asha), after(hours=1))
    one_line(asha, after(seconds=-1), "100")
    assert net(found) == net(found, SENT) == (0, Decimal(0))


@pytest.mark.parametrize("model", [CLICK, SENT], ids=["click", "message"])
@pytest.mark.parametrize("fraction", [0, 250_000], ids=["whole second", "part of one"])
def test_the_days_begin_with_the_touch_and_end_just_before_the_same_moment(
    asha: Customer, model: Any, fraction: int
) -> None:
    begins = NOON + dt.timedelta(microseconds=fraction)
    found = campaign(begins, days=7)
    click(send(found, asha), begins)
    one_line(asha, begins - dt.timedelta(microseconds=1), "1")
    one_line(asha, begins, "10")
    one_line(asha, begins + dt.timedelta(days=7) - dt.timedelta(microseconds=1), "100")
    one_line(asha, begins + dt.timedelta(days=7), "1000")
    assert net(found, model) == (2, Decimal(110))


def test_two_campaigns_that_overlap_never_count_one_order_twice(asha: Customer) -> None:
    first, second = campaign(), campaign(after(days=2))
    click(send(first, asha), after(hours=1))
    later = send(second, asha)
    one_line(asha, after(days=1), "100")  # only the first was there
    one_line(asha, after(days=3), "200")  # second sent, first clicked
    click(later, after(days=4))
    one_line(asha, after(days=5), "400")
    assert (net(first), net(second)) == ((2, Decimal(300)), (1, Decimal(400)))
    assert (net(first, SENT), net(second, SENT)) == ((1, Decimal(100)), (2, Decimal(600)))


def test_the_last_touch_decides_even_where_its_own_days_are_over(asha: Customer) -> None:
    long, short = campaign(days=30), campaign(after(days=1), days=2)
    click(send(long, asha), after(hours=1))
    click(send(short, asha), after(days=1, hours=1))
    one_line(asha, after(days=5), "100")
    assert net(long) == net(short) == (0, Decimal(0))


def test_a_second_click_counts_anew(asha: Customer) -> None:
    found = campaign(days=2)
    message = send(found, asha)
    click(message, after(hours=1))
    click(message, after(days=4))
    one_line(asha, after(days=5), "100")
    assert net(found) == (1, Decimal(100))


def test_a_click_by_a_machine_is_no_touch(asha: Customer) -> None:
    found = campaign()
    click(send(found, asha), after(hours=1), bot=True)
    one_line(asha, after(hours=2), "100")
    assert net(found) == (0, Decimal(0))


def test_a_message_that_came_back_is_no_touch(asha: Customer) -> None:
    found = campaign()
    send(found, asha, state="failed", reason="bounced", bounced_at=NOON)
    one_line(asha, after(hours=2), "100")
    assert net(found, SENT) == (0, Decimal(0))
    assert figures(found).whole.bounced == 1


def test_service_mails_take_no_order_from_a_campaign(asha: Customer) -> None:
    found = campaign()
    send(found, asha)
    receipt = Dispatch.objects.create(renderer="receipt", subject_id=1, state="done")
    Message.objects.create(
        dispatch=receipt, customer=asha, contact=asha.contacts.get(), state="sent", sent_at=after(hours=1)
    )
    one_line(asha, after(hours=2), "100")
    assert net(found, SENT) == (1, Decimal(100))


def test_cancelled_orders_and_returns_count_nowhere(asha: Customer) -> None:
    found = campaign()
    send(found, asha)
    one_line(asha, after(hours=1), "100", cancelled_at=after(hours=2))
    kept_order = one_line(asha, after(hours=3), "70")
    one_line(asha, after(hours=4), "-20", kind="return", returns=kept_order, cancelled_at=after(hours=5))
    assert net(found, SENT) == (1, Decimal(70))


def test_a_return_that_names_its_order_is_taken_off_however_late(asha: Customer) -> None:
    found = campaign(days=3)
    send(found, asha)
    sold = one_line(asha, after(days=1), "100.10")
    before = one_line(asha, after(days=-9), "500")
    one_line(asha, after(days=60), "-40.05", kind="return", returns=sold)
    one_line(asha, after(days=2), "-500", kind="return", returns=before)  # of an order that does not count
    whole = figures(found, SENT).whole
    assert (whole.net, whole.ordered, whole.returned) == (
        Decimal("60.05"),
        Decimal("100.10"),
        Decimal("40.05"),
    )
    assert (whole.orders, whole.buyers) == (1, 1)


def test_a_return_that_names_none_goes_with_the_last_order_before_it(asha: Customer) -> None:
    first, second = campaign(), campaign(after(days=3))
    send(first, asha)
    send(second, asha)
    one_line(asha, after(hours=-1), "900")
    one_line(asha, after(hours=1), "-5", kind="return")  # its last order came before the message
    one_line(asha, after(days=1), "100")
    one_line(asha, after(days=4), "-30", kind="return")  # of that one, though a message came between
    one_line(asha, after(days=5), "200")
    one_line(asha, after(days=6), "-50", kind="return")
    one_line(asha, after(days=11), "-60", kind="return")  # after the second's days
    assert (net(first, SENT), net(second, SENT)) == ((1, Decimal(70)), (1, Decimal(150)))


def test_what_all_campaigns_claim_is_never_more_than_was_sold(asha: Customer, ravi: Customer) -> None:
    one, two = campaign(), campaign(after(hours=6), days=2)
    for who in (asha, ravi):
        for found, at in ((one, NOON), (two, after(hours=6))):
            click(send(found, who, at), at + dt.timedelta(minutes=9))
        for hours in (1, 5, 7, 30, 80, 200):
            sold = one_line(who, after(hours=hours), f"{hours}.37")
        one_line(who, after(hours=210), "-3.33", kind="return", returns=sold)
    one_line(None, after(hours=8), "77")
    everything = Order.objects.filter(customer__isnull=False).aggregate(net=Sum("net"))["net"]
    for model in (CLICK, SENT):
        # one: 1, 5; two: 7, 30 (each of 2 customers); 80 and 200 come after two's days
        assert net(one, model) == (4, 2 * Decimal("6.74"))
        assert net(two, model) == (4, 2 * Decimal("37.74"))
        assert net(one, model)[1] + net(two, model)[1] < everything


def test_each_variant_has_its_own_and_they_add_up(asha: Customer, ravi: Customer) -> None:
    found = campaign(cost_each=Decimal("0.25"), cost_once=Decimal(100))
    third = buyer("Gul")
    click(send(found, asha, variant="A", delivered_at=after(minutes=1)), after(hours=1))
    click(
        send(found, ravi, variant="B", cost=Decimal("1.10"), unsubscribed_at=after(hours=2)), after(hours=1)
    )
    send(found, third, variant="B", state="skipped", reason="no_consent")
    one_line(asha, after(hours=3), "100")
    one_line(asha, after(hours=4), "20")
    one_line(ravi, after(hours=3), "50")
    counted = figures(found)
    a, b = counted.variants
    assert (a.variant, a.audience, a.sent, a.orders, a.buyers, a.net, a.cost) == (
        "A", 1, 1, 2, 1, Decimal(120), Decimal("0.25"),
    )  # fmt: skip
    assert (b.variant, b.audience, b.sent, b.orders, b.net, b.cost, b.unsubscribed) == (
        "B", 2, 1, 1, Decimal(50), Decimal("1.10"), 1,
    )  # fmt: skip
    whole = counted.whole
    assert (whole.audience, whole.sent, whole.clicked, whole.delivered) == (3, 2, 2, 1)
    assert (whole.orders, whole.buyers, whole.net) == (3, 2, Decimal(170))
    assert whole.cost == Decimal("101.35")


def test_margin_is_of_lines_with_a_cost_and_the_others_are_shown_apart(asha: Customer) -> None:
    found = campaign(cost_once=Decimal(100))
    send(found, asha)
    saree = Product.objects.create(code="S", name="Saree", cost=Decimal("60.50"))
    bangle = Product.objects.create(code="B", name="Bangle")
    sold = order(asha, after(hours=1), ("2.500", "100", saree), ("3", "10", bangle))
    order(asha, after(days=2), ("-1", "100", saree), kind="return", returns=sold)
    whole = figures(found, SENT).whole
    assert (whole.net, whole.costed, whole.uncosted) == (Decimal(180), Decimal(150), Decimal(30))
    assert whole.goods == Decimal("90.75")  # (2.5 - 1) × 60.50
    assert (whole.margin, whole.uncosted_lines) == (Decimal("59.25"), 1)
    assert whole.roi == -41  # (59.25 - 100) / 100


def test_services_are_no_revenue_and_no_margin(asha: Customer) -> None:
    found = campaign()
    send(found, asha)
    post = Product.objects.create(code="POST", name="Postage", cost=Decimal(5))
    made = order(asha, after(hours=1), ("1", "40", None))
    OrderLine.objects.create(
        order=made, ordinal=2, product=post, quantity=1, unit_price=30, amount=30, is_service=True
    )
    whole = figures(found, SENT).whole
    assert (whole.net, whole.margin, whole.uncosted_lines, whole.uncosted) == (
        Decimal(40), None, 1, Decimal(40),
    )  # fmt: skip


def test_a_campaign_without_links_counts_by_its_last_message(asha: Customer) -> None:
    assert model_of(campaign()).code == "last_click"
    assert model_of(campaign(link=False)).code == "last_message"
    assert model_of(campaign(tracks=False)).code == "last_message"
    assert model_of(campaign(), "last_message").code == "last_message"


def test_delivered_is_unknown_where_nobody_reports_it(asha: Customer) -> None:
    found = campaign()
    send(found, asha)
    assert figures(found).whole.delivered is None
    Message.objects.update(delivered_at=after(minutes=1), read_at=after(minutes=2))
    assert (figures(found).whole.delivered, figures(found).whole.read) == (1, 1)


def test_what_is_kept_is_what_is_counted(asha: Customer, amina: User) -> None:
    found = campaign(cost_each=Decimal("0.25"))
    click(send(found, asha), after(hours=1))
    one_line(asha, after(hours=3), "100.05")
    shown = kept(found)
    assert shown is not None
    assert shown.by() == figures(found, CLICK)
    assert shown.by("last_message") == figures(found, SENT)
    again = kept(found)
    assert again is not None
    assert (again.models, again.effect, again.links) == (shown.models, shown.effect, shown.links)


def test_what_is_kept_is_counted_anew_after_a_minute_and_a_change(
    asha: Customer, django_assert_num_queries: Any
) -> None:
    found = campaign()
    send(found, asha)
    first = kept(found)
    assert first is not None
    one_line(asha, after(hours=3), "100")
    with django_assert_num_queries(1):
        same = kept(found)
    assert same is not None
    assert same.by("last_message").whole.orders == 0
    later = kept(found, now=timezone.now() + dt.timedelta(minutes=2))
    assert later is not None
    assert later.by("last_message").whole.net == Decimal(100)
