"""A message from the list to its report, through the screens."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from grahak.channels.models import Dispatch, Message, Sender
from grahak.customers.actions import add_customer, grant_consent
from grahak.customers.models import Customer
from grahak.marketing.models import Campaign
from grahak.marketing.report import sold
from grahak.sales.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(amina):
    Sender.objects.create(
        host="127.0.0.1", port=2525, security="none", from_name="Kapasi", from_address="shop@kapasi.example"
    )
    made = []
    for name, email, agrees in (
        ("Iqbal", "iqbal@shop.example", True),
        ("Mehta", "mehta@shop.example", False),
        ("Gul", "", False),
    ):
        customer = add_customer(by=amina, name=name, emails=[email] if email else [])
        if agrees:
            grant_consent(customer.contacts.get(), "email", "offers", by=amina, how="said so")
        made.append(customer)
    return made


def begun(client, people):
    answer = client.post("/campaigns/begin/", {"ids": [customer.pk for customer in people]})
    return Campaign.objects.get(pk=int(answer["Location"].split("/")[2]))


WORDS = {
    "name": "Diwali",
    "purpose": "offers",
    "default_language": "en",
    "attribution_days": "7",
    "language": "en",
}


def test_ticked_customers_become_a_draft_whose_reach_adds_up(as_amina, people):
    campaign = begun(as_amina, people)
    page = as_amina.get(f"/campaigns/{campaign.pk}/edit/").content.decode()
    assert "Can be written to" in page
    from grahak.marketing.audience import reach

    found = reach(campaign, campaign.by)
    assert (found.chosen, found.reachable, found.not_agreed, found.no_address) == (3, 1, 1, 1)


def test_words_are_kept_and_shown_as_the_person_gets_them(as_amina, people):
    campaign = begun(as_amina, people)
    words = WORDS | {
        "subject": "Dear {{ contact.first_name }}",
        "body": "<b>New</b> shades & <script>x</script>",
    }
    answer = as_amina.post(f"/campaigns/{campaign.pk}/edit/", words)
    assert answer.status_code == 302
    contact = people[0].contacts.get()
    shown = as_amina.get(f"/campaigns/{campaign.pk}/preview/?language=en&contact={contact.pk}")
    assert "<script>x" not in shown.content.decode()
    assert shown["Content-Security-Policy"].startswith("sandbox")


def test_a_mistake_in_a_tag_is_named_before_anything_is_sent(as_amina, people):
    campaign = begun(as_amina, people)
    as_amina.post(
        f"/campaigns/{campaign.pk}/edit/", WORDS | {"subject": "Hi", "body": "one\n{{ contact.frist_name }}"}
    )
    answer = as_amina.post(f"/campaigns/{campaign.pk}/send/")
    assert answer.status_code == 422
    assert "frist_name" in answer.content.decode()
    assert not Dispatch.objects.exists()


def test_sending_twice_makes_one_dispatch(as_amina, people):
    campaign = begun(as_amina, people)
    as_amina.post(f"/campaigns/{campaign.pk}/edit/", WORDS | {"subject": "Hi", "body": "Come"})
    as_amina.post(f"/campaigns/{campaign.pk}/send/")
    as_amina.post(f"/campaigns/{campaign.pk}/send/")
    assert Dispatch.objects.count() == 1
    assert as_amina.get(f"/campaigns/{campaign.pk}/").status_code == 200


def test_a_salesman_may_not_write_to_many(as_bilal, people):
    assert as_bilal.get("/campaigns/").status_code == 404
    assert as_bilal.post("/campaigns/begin/", {"ids": people[0].pk}).status_code == 404


def sent_campaign(customer, days_ago, amina, days=7):
    at = timezone.now() - dt.timedelta(days=days_ago)
    campaign = Campaign.objects.create(name="C", attribution_days=days, by=amina)
    campaign.dispatch = Dispatch.objects.create(
        renderer="campaign", subject_id=campaign.pk, state="done", audience=1, launched_at=at
    )
    campaign.save()
    Message.objects.create(
        dispatch=campaign.dispatch,
        customer=customer,
        contact=customer.contacts.get(),
        state="sent",
        sent_at=at,
    )
    return campaign


def order(customer, days_ago, net, kind="sale"):
    number = f"{kind}-{Order.objects.count()}"
    at = timezone.now() - dt.timedelta(days=days_ago)
    return Order.objects.create(number=number, customer=customer, net=Decimal(net), kind=kind, placed_at=at)


def test_an_order_counts_for_the_last_message_before_it_net_of_returns(amina, people):
    customer = people[0]
    first, second = sent_campaign(customer, 10, amina), sent_campaign(customer, 5, amina)
    order(customer, 11, 1000)
    order(customer, 8, 200)
    order(customer, 4, 500)
    order(customer, 3, -50, "return")
    assert (sold(first).orders, sold(first).net) == (1, Decimal(200))
    assert (sold(second).orders, sold(second).net, sold(second).returned) == (1, Decimal(450), Decimal(50))


def test_orders_after_the_window_and_of_others_do_not_count(amina, people):
    campaign = sent_campaign(people[0], 10, amina, days=3)
    order(people[0], 5, 500)
    order(people[1], 9, 500)
    assert sold(campaign).orders == 0
    assert Customer.objects.count() == 3
