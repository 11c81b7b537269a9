"""The life of customers follows their orders; the funnel and word of mouth in exact figures."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from grahak.catalogue.models import Product
from grahak.core import business, events
from grahak.core.models import User
from grahak.customers.actions import add_customer, record_call
from grahak.customers.leads import actions as leads
from grahak.customers.leads import seeds
from grahak.customers.models import Activity, Customer, Lead, LifecycleChange
from grahak.customers.relations.referrals import refer
from grahak.insight.funnel import counting, following, word_of_mouth
from grahak.insight.models import CustomerStage
from grahak.sales.actions import LineDraft, cancel_order, place_order
from grahak.sales.models import Order

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def georgette(db: None) -> Product:
    return Product.objects.create(code="GEO-1", name="Georgette", price=Decimal(100))


def order(by: User, customer: Customer, item: Product, many: int = 1, at: dt.datetime | None = None) -> Order:
    line = LineDraft(product=item, quantity=Decimal(many), unit_price=Decimal(100))
    return place_order(by=by, customer=customer, lines=[line], placed_at=at or timezone.now())


def life(customer: Customer) -> list[str]:
    rows = LifecycleChange.objects.filter(customer=customer).order_by("pk")
    return [f"{step.before}>{step.after} {step.why}" for step in rows]


def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is announced of lives from now on."""
    told: list[Any] = []
    monkeypatch.setitem(
        events._LISTENERS, "customers.lifecycle.changed", [lambda **facts: told.append(facts)]
    )
    return told


