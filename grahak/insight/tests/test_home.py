"""The home page: today with comparison, whose figures a person sees, and its cost."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.catalogue.models import ServiceCode
from grahak.core import business as shop
from grahak.customers.models import Customer
from grahak.insight import metrics, periods
from grahak.insight.chart import nice_step, sales_chart
from grahak.insight.periods import Span
from grahak.sales.actions import LineDraft, cancel_order, lines_to_return, place_order, take_return
from grahak.sales.models import CustomerFigures, DaySales

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 31, 11, 40, tzinfo=ZoneInfo("Asia/Kolkata"))


def test_figures_add_up_the_days_of_a_span(amina):
    today = shop.today()
    DaySales.objects.create(day=today, net=Decimal(900), returned=Decimal(100), orders=4, new_customers=1)
    DaySales.objects.create(
        day=today - dt.timedelta(days=1), net=Decimal(50), orders=1, anonymous=Decimal(20)
    )
    found = metrics.sums(amina, Span(today - dt.timedelta(days=1), today))
    assert (found.net, found.orders, found.new_customers, found.anonymous) == (
        Decimal(950),
        5,
        1,
        Decimal(20),
    )
    assert metrics.METRICS["average"].of(found) == Decimal(190)


def test_a_salesman_sees_the_figures_of_his_own_branch(amina, bilal, rajkot, surat):
    today = shop.today()
    DaySales.objects.create(day=today, branch=rajkot, net=Decimal(300), orders=1)
    DaySales.objects.create(day=today, branch=surat, net=Decimal(500), orders=1)
    assert metrics.sums(amina, Span(today, today)).net == Decimal(800)
    assert metrics.sums(bilal, Span(today, today)).net == Decimal(300)


def test_a_month_is_compared_with_the_month_before_and_its_last_day_whole(business):
    found = periods.period("month", NOW)
    assert (found.now.first, found.now.last) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert found.before == Span(dt.date(2026, 2, 1), dt.date(2026, 2, 28))


def test_the_fiscal_year_is_compared_with_the_one_before_up_to_the_hour(business):
    found = periods.period("year", NOW)
    assert found.now.first == dt.date(2025, 4, 1)
    assert found.before == Span(dt.date(2024, 4, 1), dt.date(2025, 3, 31), dt.time(11, 40))


def test_today_is_compared_with_the_same_weekday_up_to_the_hour(business):
    found = periods.period("today", NOW)
    assert found.before == Span(dt.date(2026, 3, 24), dt.date(2026, 3, 24), dt.time(11, 40))


def test_change_is_in_whole_per_cent_and_unknown_from_nothing():
    net = metrics.METRICS["net"]
    assert metrics.Compared(net, Decimal(115), Decimal(100)).change == 15
    assert metrics.Compared(net, Decimal(80), Decimal(100)).change == -20
    assert metrics.Compared(net, Decimal(5), Decimal(0)).change is None


def test_axis_steps_are_round_and_at_most_four():
    assert nice_step(Decimal(570000)) == Decimal(200000)
    assert nice_step(Decimal(0)) == Decimal(1)


def test_the_chart_marks_the_day_that_is_not_over(amina):
    today = shop.today()
    DaySales.objects.create(day=today - dt.timedelta(days=1), net=Decimal(100), orders=1)
    DaySales.objects.create(day=today, net=Decimal(50), orders=1)
    chart = sales_chart(amina, "today", None, today - dt.timedelta(days=1))
    assert [bar.slot.amount for bar in chart.bars][-2:] == [Decimal(100), Decimal(50)]
    assert [bar.slot.part for bar in chart.bars].count(True) == 1
    assert chart.total == Decimal(150)


def due_customers(count):
    for number in range(count):
        customer = Customer.objects.create(name=f"Shop {number}")
        CustomerFigures.objects.create(
            customer=customer,
            due_on=shop.today(),
            lapses_on=shop.today() + dt.timedelta(days=7),
            usual_gap=7,
            usual_order=Decimal(100),
            balance=Decimal(10),
            orders=3,
        )


def test_home_costs_the_same_for_three_and_thirty_customers(as_amina):
    DaySales.objects.create(day=shop.today(), net=Decimal(100), orders=1)
    due_customers(3)
    as_amina.get("/")
    shop.forget()
    with CaptureQueriesContext(connection) as few:
        assert as_amina.get("/").status_code == 200
    due_customers(27)
    shop.forget()
    with CaptureQueriesContext(connection) as many:
        page = as_amina.get("/").content.decode()
    assert len(few) == len(many)
    assert "Shop 1" in page


def test_home_in_urdu_is_mirrored(as_amina, amina):
    amina.language = "ur"
    amina.save()
    assert 'dir="rtl"' in as_amina.get("/").content.decode()


def test_net_revenue_is_exact_on_a_small_shop(as_amina, amina, rajkot, surat):
    """Goods only: services, tax, cancelled orders apart; returns taken off; strangers count for the shop."""
    ServiceCode.objects.create(code="POST")
    buyer = Customer.objects.create(name="Mehta", branch=rajkot)

    def line(quantity, price, code="", tax=0):
        return LineDraft(
            quantity=Decimal(quantity),
            unit_price=Decimal(price),
            code=code,
            description="x",
            tax=Decimal(tax),
        )

    sold = place_order(
        by=amina, customer=buyer, branch=rajkot, lines=[line(10, "12.55", tax=6), line(1, 150, "post")]
    )
    place_order(by=amina, customer=None, branch=surat, lines=[line("2.5", "33.33")])
    gone = place_order(by=amina, customer=buyer, branch=rajkot, lines=[line(1, 9999)])
    cancel_order(gone, by=amina)
    take_return(sold, by=amina, lines=lines_to_return(sold, {1: Decimal(3)}))
    page = as_amina.get("/?span=today")
    found = page.context["figures"]
    assert found["net"].value == Decimal("125.5") + Decimal("83.325") - Decimal("37.65")
    assert found["orders"].value == 2
    assert found["average"].value == found["net"].value / 2
    assert (found["new"].value, found["returning"].value) == (1, 0)
    assert (found.sums.service, found.sums.anonymous) == (150, Decimal("83.325"))
    assert found["received"].value == Decimal("83.33")
    only_surat = as_amina.get(f"/?branch={surat.pk}").context["figures"]
    assert only_surat["net"].value == Decimal("83.325")


def test_a_salesman_never_sees_another_branchs_money(as_chirag, amina, rajkot):
    buyer = Customer.objects.create(name="Mehta", branch=rajkot)
    place_order(
        by=amina,
        customer=buyer,
        branch=rajkot,
        lines=[LineDraft(quantity=Decimal(1), unit_price=Decimal(777), description="x")],
    )
    page = as_chirag.get("/")
    assert page.context["figures"]["net"].value == 0
    assert page.context["owing"] == []
    assert b"Mehta" not in page.content


def test_the_same_weekday_is_compared_up_to_the_same_time(amina, rajkot):
    """Half of last week's sales came before this time of day; only those are compared with."""
    week_ago = timezone.now() - dt.timedelta(days=7)
    buyer = Customer.objects.create(name="Mehta", branch=rajkot)
    for minutes, worth in ((-1, 100), (1, 1000), (-60 * 24 * 8, 5)):
        place_order(
            by=amina,
            customer=buyer,
            branch=rajkot,
            placed_at=week_ago + dt.timedelta(minutes=minutes),
            lines=[LineDraft(quantity=Decimal(1), unit_price=Decimal(worth), description="x")],
        )
    found = metrics.compared(amina, periods.period("today"))
    midnight = shop.day_start(shop.day_of(week_ago))
    counted = 100 if week_ago - dt.timedelta(minutes=1) >= midnight else 0
    assert found["net"].before == counted


def test_home_asks_at_most_33_questions_one_or_two_for_each_room_that_may_need_somebody(
    as_amina, amina, rajkot
):
    buyer = Customer.objects.create(name="Mehta", branch=rajkot)
    place_order(
        by=amina,
        customer=buyer,
        branch=rajkot,
        lines=[LineDraft(quantity=Decimal(1), unit_price=Decimal(7), description="x")],
    )
    as_amina.get("/")
    with CaptureQueriesContext(connection) as asked:
        as_amina.get("/")
    assert len(asked) <= 33, "\n".join(query["sql"][:150] for query in asked)


def test_a_new_shop_is_shown_its_first_steps(as_amina):
    page = as_amina.get("/").content.decode()
    assert "Your figures stand here once there are orders." in page
