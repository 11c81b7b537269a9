"""The demo's year: every ledger adds up, nothing was sent, the same each time, and it says what it is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, F, Q

from grahak.channels import ledger
from grahak.channels.models import BoxedMail, Click, Dispatch, Message, Suppression
from grahak.core import business as shop
from grahak.core.models import User
from grahak.customers.models import Consent, Contact, Customer, Identity
from grahak.marketing import demo, demo_plans
from grahak.marketing.models import Campaign, CampaignCount, HeldOut
from grahak.sales.models import Order
from grahak.sales.recount import recount_customers

pytestmark = pytest.mark.django_db
MANY = 120


@pytest.fixture
def story(amina: User) -> User:
    """A small shop of two years with people who may be written to, as the rooms below tell it."""
    start = shop.day_start(shop.today()) - dt.timedelta(days=700)
    for n in range(MANY):
        customer = Customer.objects.create(name=f"C{n}", name_sort=f"c{n}")
        contact = Contact.objects.create(customer=customer, name=f"C{n}", is_primary=True, language="en")
        Identity.objects.create(contact=contact, kind="phone", value=f"+9198250{n:05}")
        if n % 4:
            Identity.objects.create(contact=contact, kind="email", value=f"c{n}@shop.example")
            Consent.objects.create(
                contact=contact, channel="email", purpose="offers", state="granted", at=start
            )
        for back in (690 - n, 20, 13):
            at = shop.day_start(shop.today()) - dt.timedelta(days=back, hours=-15 - n % 5)
            Order.objects.create(
                number=f"{n}-{back}", source="test", customer=customer, placed_at=at, net=Decimal(100 + n)
            )
        recount_customers([customer.pk])
    demo.tell_story(by=amina)
    return amina


def test_each_ledger_adds_up_and_nobody_is_both_held_out_and_written_to(story: User) -> None:
    sent = Campaign.objects.filter(dispatch__isnull=False).select_related("dispatch")
    assert sent.count() == len(demo_plans.PLANS)
    assert {one.channel for one in sent} == {"email", "sms", "whatsapp"}
    for one in sent:
        assert ledger.tally(one.dispatch).adds_up, one.name
        assert ledger.tally(one.dispatch).still_open == 0
        held = HeldOut.objects.filter(campaign=one).values("customer")
        assert not Message.objects.filter(dispatch=one.dispatch, customer__in=held).exists()
        assert one.note.startswith("Made up for the demo")


def test_nothing_was_sent_and_no_order_was_invented(story: User) -> None:
    assert not BoxedMail.objects.exists()
    assert Order.objects.count() == 3 * MANY
    assert not Dispatch.objects.exclude(state="done").exists()


def test_nobody_is_written_to_after_they_said_no_or_came_back(story: User) -> None:
    for no in Consent.objects.filter(state="withdrawn"):
        later = Message.objects.filter(
            contact=no.contact, channel=no.channel, state="sent", sent_at__gt=no.at
        )
        assert not later.exists()
    for bar in Suppression.objects.all():
        later = Message.objects.filter(address=bar.address, channel=bar.channel, sent_at__gt=bar.at)
        assert not later.exists()
    twice = (
        Message.objects.exclude(address="")
        .values("dispatch", "address")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    assert not twice.exists()


def test_what_happened_to_a_message_happened_in_order(story: User) -> None:
    wrong = Message.objects.filter(
        Q(first_clicked_at__lt=F("sent_at")) | Q(first_opened_at__gt=F("first_clicked_at"))
        | Q(delivered_at__lt=F("sent_at")) | Q(unsubscribed_at__lt=F("sent_at"))
        | Q(state="skipped", sent_at__isnull=False)
    )  # fmt: skip
    assert not wrong.exists()
    clicked = Message.objects.filter(first_clicked_at__isnull=False).count()
    assert Click.objects.filter(bot=False).values("message").distinct().count() == clicked


def test_telling_it_again_changes_nothing(story: User) -> None:
    before = (
        Campaign.objects.count(),
        Message.objects.count(),
        Consent.objects.count(),
        Click.objects.count(),
    )
    demo.tell_story(by=story)
    assert (
        Campaign.objects.count(),
        Message.objects.count(),
        Consent.objects.count(),
        Click.objects.count(),
    ) == before
    assert CampaignCount.objects.count() == len(demo_plans.PLANS)


def test_the_campaign_whose_effect_is_arranged_says_so(story: User) -> None:
    arranged = [plan.name for plan in demo_plans.PLANS if plan.tilt]
    assert arranged == ["Diwali, first look"]
    note = Campaign.objects.get(name=arranged[0]).note
    assert "not drawn by lot" in note
    assert "no real one" in note


@pytest.mark.parametrize("today", [dt.date(2026, 11, 23), dt.date(2027, 1, 2), dt.date(2028, 2, 29)])
def test_festivals_come_before_today_and_within_a_year_or_so(today: dt.date) -> None:
    for plan in demo_plans.PLANS:
        day = demo_plans.launch_day(plan, today)
        assert dt.timedelta(0) < today - day < dt.timedelta(days=400), plan.name


def test_festivals_are_on_their_days() -> None:
    by_name: dict[str, Any] = {plan.name: plan for plan in demo_plans.PLANS}
    today = dt.date(2026, 11, 23)
    assert demo_plans.launch_day(by_name["Diwali, first look"], today) == dt.date(
        2026, 10, 19
    )  # Diwali on 8 Nov
    assert demo_plans.launch_day(by_name["Holi colours"], today) == dt.date(2026, 2, 23)  # Holi on 4 Mar
