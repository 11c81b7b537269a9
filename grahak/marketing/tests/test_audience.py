"""Whom a campaign is for: parts minus others, the contact chosen, and every count by its reason."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from grahak.channels import ledger
from grahak.channels.models import Dispatch, Message, SendingRules, Suppression
from grahak.channels.tests.people import somebody
from grahak.customers.models import Consent, Identity
from grahak.insight.models import Membership, Segment
from grahak.marketing import audience, launch
from grahak.marketing.actions import Part
from grahak.marketing.audience.parts import customers_of
from grahak.marketing.models import Campaign, Exclusion, HeldOut, Stage
from grahak.marketing.tests.audiences import draft, frozen, listed, people, second_contact

pytestmark = pytest.mark.usefixtures("business")


def states(dispatch):
    return {(state, reason): n for (state, reason), n in ledger.tally(dispatch).reasons.items()}


def test_everybody_asked_for_is_counted_once_and_the_ledger_has_the_same_figures(amina):
    people(3)
    somebody("Never said", "never@home.example", consent="")
    somebody("Took it back", "back@home.example", consent="withdrawn")
    somebody("No address")
    somebody("Barred", "barred@home.example")
    Suppression.objects.create(address="barred@home.example", reason="bounced")
    later = timezone.now() + dt.timedelta(days=1)
    somebody("Soft", "soft@home.example")
    Suppression.objects.create(address="soft@home.example", reason="soft", until=later)
    somebody("Soft, over", "over@home.example")
    Suppression.objects.create(
        address="over@home.example", reason="soft", until=timezone.now() - dt.timedelta(days=1)
    )
    somebody("Twin", "buyer1@home.example")
    campaign = draft(amina)
    found = audience.reach(campaign, amina)
    expected = {"no_consent": 1, "withdrawn": 1, "no_address": 1, "suppressed": 2, "same_address": 1}
    assert (found.asked, found.reachable, found.held_out, found.reasons) == (10, 4, 0, expected)
    dispatch = frozen(campaign, amina)
    assert states(dispatch) == {
        ("waiting", ""): 4,
        **{("skipped", reason): n for reason, n in expected.items()},
    }
    assert dispatch.audience == 10
    assert dispatch.state == "sending"
    assert not Message.objects.filter(dispatch=dispatch).exclude(address="").exists()


def test_parts_add_up_and_minus_parts_take_out_with_their_counts(amina):
    everybody = people(8)
    first, second = listed("First", everybody[:4]), listed("Second", everybody[2:6])
    vip, staff = listed("VIP", everybody[1:3]), listed("Staff", [everybody[2], everybody[5], everybody[7]])
    campaign = draft(
        amina,
        Part(segment=first.pk),
        Part(segment=second.pk),
        Part(segment=vip.pk, minus=True),
        Part(segment=staff.pk, minus=True),
    )
    found = audience.reach(campaign, amina)
    assert (found.asked, found.out, found.reachable) == (6, (("VIP", 2), ("Staff", 1)), 3)
    dispatch = frozen(campaign, amina)
    kept = Message.objects.filter(dispatch=dispatch).order_by("customer_id")
    assert [row.customer_id for row in kept] == [everybody[0].pk, everybody[3].pk, everybody[4].pk]
    assert list(Exclusion.objects.values_list("reason", "what", "customers")) == [
        ("minus", "VIP", 2),
        ("minus", "Staff", 1),
    ]
    assert set(customers_of(campaign, amina)) == {everybody[0], everybody[3], everybody[4]}


def test_only_minus_parts_mean_nobody(amina):
    campaign = draft(amina, Part(segment=listed("All", people(2)).pk, minus=True))
    assert audience.reach(campaign, amina).asked == 0
    assert frozen(campaign, amina).audience == 0


def test_a_salesman_s_campaign_reaches_only_whom_he_may_see_and_nobody_put_away(bilal, surat, amina):
    mine, other = people(2)
    other.branch = surat
    other.save()
    away = somebody("Away", "away@home.example").customer
    away.archived_at = timezone.now()
    away.save()
    campaign = draft(bilal, Part(segment=listed("All", [mine, other, away]).pk))
    found = audience.reach(campaign, bilal)
    assert (found.asked, found.unseen) == (1, {"archived": 1, "hidden": 1})
    assert audience.reach(campaign, None).asked == 0
    frozen(campaign, bilal)
    assert dict(Exclusion.objects.values_list("reason", "customers")) == {"archived": 1, "hidden": 1}


def test_the_contact_who_can_be_written_to_is_chosen_whoever_stands_first(amina):
    customer = somebody("Main", "main@firm.example", consent="withdrawn").customer
    second_contact(customer, "Barred", "barred@firm.example")
    Suppression.objects.create(address="barred@firm.example", reason="bounced")
    good = second_contact(customer, "Buyer", "buyer@firm.example")
    second_contact(customer, "Other", "other@firm.example")
    dispatch = frozen(draft(amina), amina)
    assert list(dispatch.messages.values_list("contact_id", "state")) == [(good.pk, "waiting")]


def test_where_it_is_not_one_to_an_account_every_contact_who_agreed_gets_it(amina):
    customer = somebody("Main", "main@firm.example").customer
    second_contact(customer, "Second", "second@firm.example")
    second_contact(customer, "Never said", "third@firm.example", consent="")
    nobody = somebody("Nobody", "no@firm.example", consent="").customer
    dispatch = frozen(draft(amina, one_per_account=False), amina)
    assert states(dispatch) == {("waiting", ""): 2, ("skipped", "no_consent"): 1}
    assert dispatch.messages.filter(customer=nobody).count() == 1


@pytest.mark.parametrize("shared", ["phone", "tax"])
def test_of_one_household_or_firm_one_gets_it(amina, shared):
    first, second = people(2)
    for one in (first, second):
        if shared == "phone":
            Identity.objects.create(contact=one.contacts.get(), kind="phone", value="+919825041276")
        else:
            one.tax_id = "24AAACC1206D1ZM"
            one.save()
    campaign = draft(amina)
    assert audience.reach(campaign, amina).reasons == {"same_account": 1}
    campaign.one_per_account = False
    assert audience.reach(campaign, amina).reasons == {}


def test_a_segment_that_changes_after_launch_changes_nothing(amina):
    everybody = people(4)
    segment = listed("First", everybody[:3])
    dispatch = frozen(draft(amina, Part(segment=segment.pk)), amina)
    segment.memberships.all().delete()
    assert list(dispatch.messages.order_by("pk").values_list("customer_id", flat=True)) == [
        one.pk for one in everybody[:3]
    ]


def test_the_audience_costs_the_same_number_of_queries_whoever_many_they_are(amina):
    people(3)
    campaign = draft(amina)
    audience.reach(campaign, amina)  # what a process reads once
    with CaptureQueriesContext(connection) as few:
        audience.reach(campaign, amina)
    people(30, start=100)
    with CaptureQueriesContext(connection) as many:
        audience.reach(campaign, amina)
    assert len(few) == len(many) <= 35


def test_a_launch_that_was_cut_off_begins_anew_with_the_same_lot(amina):
    people(60)
    campaign = draft(amina, holdout_percent=20)
    dispatch = frozen(campaign, amina)
    held = set(HeldOut.objects.values_list("customer_id", flat=True))
    assert 0 < len(held) < 30
    assert dispatch.audience == 60 - len(held)
    assert not set(dispatch.messages.values_list("customer_id", flat=True)) & held
    Dispatch.objects.filter(pk=dispatch.pk).update(state="freezing")
    HeldOut.objects.filter(customer_id=min(held)).delete()
    ledger.freeze_audience.call(dispatch.pk)
    dispatch.refresh_from_db()
    assert set(HeldOut.objects.values_list("customer_id", flat=True)) == held
    assert dispatch.audience == 60 - len(held)
    assert dispatch.state == "sending"


def test_in_local_time_each_gets_it_when_their_own_clock_shows_the_hour(amina):
    SendingRules.objects.create(quiet_from=None, quiet_until=None)
    home, phone, country, unknown = people(4)
    for one, number in ((home, "+919825041276"), (phone, "+14155550123")):
        Identity.objects.create(contact=one.contacts.get(), kind="phone", value=number)
    phone.country, country.country, unknown.country = "IN", "GB", ""
    for one in (phone, country, unknown):
        one.save()
    at = dt.datetime(2027, 1, 15, 10, tzinfo=ZoneInfo("Asia/Kolkata"))
    dispatch = frozen(draft(amina, scheduled_for=at, in_local_time=True), amina)
    found = {row.customer_id: (row.zone, row.not_before) for row in dispatch.messages.all()}
    assert found[home.pk] == ("", at)
    assert found[phone.pk] == ("America/Los_Angeles", at.replace(tzinfo=ZoneInfo("America/Los_Angeles")))
    assert found[country.pk] == ("Europe/London", at.replace(tzinfo=ZoneInfo("Europe/London")))
    assert found[unknown.pk] == ("", at)


def test_who_has_had_enough_is_left_out_at_once_and_no_lot_is_drawn_for_them(amina):
    SendingRules.objects.create(quiet_from=None, quiet_until=None, cap_messages=1, cap_days=7)
    everybody = people(60)
    earlier = Dispatch.objects.create(renderer="x", subject_id=1, state="done")
    Message.objects.create(
        dispatch=earlier, customer=everybody[0], contact=everybody[0].contacts.get(), state="sent",
        sent_at=timezone.now() - dt.timedelta(days=2),
    )  # fmt: skip
    Message.objects.create(
        dispatch=earlier, customer=everybody[1], contact=everybody[1].contacts.get(), state="sent",
        sent_at=timezone.now() - dt.timedelta(days=8),
    )  # fmt: skip
    dispatch = frozen(draft(amina, holdout_percent=90), amina)
    assert ledger.tally(dispatch).reasons["skipped", "capped"] == 1
    held = HeldOut.objects.count()
    assert 40 < held < 59
    assert dispatch.audience + held == 60


def test_a_small_audience_and_messages_about_orders_hold_nobody_out(amina):
    people(49)
    assert audience.reach(draft(amina, holdout_percent=50), amina).held_out == 0
    people(1, start=49)
    assert 10 < audience.reach(draft(amina, holdout_percent=50), amina).held_out < 40
    assert audience.reach(draft(amina, holdout_percent=50, purpose="service"), amina).held_out == 0


def test_a_text_message_goes_to_the_phone_and_asks_for_consent_of_its_own(amina):
    by_phone, by_mail = people(2)
    contact = by_phone.contacts.get()
    Identity.objects.create(contact=contact, kind="phone", value="+919825041276")
    Consent.objects.create(contact=contact, channel="sms", purpose="offers", state="granted", how="form")
    dispatch = frozen(draft(amina, channel="sms"), amina)
    found = {row.customer_id: (row.channel, row.state, row.reason) for row in dispatch.messages.all()}
    assert found == {
        by_phone.pk: ("sms", "waiting", ""),
        by_mail.pk: ("sms", "skipped", "no_address"),
    }


def test_a_segment_by_rules_is_counted_anew_at_launch_and_one_that_nobody_can_count_asks(amina, monkeypatch):
    everybody = people(3)
    segment = Segment.objects.create(name="Rules", kind="rule", tree={}, counted_at=timezone.now())
    asked = []

    def count(ids):
        asked.append(set(ids))
        Membership.objects.bulk_create([Membership(segment=segment, customer=one) for one in everybody[:2]])

    monkeypatch.setattr(launch, "refresh", count)
    dispatch = frozen(draft(amina, Part(segment=segment.pk)), amina)
    assert asked == [{segment.pk}]
    assert dispatch.audience == 2
    Segment.objects.update(counted_at=None)
    monkeypatch.setattr(launch, "refresh", lambda ids: None)
    campaign = draft(amina, Part(segment=segment.pk))
    frozen(campaign, amina)
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert (campaign.stage, campaign.dispatch) == (Stage.LATE, None)
