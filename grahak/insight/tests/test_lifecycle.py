"""Everybody's stage of life and lapse risk follow the written rules."""

import datetime as dt

import pytest

from grahak.core import business as shop
from grahak.insight import facts
from grahak.insight.lifecycle import few, restage
from grahak.insight.lifecycle.stages import stage_of
from grahak.insight.models import CustomerStage, Opportunity
from grahak.insight.tests.shop import buyer, sell
from grahak.sales.actions import place_order
from grahak.sales.models import CustomerFigures, Order
from grahak.sales.recount import recount_customers
from grahak.sales.tests.conftest import line

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.mark.parametrize(
    ("silent", "days", "gap", "before", "stage"),
    [
        (5, 1, 30, None, "new"),
        (26, 1, 30, None, "new"),
        (27, 1, 30, None, "due"),
        (5, 4, 30, 25, "active"),
        (5, 4, 30, 61, "won_back"),
        (27, 4, 30, 61, "due"),
        (30, 4, 30, 25, "due"),
        (31, 4, 30, 25, "late"),
        (60, 4, 30, 25, "late"),
        (61, 4, 30, 25, "lapsed"),
        (182, 4, 30, 25, "lapsed"),
        (183, 4, 30, 25, "lost"),
        (0, 9, 1, 1, "active"),
        (14, 9, 1, 1, "late"),
        (15, 9, 1, 1, "lapsed"),
        (400, 4, 100, 90, "lapsed"),
        (401, 4, 100, 90, "lost"),
    ],
)
def test_a_stage_follows_from_silence_and_gap(business, silent, days, gap, before, stage):
    assert stage_of(silent=silent, days=days, gap=gap, before=before) == stage


def test_stages_found_together_are_those_of_each_alone(business):
    pasts = {
        "active": [5, 35, 65], "due": [29, 59, 89], "late": [40, 70, 100], "lapsed": [70, 100, 130],
        "lost": [200, 230, 260], "won_back": [5, 195, 225, 255, 285], "new": [3],
    }  # fmt: skip
    people = {stage: buyer(stage) for stage in pasts}
    for stage, days in pasts.items():
        sell(people[stage], days)
    assert restage() == 7
    found = {row.customer.name: row.stage for row in CustomerStage.objects.select_related("customer")}
    assert found == {stage: stage for stage in pasts}
    mine = CustomerStage.objects.get(customer=people["late"])
    assert (mine.gap, mine.own, mine.since) == (30, True, shop.today() - dt.timedelta(days=9))
    figures = CustomerFigures.objects.get(customer=people["late"])
    assert (mine.gap, mine.due_on) == (figures.usual_gap, figures.due_on)


def test_who_has_no_rhythm_yet_is_measured_by_the_shop_s(business):
    sell(buyer("Regular"), [10, 30, 50, 70])
    once = buyer("Once")
    sell(once, [30])
    restage()
    row = CustomerStage.objects.get(customer=once)
    assert (row.gap, row.own, row.stage) == (20, False, "late")


def test_the_risk_is_the_share_of_silences_that_went_on(business):
    """Four customers with two order days each, gaps 10, 20, 30 and 120 days, all silent since today: of gaps after a
    first order (one group, but under fifty, so all gaps count) those over 0 days are all, over 90 one of four."""
    for number, gap in enumerate((10, 20, 30, 120)):
        sell(buyer(f"Buyer {number}"), [0, gap])
    restage()
    risks = dict(CustomerStage.objects.values_list("customer__name", "risk"))
    # Kaplan-Meier over 4 ended gaps and 4 silences of 0 days: S(0) = 1, S(90) = 1/4; own gaps count one each
    assert risks["Buyer 0"] == round((0 + 8 * 0.25) / (1 + 8) * 100)
    assert risks["Buyer 3"] == round((1 + 8 * 0.25) / (1 + 8) * 100)


def test_risk_grows_with_silence(business):
    for number, silent in enumerate((1, 40, 80, 120)):
        sell(buyer(f"Buyer {number}"), [silent + 30 * step for step in range(4)])
    sell(buyer("Longest"), [0, 250])
    restage()
    risks = [CustomerStage.objects.get(customer__name=f"Buyer {number}").risk for number in range(4)]
    assert risks == sorted(risks)
    assert risks[0] < risks[3]
    assert all(0 <= risk <= 100 for risk in risks)


def test_the_day_of_entering_stays_while_the_stage_does(business):
    mine = buyer("Mine")
    sell(mine, [10, 40, 70])
    restage(today=shop.today() - dt.timedelta(days=2))
    assert CustomerStage.objects.get().since == shop.today() - dt.timedelta(days=10)
    sell(mine, [1])
    few.restage([mine.pk])
    assert CustomerStage.objects.get().since == shop.today() - dt.timedelta(days=10)


def test_a_stage_goes_with_the_last_order(business):
    mine = buyer("Mine")
    sell(mine, [10])
    restage()
    Order.objects.update(cancelled_at=shop.day_start(shop.today()))
    recount_customers([mine.pk])
    assert restage() == 0
    assert not CustomerStage.objects.exists()


def test_finding_stages_again_writes_nothing(business, django_assert_max_num_queries):
    sell(buyer("Mine"), [10, 40, 70])
    restage()
    before = CustomerStage.objects.get().counted_at
    restage()
    assert CustomerStage.objects.get().counted_at == before


def test_facts_hold_the_shop_s_days_and_exact_money(business):
    mine = buyer("Mine")
    sell(mine, [0], 1234)
    order = Order.objects.get()
    late = shop.day_start(shop.today()) - dt.timedelta(minutes=1)  # just before midnight by the shop's clock
    Order.objects.filter(pk=order.pk).update(placed_at=late, net="1234.5678")
    with facts.reading() as found:
        [(day, net)] = found.db.execute("SELECT day, net FROM sold").fetchall()
    assert day == shop.today() - dt.timedelta(days=1)
    assert str(net) == "1234.5678"


def test_a_few_get_the_stage_and_risk_that_all_would_get(business):
    pasts = {
        "a": [5, 35, 65],
        "b": [29, 59, 89],
        "c": [70, 100, 130],
        "d": [3],
        "e": [5, 195],
        "f": [0, 1, 2, 3],
    }
    people = [buyer(name) for name in pasts]
    for one, days in zip(people, pasts.values(), strict=True):
        sell(one, days)
    restage()
    fields = ("customer_id", "stage", "since", "gap", "own", "due_on", "risk", "pace")
    of_all = list(CustomerStage.objects.order_by("pk").values_list(*fields))
    CustomerStage.objects.update(stage="lost", risk=1, pace=0)
    few.restage([one.pk for one in people])
    of_each = list(CustomerStage.objects.order_by("pk").values_list(*fields))
    assert of_each == of_all


def test_who_orders_is_active_at_once_and_no_longer_about_to_lapse(amina):
    mine = buyer("Mine")
    sell(mine, [50, 70, 90, 110])
    restage()
    Opportunity.objects.create(kind="lapsing", customer=mine, found_on=shop.today(), seen_on=shop.today())
    place_order(by=amina, customer=mine, lines=[line(1, 100)])
    assert CustomerStage.objects.get().stage == "won_back"
    assert not Opportunity.objects.exists()


def test_the_first_order_after_a_night_that_found_nobody_has_its_stage(amina):
    restage()  # the night of a new shop: there is nobody whose gaps could be learned from
    mine = buyer("Asha Stores")
    place_order(by=amina, customer=mine, lines=[line(1, 7)])
    assert CustomerStage.objects.get(customer=mine).stage == "new"