def test_the_first_order_makes_a_customer_and_wins_the_lead(
    amina: User, georgette: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = heard(monkeypatch)
    lead = leads.capture(by=amina, name="Anmol Textiles", source="phone")
    first = order(amina, lead.customer, georgette)
    lead.refresh_from_db()
    customer = Customer.objects.get(pk=lead.customer_id)
    assert (customer.lifecycle, lead.state, lead.first_order_at, lead.won_at) == (
        "customer", "won", first.placed_at, first.placed_at,
    )  # fmt: skip
    assert life(customer) == [">lead captured", "lead>customer ordered"]
    assert told[-1] == {"customer_id": customer.pk, "before": "lead", "after": "customer"}
    assert Activity.objects.filter(customer=customer, kind="customers.lifecycle.changed").count() == 1


def test_the_second_order_is_kept_and_a_cancelled_one_is_none(amina: User, georgette: Product) -> None:
    lead = leads.capture(by=amina, name="Anmol Textiles", source="phone")
    order(amina, lead.customer, georgette)
    second = order(amina, lead.customer, georgette)
    lead.refresh_from_db()
    assert lead.second_order_at == second.placed_at
    cancel_order(second, by=amina)
    lead.refresh_from_db()
    assert lead.second_order_at is None


def test_an_only_order_that_is_cancelled_makes_a_prospect_again(amina: User, georgette: Product) -> None:
    lead = leads.capture(by=amina, name="Anmol Textiles", source="phone")
    leads.qualify(lead, by=amina)
    only = order(amina, lead.customer, georgette)
    cancel_order(only, by=amina)
    lead.refresh_from_db()
    customer = Customer.objects.get(pk=lead.customer_id)
    assert (customer.lifecycle, lead.state, lead.won_at, lead.first_order_at) == (
        "prospect",
        "qualified",
        None,
        None,
    )
    assert life(customer)[-1] == "customer>prospect order_gone"


def test_who_was_made_a_customer_by_hand_stays_one(amina: User, georgette: Product) -> None:
    lead = leads.capture(by=amina, name="Anmol Textiles", source="phone")
    leads.convert(lead.customer, by=amina)
    only = order(amina, lead.customer, georgette)
    cancel_order(only, by=amina)
    assert Customer.objects.get().lifecycle == "customer"


def test_who_was_silent_for_two_gaps_is_lapsed_and_comes_back_by_an_order(
    amina: User, georgette: Product
) -> None:
    customer = add_customer(by=amina, name="Mehta Saree Centre")
    now = timezone.now()
    for days in (400, 390, 380):
        order(amina, customer, georgette, at=now - days * DAY)
    customer.refresh_from_db()
    assert customer.lifecycle == "lapsed"
    step = LifecycleChange.objects.get(customer=customer, after="lapsed", why="lapsed")
    # after the first of these old orders was written the shop's gap of 30 days held: lapsed from the 61st day on
    assert step.at == business.day_start(business.day_of(now - 400 * DAY) + 61 * DAY)
    order(amina, customer, georgette)
    customer.refresh_from_db()
    assert customer.lifecycle == "customer"
    assert life(customer)[-1] == "lapsed>customer returned"


def test_the_first_look_writes_what_was_so_and_tells_nobody(
    amina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = add_customer(by=amina, name="Mehta Saree Centre")
    today = business.today()
    CustomerStage.objects.create(
        customer=customer, stage="lost", since=today, gap=30, due_on=today - 300 * DAY, risk=99
    )
    told = heard(monkeypatch)
    assert following.look()["lapsed"] == 1
    assert told == []
    customer.refresh_from_db()
    assert customer.lifecycle == "lapsed"
    # due 300 days ago by a gap of 30: the last order 330 days ago, lapsed 61 days later
    assert LifecycleChange.objects.get().at == business.day_start(today - 269 * DAY)
    CustomerStage.objects.update(stage="active")
    assert following.look() == {"ordered": 0, "gone": 0, "lapsed": 0, "returned": 1}
    assert [one["after"] for one in told] == ["customer"]
    assert following.look() == {"ordered": 0, "gone": 0, "lapsed": 0, "returned": 0}


def test_the_look_finds_what_an_import_brought(amina: User, georgette: Product) -> None:
    lead = leads.capture(by=amina, name="Anmol Textiles", source="phone")
    made = order(amina, lead.customer, georgette)
    # as if an import had written the order: nobody was told of it
    Customer.objects.update(lifecycle="lead")
    Lead.objects.update(state="new", first_order_at=None, won_at=None)
    LifecycleChange.objects.filter(why="ordered").delete()
    assert following.look()["ordered"] == 1
    lead.refresh_from_db()
    assert (lead.state, lead.first_order_at) == ("won", made.placed_at)


def test_an_ordinary_order_costs_one_question_here(amina: User, django_assert_num_queries: Any) -> None:
    customer = add_customer(by=amina, name="Mehta Saree Centre")
    CustomerStage.objects.create(
        customer=customer, stage="active", since=business.today(), gap=30, due_on=business.today(), risk=9
    )
    from grahak.sales.models import CustomerFigures

    CustomerFigures.objects.update_or_create(customer=customer, defaults={"orders": 3})
    with django_assert_num_queries(3):  # the question, between the savepoint's two
        following.follow([customer.pk])


def shop(amina: User, bilal: User, item: Product) -> dict[str, Lead]:
    """Four leads of two days ago: one lost, one prospect, one who ordered, one who ordered twice."""
    at = timezone.now() - 2 * DAY
    made = {
        name: leads.capture(by=amina, name=name, source=source, owner=owner, at=at)
        for name, source, owner in (
            ("Lost", "phone", bilal), ("Prospect", "phone", amina), ("Once", "exhibition", bilal),
            ("Twice", "exhibition", bilal),
        )
    }  # fmt: skip
    leads.lose(made["Lost"], seeds.reason("price"), by=bilal)
    record_call(made["Prospect"].customer, by=amina, at=at + dt.timedelta(hours=3))
    leads.qualify(made["Prospect"], by=amina, at=at + dt.timedelta(hours=12))
    order(bilal, made["Once"].customer, item, 3, at=at + dt.timedelta(hours=24))
    order(bilal, made["Twice"].customer, item, 5, at=at + dt.timedelta(hours=12))
    order(bilal, made["Twice"].customer, item, 7, at=at + dt.timedelta(hours=36))
    return made


def test_the_funnel_counts_days_and_money(amina: User, bilal: User, georgette: Product) -> None:
    captured = business.day_of(shop(amina, bilal, georgette)["Lost"].captured_at)
    found = counting.count(amina, months=3, way="source")
    whole = found.whole
    assert whole.counts == {"captured": 4, "qualified": 3, "ordered": 2, "again": 1, "lapsed": 0}
    assert (whole.lost, whole.net, whole.first_word) == (1, Decimal(1500), 3.0)
    assert [whole.rate(step) for step in counting.STEPS] == [100, 75, 50, 25, 0]
    assert (whole.took("qualified"), whole.took("ordered"), whole.took("again")) == (0.5, 0.8, 1.0)
    sources = {cohort.label: cohort for cohort in found.cohorts}
    assert (sources["Exhibition"].net, sources["Rang up"].net) == (Decimal(1500), Decimal(0))
    owners = {
        cohort.label: cohort.counts["captured"] for cohort in counting.count(amina, way="owner").cohorts
    }
    assert owners == {"Bilal Shaikh": 3, "Amina Kapasi": 1}
    months = counting.count(amina, months=3, way="month").cohorts
    is_last_month = captured.month != business.today().month
    assert [cohort.counts["captured"] for cohort in months] == ([0, 4, 0] if is_last_month else [0, 0, 4])


def test_the_funnels_page_is_one_query_however_many_leads(
    as_amina: Client, amina: User, bilal: User, georgette: Product
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    shop(amina, bilal, georgette)

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert as_amina.get("/funnel/?by=owner").status_code == 200
        return len(caught)

    asked()
    few = asked()
    for number in range(20):
        leads.capture(by=amina, name=f"More {number}", source="phone")
    assert asked() == few


def test_a_salesman_sees_the_funnel_of_his_branch(
    as_chirag: Client, amina: User, bilal: User, georgette: Product
) -> None:
    shop(amina, bilal, georgette)
    page = as_chirag.get("/funnel/")
    assert page.context["found"].whole.counts["captured"] == 0
    assert "No leads in this time" in page.content.decode()


def test_word_of_mouth_counts_everybody_once(amina: User, georgette: Product) -> None:
    cache.clear()  # everybody's revenue is kept for five minutes, by the person's number
    names = ("Root", "One", "Two", "Under one", "Alone")
    root, one, two, under, alone = (add_customer(by=amina, name=name) for name in names)
    refer(one, root, by=amina)
    refer(two, root, by=amina)
    refer(under, one, by=amina)
    for customer, many in ((root, 1), (one, 2), (under, 4), (alone, 3)):
        order(amina, customer, georgette, many)
    total = word_of_mouth.total(amina)
    assert (total.sent, total.buying, total.net, total.referrers, total.share) == (
        3, 2, Decimal(600), 2, Decimal("60.0"),
    )  # fmt: skip
    rows = {row.customer.name: row for row in word_of_mouth.top(amina)}
    assert (rows["Root"].sent, rows["Root"].direct, rows["Root"].tree_sent, rows["Root"].tree) == (
        2, Decimal(200), 3, Decimal(600),
    )  # fmt: skip
    assert (rows["One"].direct, rows["One"].tree) == (Decimal(400), Decimal(400))
    assert sum(row.direct for row in rows.values()) == total.net


def test_the_customers_page_and_the_list_say_what_they_sent(
    as_amina: Client, amina: User, georgette: Product
) -> None:
    root, one = add_customer(by=amina, name="Root"), add_customer(by=amina, name="One")
    refer(one, root, by=amina)
    order(amina, one, georgette, 2)
    page = as_amina.get(root.get_absolute_url()).content.decode()
    assert f"/customers/?sent_by=is:{root.pk}" in page
    listed = as_amina.get(f"/customers/?sent_by=is:{root.pk}").context["page"]
    assert [row.name for row in listed.rows] == ["One"]
    assert [row.name for row in as_amina.get("/customers/?referred=yes:").context["page"].rows] == ["One"]
    assert "Root" in as_amina.get("/referrals/").content.decode()
