"""Whatever the order of launches, claims, crashes, pauses and changes: the numbers add up, nobody is written to twice,
and who was held out is written to by nobody."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grahak.channels import ledger, turns
from grahak.channels.models import Message, SendingRules
from grahak.channels.turns import Outcome
from grahak.core.models import User
from grahak.customers.actions import withdraw_consent
from grahak.customers.models import Consent
from grahak.marketing import holdout, winner
from grahak.marketing.actions import Part
from grahak.marketing.models import Campaign, HeldOut, Variant
from grahak.marketing.tests.audiences import draft, frozen, listed, people

WORKERS = ("w1", "w2")


def actions_of():
    """What can happen, in any order."""
    return st.lists(
        st.one_of(
            st.tuples(st.just("claim"), st.sampled_from(WORKERS), st.integers(1, 40)),
            st.tuples(st.just("attempt"), st.sampled_from(WORKERS), st.integers(1, 10)),
            st.tuples(
                st.just("settle"),
                st.sampled_from(WORKERS),
                st.sampled_from(["sent", "failed", "later", "unknown"]),
            ),
            st.tuples(st.just("crash"), st.sampled_from(WORKERS), st.just(0)),
            st.tuples(st.just("pause"), st.just(""), st.just(0)),
            st.tuples(st.just("resume"), st.just(""), st.just(0)),
            st.tuples(st.just("again"), st.just(""), st.just(0)),
            st.tuples(st.just("winner"), st.sampled_from("AB"), st.just(0)),
            st.tuples(st.just("withdraw"), st.just(""), st.integers(0, 59)),
            st.tuples(st.just("segment"), st.just(""), st.integers(0, 59)),
            st.tuples(st.just("relaunch"), st.just(""), st.just(0)),
        ),
        max_size=25,
    )


class Shop:
    """Sixty people, a campaign to a list of them with a test and a lot, and what happened to each."""

    def __init__(self, by: User, percent: int, tried: int, cap: int | None) -> None:
        self.by = by
        SendingRules.objects.update_or_create(
            pk=1, defaults={"quiet_from": None, "quiet_until": None, "cap_messages": cap}
        )
        self.people = people(60)
        self.segment = listed("All", self.people[:55])
        self.campaign = draft(by, Part(segment=self.segment.pk), holdout_percent=percent, test_percent=tried)
        Variant.objects.create(campaign=self.campaign, code="A")
        Variant.objects.create(campaign=self.campaign, code="B", share=2)
        self.dispatch = frozen(self.campaign, by)
        self.held = set(HeldOut.objects.filter(campaign=self.campaign).values_list("customer_id", flat=True))
        self.in_hand: dict[str, list[int]] = {worker: [] for worker in WORKERS}
        self.on_wire: dict[str, list[int]] = {worker: [] for worker in WORKERS}
        self.handed_over: dict[int, int] = {}
        self.now = timezone.now() + dt.timedelta(seconds=1)

    def do(self, what: str, who: str, n: object) -> None:
        self.now += dt.timedelta(seconds=40)
        getattr(self, f"do_{what}")(who, n)

    def do_claim(self, who, n):
        got = turns.claim(self.dispatch.pk, n, who, "x", now=self.now).claimed
        self.in_hand[who] += [row.id for row in got]

    def do_attempt(self, who, n):
        some, self.in_hand[who] = self.in_hand[who][:n], self.in_hand[who][n:]
        for pk in turns.attempt(some, who, now=self.now):
            self.on_wire[who].append(pk)

    def do_settle(self, who, result):
        for pk in self.on_wire[who]:
            if result in ("sent", "unknown"):  # the provider took it
                self.handed_over[pk] = self.handed_over.get(pk, 0) + 1
        turns.settle([Outcome(pk, result, "busy") for pk in self.on_wire[who]], who, now=self.now)
        self.on_wire[who] = []

    def do_crash(self, who, n):
        self.in_hand[who], self.on_wire[who] = [], []
        turns.take_back(lambda worker: worker == who, now=self.now)

    def do_pause(self, who, n):
        ledger.pause(self.dispatch, by=self.by)

    def do_resume(self, who, n):
        ledger.resume(self.dispatch, by=self.by)

    def do_again(self, who, n):
        if self.dispatch.state in ("sending", "paused", "done"):
            ledger.send_again(self.dispatch, ["busy", "refused", "bad_address"], by=self.by)

    def do_winner(self, who, n):
        found = Campaign.objects.select_related("dispatch").get(pk=self.campaign.pk)
        if found.test_percent < 100 and winner.decide(found, who, now=self.now, because="hand"):
            winner.give_out(found, now=self.now)

    def do_withdraw(self, who, n):
        contact = self.people[n].contacts.get()
        if Consent.objects.filter(contact=contact, is_current=True, state="granted").exists():
            withdraw_consent(contact, "email", "offers", by=self.by, how="phone")

    def do_segment(self, who, n):
        self.segment.memberships.filter(customer=self.people[n]).delete()

    def do_relaunch(self, who, n):
        ledger.freeze_audience.call(self.dispatch.pk)  # a job that is done a second time changes nothing

    def check(self) -> None:
        self.dispatch.refresh_from_db()
        found = ledger.tally(self.dispatch)
        assert found.adds_up
        assert found.audience + len(self.held) == 55
        assert (
            set(HeldOut.objects.filter(campaign=self.campaign).values_list("customer_id", flat=True))
            == self.held
        )
        assert not Message.objects.filter(dispatch=self.dispatch, customer_id__in=self.held).exists()
        assert all(times == 1 for times in self.handed_over.values())


@given(
    percent=st.sampled_from([0, 10, 50]), tried=st.sampled_from([30, 100]), cap=st.sampled_from([None, 1]),
    happens=actions_of(),
)  # fmt: skip
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("business")
def test_the_numbers_add_up_whatever_happens_in_whatever_order(amina, percent, tried, cap, happens):
    with pytest.raises(_Over), transaction.atomic():
        shop = Shop(amina, percent, tried, cap)
        shop.check()
        for step in happens:
            shop.do(*step)
            shop.check()
        raise _Over


class _Over(Exception):
    """Takes back what an example wrote."""


@given(campaign=st.integers(1, 10**9), customers=st.lists(st.integers(1, 10**12), max_size=50))
def test_the_lot_hangs_on_the_campaign_and_the_customer_alone(campaign, customers):
    below = holdout.threshold(0.1)
    for customer in customers:
        found = holdout.lot(campaign, customer)
        assert found == holdout.lot(campaign, customer)
        assert len(found) == 16
        assert (found[:8] < below) == (int(found[:8], 16) < int(below, 16))


def test_the_database_draws_as_python_does(amina, business):
    everybody = people(200)
    campaign = draft(amina, holdout_percent=25, test_percent=40)
    variants = [
        Variant.objects.create(campaign=campaign, code=code, share=n) for code, n in (("A", 1), ("B", 3))
    ]
    dispatch = frozen(campaign, amina)
    held = set(HeldOut.objects.values_list("customer_id", flat=True))
    assert held == {one.pk for one in everybody if holdout.is_held_out(campaign, one.pk)}
    shares = holdout.shares(campaign, variants)
    drawn = dict(dispatch.messages.values_list("customer_id", "variant"))
    assert drawn == {
        one.pk: holdout.variant_of(campaign.pk, one.pk, shares) for one in everybody if one.pk not in held
    }
    assert 30 < len(held) < 70
    assert set(drawn.values()) == {"A", "B", ""}


def test_the_lot_is_drawn_evenly():
    held = sum(holdout.lot(7, n)[:8] < holdout.threshold(0.1) for n in range(100_000))
    assert 9_700 < held < 10_300
